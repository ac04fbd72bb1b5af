"""What becomes of a message that respond gave up, or could not read.

    cannot be read              -> quarantined: its bytes are kept, a person is told
    readable, redriven < 3      -> redriven, with its own counter; an alert that no longer fires goes back as ended
    readable, redriven 3 times  -> quarantined: what has failed twenty times fails again

A quarantined message is an incident that is closed when it opens, on a resource of its own, so that it stands in
nobody's way: each of its alerts has a disposition, and it can be redriven or discarded by a person later.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from responder.domain.alert import Alert, Severity, Status, loudest, shortened
from responder.domain.escalation import raise_to
from responder.domain.guard import Firing
from responder.domain.incident import Disposition, Episode, Incident, Moved, State, incident_id, move
from responder.domain.message import Message
from responder.domain.plain import sha256, to_plain
from responder.domain.receiving import KEPT_ALERTS
from responder.domain.runbook import Escalate
from responder.domain.said import Said

MOST_REDRIVES = 3
PREFIX = "quarantine/"


class Cause(StrEnum):
    """Why it was given up, as far as it tells what to do."""

    UNREADABLE = "unreadable"  # no retry makes it readable: somebody else may be writing to the queue
    EXHAUSTED = "exhausted"  # readable, but respond breaks on it or the world was busy for too long


def resource_of(body: str) -> str:
    """Name the resource of its own that a quarantined message gets; the same bytes are the same one."""
    return PREFIX + sha256(body)[:24]


def may_be_redriven(message: Message | Said) -> bool:
    return message.redrives < MOST_REDRIVES


def again(message: Message | Said, state: Callable[[Alert], Firing] | None, now: datetime) -> Message | Said:
    """Return the message for another round; what is known to be gone is no longer news of a firing alert."""
    if isinstance(message, Said):
        return replace(message, redrives=message.redrives + 1)
    alerts = tuple(_as_it_is(alert, state, now) for alert in message.alerts)
    return replace(message, alerts=alerts, redrives=message.redrives + 1)


def quarantined(body: str, message: Message | None, cause: Cause, says: str, key: str, now: datetime) -> Moved:
    """Open and close an incident for the message, with a notice as loud as the loudest of its alerts."""
    resource = resource_of(body)
    episodes = tuple(_episode(message, alert, now) for alert in message.alerts) if message else ()
    severity = loudest([e.severity for e in episodes if e.severity]) if episodes else Severity.CRITICAL
    incident = Incident(
        id=incident_id(resource, 1),
        resource=resource,
        opened_at=now,
        trace_id=message.trace_id if message else "",
        target=message.target if message else None,
        episodes=episodes[:KEPT_ALERTS],
        forgotten=len(episodes[KEPT_ALERTS:]),
        alerts=tuple(map(shortened, message.alerts[:KEPT_ALERTS])) if message else (),
    )
    closed = move(
        incident,
        State.CLOSED,
        disposition=Disposition.QUARANTINED,
        says=f"a message was set aside ({cause}): {says[:300]}; its bytes are in the quarantine bucket under {key}",
        notices=raise_to((), Escalate().urgency(severity), now),
    )
    facts = {
        "opened": True,
        "started": [to_plain(e) for e in episodes if e.ends_at is None],
        "ended": [],
        "never_seen_firing": [to_plain(e) for e in episodes if e.ends_at],
        "repeated": 0,
        "alerts": [to_plain(a) for a in closed.alerts],
        "quarantined": {"cause": cause, "says": says[:1000], "key": key, "sha256": sha256(body)},
        "about": message.resource if message else None,
        "redrives": message.redrives if message else 0,
        "disposition": Disposition.QUARANTINED,
    }
    return Moved(closed, "received", facts)


def _as_it_is(alert: Alert, state: Callable[[Alert], Firing] | None, now: datetime) -> Alert:
    if state is None or alert.status is Status.RESOLVED or state(alert).state != "gone":
        return alert
    return replace(alert, status=Status.RESOLVED, ends_at=now)


def _episode(message: Message, alert: Alert, now: datetime) -> Episode:
    ended = (alert.ends_at or now) if alert.status is Status.RESOLVED else None
    return Episode(
        message.source, alert.fingerprint, alert.name, alert.severity, alert.starts_at, now, ends_at=ended,
        disposition=Disposition.QUARANTINED,
    )  # fmt: skip
