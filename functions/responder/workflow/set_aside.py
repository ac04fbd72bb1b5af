"""A message nobody can read: its bytes are kept, a person is told, and it leaves the queue.

It must not be retried: it would drag every later message of its group to the dead letters.
"""

from collections.abc import Sequence
from datetime import datetime

from responder.domain.plain import sha256, stamp
from responder.errors import ActionFailed, TryAgain
from responder.ports import Channel, Letter, Quarantine


def set_aside(body: str, cause: str, quarantine: Quarantine, channels: Sequence[Channel], now: datetime) -> str:
    """Keep the bytes and tell a person; raise TryAgain when either is impossible, so that nothing is lost."""
    try:
        key = quarantine.keep(body.encode(), cause, now)
    except ActionFailed as error:
        raise TryAgain(f"the unreadable message could not be kept: {error}", after_seconds=30) from error
    letter = _letter(body, cause, key, now)
    failures = []
    for channel in (c for c in channels if letter.kind in c.kinds):
        try:
            channel.send(letter)
        except ActionFailed as error:
            failures.append(str(error))
            continue
        return key
    raise TryAgain(f"nobody could be told of the unreadable message: {'; '.join(failures)}", after_seconds=30)


def _letter(body: str, cause: str, key: str, now: datetime) -> Letter:
    return Letter(
        key=f"quarantine-{sha256(body)[:24]}",
        kind="ticket",
        severity="warning",
        subject="[warning] a queued alert message cannot be read and was set aside",
        body=f"At {stamp(now)} a message of alerts.fifo could not be read: {cause}\n"
        f"Its bytes are in the quarantine bucket under {key}.\n"
        "Somebody or something else than the front door may be writing to the queue.",
        source="alerts.fifo",
        number=1,
    )
