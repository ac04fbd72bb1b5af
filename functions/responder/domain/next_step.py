"""What is to be done next for a resource: pages first, then changes, then looking, then the books.

Pure, so that a crash anywhere is answered by asking again.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from responder.domain.escalation import NoticeKind, next_due
from responder.domain.incident import Incident, State
from responder.domain.journal import TargetRecord


class Do(StrEnum):
    """The steps, in the order in which they go first."""

    TELL = "tell"
    UNDO = "undo"
    ACT = "act"
    LIFT = "lift"
    VERIFY = "verify"
    CONVERGE = "converge"
    DECIDE = "decide"
    FOLLOW = "follow"
    EXPIRE = "expire"
    CLOSE = "close"
    RECONCILE = "reconcile"
    SOAK = "soak"
    EXPORT = "export"


@dataclass(frozen=True)
class Due:
    """A step and when it may be done."""

    do: Do
    at: datetime


_BY_STATE = {
    State.RECEIVED: Do.DECIDE,
    State.PROPOSED: Do.EXPIRE,
    State.ACTING: Do.ACT,
    State.CONVERGING: Do.CONVERGE,
    State.VERIFYING: Do.VERIFY,
    State.UNDOING: Do.UNDO,
    State.REVERTING: Do.CONVERGE,
    State.LIFTING: Do.LIFT,
    State.FOLLOWING: Do.FOLLOW,
    State.RECOVERED: Do.RECONCILE,
    State.ESCALATED: Do.RECONCILE,
}
_FIRST = {do: place for place, do in enumerate(Do)}


def next_step(record: TargetRecord, now: datetime) -> Due | None:
    """Return the first step whose time has come; None when there is nothing to do now."""
    ready = [due for due in agenda(record, now) if due.at <= now]
    return min(ready, key=lambda due: _FIRST[due.do], default=None)


def next_due_at(record: TargetRecord, now: datetime) -> Due | None:
    """Return the earliest step, past or future: when the sweeper has to look at this resource again."""
    return min(agenda(record, now), key=lambda due: due.at, default=None)


def agenda(record: TargetRecord, now: datetime) -> list[Due]:
    """Return everything that is to be done for a resource, and when."""
    steps = _of_incident(record.incident, now) if record.incident else []
    if record.soaking:
        steps.append(Due(Do.SOAK, record.soaking.until))
    if record.unexported:
        steps.append(Due(Do.EXPORT, record.export_not_before or now))
    return steps


def _of_incident(incident: Incident, now: datetime) -> list[Due]:
    notice = next_due(incident.notices)
    steps = [Due(Do.TELL, notice.due_at)] if notice else []
    if _may_close(incident, now):
        return [*steps, Due(Do.CLOSE, now)]
    if incident.state in _BY_STATE:
        steps.append(Due(_BY_STATE[incident.state], incident.next_at or now))
    return steps


def _may_close(incident: Incident, now: datetime) -> bool:
    """Close only when nothing fires, nothing is going on and nobody is still to be told.

    The end says what an update would.
    """
    if incident.still_firing:
        return False
    if incident.state is State.RECEIVED:
        return not incident.attempts and all(n.deferred(now) for n in incident.notices if n.pending)
    if incident.state is State.PROPOSED and incident.follows:
        return False  # its alerts have ended, that is why it is asked
    told = not any(n.pending and n.kind is not NoticeKind.UPDATE for n in incident.notices)
    return told and incident.state in (State.PROPOSED, State.RECOVERED, State.ESCALATED)
