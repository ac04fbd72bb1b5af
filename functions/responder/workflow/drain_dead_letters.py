"""Dead letters: what respond gave up after five tries is redriven, set aside, or told to a person at once.

    journal down ─► a person is paged directly, the message stays
    unreadable, or redriven often enough ─► set aside
    else ─► back into alerts.fifo, as the world is now

A message leaves the dead letters only when something else holds it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from responder.domain.alert import Severity, loudest
from responder.domain.dead_letter import Cause, again, may_be_redriven
from responder.domain.message import Message, decode, decode_any
from responder.domain.plain import sha256, spoken
from responder.domain.said import Said
from responder.errors import ActionFailed, CannotRead, ResponderError
from responder.ports import AlertQueue, Channel, Letter, Quarantine
from responder.workflow.hold import Written
from responder.workflow.set_aside import set_aside
from responder.workflow.world import World


@dataclass(frozen=True)
class Drained:
    """What became of a dead letter."""

    outcome: str
    says: str = ""
    message: Message | Said | None = None
    written: Sequence[Written] = field(default=())


def drain(body: str, world: World, queue: AlertQueue, quarantine: Quarantine, now: datetime) -> Drained:
    """Find a place for one dead letter; raise TryAgain when there is none now, so that it stays where it is."""
    try:
        message = decode_any(body)
    except CannotRead as error:
        written = set_aside(body, None, Cause.UNREADABLE, str(error), quarantine, world, now)
        return Drained("quarantined", str(error), written=written)
    world.journal.read(message.resource)  # while the journal is down, another round would only use up its tries
    if not may_be_redriven(message):
        says = f"it was redriven {message.redrives} times, and failed each time"
        known = message if isinstance(message, Message) else None
        written = set_aside(body, known, Cause.EXHAUSTED, says, quarantine, world, now)
        return Drained("quarantined", says, message, written)
    redriven = again(message, world.alerts.state if world.alerts else None, now)
    queue.send([redriven])
    return Drained("redriven", f"round {redriven.redrives}", redriven)


def tell_directly(body: str, receives: int, why: str, channels: Sequence[Channel], now: datetime) -> bool:
    """Page without the journal, at the first try and then ever more rarely; say whether somebody was reached."""
    if receives & (receives - 1):
        return True
    letter = _letter(body, receives, why, now)
    for channel in (c for c in channels if letter.kind in c.kinds):
        try:
            channel.send(letter)
        except ActionFailed:
            continue
        return True
    return False


def _letter(body: str, receives: int, why: str, now: datetime) -> Letter:
    try:
        message = decode(body)
        names = ", ".join(alert.name for alert in message.alerts[:5])
        about = f"{len(message.alerts)} alert{'s' * (len(message.alerts) != 1)} about {message.resource}: {names}"
        severity = loudest([alert.severity for alert in message.alerts])
    except ResponderError:
        about, severity = "a message that cannot be read", Severity.CRITICAL
    return Letter(
        key=f"dead-letter-{sha256(body)[:24]}",
        kind="page",
        severity=severity,
        subject=f"[{severity}] alerts wait unanswered: the responder cannot write its journal",
        body=f"At {spoken(now)}: {about}.\n\n"
        f"Do this first: look after these alerts yourself; nothing is done about them and nothing is recorded.\n"
        f"Then find out why the journal cannot be written: {why}\n\n"
        "The message stays in the dead letters and is tried again every six minutes, by itself, until it can be.\n"
        "See also: responder dead-letters list",
        source="dead letters",
        number=receives,
    )
