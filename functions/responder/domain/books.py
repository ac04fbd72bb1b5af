"""Do the books balance? Every alert that got a 2xx must be known to the journal, or to the quarantine.

What was accepted is read from the front door's log lines, never from the journal: the two sides are kept by
different functions in different places, so that no single loss can make both agree. An accepted alert is

    accounted for   its episode is open, or covers its start, or a later one of the same alert is known
    in flight       younger than GRACE: it may still be tried again or redriven
    lost            anything else

What the books find is itself an alert, from the source `books`, about a resource of its own: it is paged once,
stands in the audit, and ends when the books balance again.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from responder.domain.alert import Alert, Status, fingerprint_of
from responder.domain.incident import Episode
from responder.domain.journal import TargetRecord
from responder.domain.message import BOOKS, Message
from responder.domain.plain import stamp

GRACE = timedelta(minutes=15)  # five tries and three redrives, with all their waits
LOOKBACK = timedelta(hours=1)  # so that a run that was missed is made up for by the next
UNSEEN = timedelta(minutes=10)  # how long an alert fires before it should have been notified
SILENCE = timedelta(minutes=15)  # three Watchdog notifications
SKEW = timedelta(seconds=5)  # between the clocks of two functions
NAMED = 20


@dataclass(frozen=True)
class Booked:
    """One alert as the front door accepted it."""

    resource: str
    source: str
    fingerprint: str
    status: Status
    starts_at: datetime
    accepted_at: datetime


class Trouble(StrEnum):
    """What can be wrong with the books; each is one resource, `books/<trouble>`."""

    LOST = "lost"  # accepted, but nobody knows what became of it
    UNSEEN = "unseen"  # fires in Alertmanager, and never came here
    SILENT = "silent"  # Alertmanager's Watchdog is no longer heard


_SAYS = {
    Trouble.LOST: "alerts were accepted, and nothing shows what became of them",
    Trouble.UNSEEN: "alerts fire in Alertmanager and were never notified; they have been taken in now",
    Trouble.SILENT: "Alertmanager's Watchdog is no longer heard: alerts may not arrive at all",
}
_SEVERITY = {Trouble.LOST: "critical", Trouble.UNSEEN: "warning", Trouble.SILENT: "critical"}


def book(message: Message) -> dict[str, Any]:
    """Write the accepted side of a message as short as a log line needs it."""
    alerts = [[a.fingerprint, a.status, stamp(a.starts_at)] for a in message.alerts]
    return {"resource": message.resource, "source": message.source, "alerts": alerts}


def read_book(line: Any, accepted_at: datetime) -> list[Booked]:  # noqa: ANN401  # a log line's JSON
    """Read it back; a line of another shape is not ours."""
    try:
        return [
            Booked(line["resource"], line["source"], f, Status(status), datetime.fromisoformat(starts), accepted_at)
            for f, status, starts in line["alerts"]
        ]
    except (KeyError, TypeError, ValueError):
        return []


def is_accounted_for(booked: Booked, record: TargetRecord) -> bool:
    """Look among the open and the remembered episodes of the resource."""
    open_ones = record.incident.episodes if record.incident else ()
    return any(_covers(e, booked) for e in (*record.past_episodes, *open_ones))


def stands_in(booked: Booked, text: str) -> bool:
    """Say whether a record, written since, tells of this very beginning or end."""
    facts = json.loads(text)["data"]
    told = ("started",) if booked.status is Status.FIRING else ("ended", "never_seen_firing")
    named = {episode["fingerprint"] for name in told for episode in facts.get(name) or [] if isinstance(episode, dict)}
    return booked.fingerprint in named and datetime.fromisoformat(facts["recorded_at"]) >= booked.accepted_at - SKEW


def in_flight(booked: Booked, now: datetime) -> bool:
    return now - booked.accepted_at < GRACE


def silent(heard: dict[str, datetime], now: datetime) -> list[str]:
    """Return the sources whose Watchdog was heard once and is not any more."""
    return sorted(source for source, at in heard.items() if now - at > SILENCE)


def finding(trouble: Trouble, details: Sequence[str], since: datetime, now: datetime) -> Message:
    """Say what is wrong, or with no details that it is over, as an alert."""
    labels = {"alertname": f"Responder{trouble.title()}", "severity": _SEVERITY[trouble], "component": "responder"}
    named = "; ".join(details[:NAMED]) + (f"; and {len(details) - NAMED} more" if len(details) > NAMED else "")
    alert = Alert(
        fingerprint=fingerprint_of(labels),
        status=Status.FIRING if details else Status.RESOLVED,
        starts_at=since,
        ends_at=None if details else now,
        labels=labels,
        annotations={"summary": f"{_SAYS[trouble]}: {named}"} if details else {},
    )
    return Message(BOOKS, BOOKS, f"{BOOKS}/{trouble}", (alert,), 0, {}, "", now)


def describe(lost: Iterable[Booked]) -> list[str]:
    return [f"{b.resource} {b.fingerprint} {b.status} since {stamp(b.starts_at)}" for b in lost]


def _covers(episode: Episode, booked: Booked) -> bool:
    if episode.key != (booked.source, booked.fingerprint):
        return False
    if episode.starts_at > booked.starts_at:
        return True  # a later one was worked on, and the queue keeps their order
    if episode.ends_at is None:
        return booked.status is Status.FIRING
    return episode.ends_at >= booked.starts_at
