"""What would be done about a notification, and why, without touching anything.

The same questions, decisions and words as `respond.py`; where it would write, this keeps the answer.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from responder.domain.audit import make_record
from responder.domain.deciding import Decision, decide, intend, refuse_to_act
from responder.domain.diagnosis import Diagnosis
from responder.domain.escalation import next_due
from responder.domain.incident import Incident, Moved, State
from responder.domain.message import Message
from responder.domain.proposing import needs_only_a_yes, propose
from responder.domain.receiving import receive, sort_out
from responder.domain.runbook import Runbook
from responder.domain.target import Target
from responder.ports import Letter
from responder.workflow.diagnosing import diagnose_now
from responder.workflow.respond import beside, escalation_of
from responder.workflow.survey import survey
from responder.workflow.tell import write_letter
from responder.workflow.world import World


@dataclass(frozen=True)
class Explained:
    """One message, thought through to the point where something would be done."""

    message: Message
    known: str
    incident: Incident | None = None
    diagnosis: Diagnosis | None = None
    page: Runbook | None = None
    decision: Decision | None = None
    target: Target | None = None
    letter: Letter | None = None
    told_at: datetime | None = None
    record: str | None = None

    @property
    def acts(self) -> bool:
        return self.decision is not None and self.decision.refusal is None


def explain(message: Message, world: World, now: datetime) -> Explained:
    """Think one message through; reads, but never writes."""
    record = world.journal.read(message.resource)
    news = sort_out(record, message, now, beside(record, message, world.journal, now))
    if not news.anything:
        return Explained(message, "nothing new: these alerts are known; the message would be acknowledged")
    record, received = receive(record, message, news, escalation_of(message, world.library.book), now)
    if not news.started:
        return Explained(
            message, "only ends of episodes: the incident would be closed or stay as it is", received.incident
        )
    joined = received.incident
    if joined.state is not State.RECEIVED:
        says = f"it would join incident {joined.id}, which is {joined.state}: nothing is decided anew"
        return Explained(message, says, joined)
    return _think(message, received.incident, world, now)


def _think(message: Message, incident: Incident, world: World, now: datetime) -> Explained:
    target = world.library.target(incident.target)
    diagnosis = diagnose_now(incident, target, world, now)
    page = world.library.book.page(diagnosis.failure_mode)
    known, _ = survey(incident, target, page, world, now)
    record = world.journal.read(message.resource)
    decision = decide(incident, diagnosis, page, target, known, record.actions, world.library.fleet, now)
    moved = _moved(incident, diagnosis, page, decision, world, now)
    notice = next_due(moved.incident.notices)
    return Explained(
        message=message,
        known="a new incident would be opened" if incident.seq == 0 else f"it would join incident {incident.id}",
        incident=moved.incident,
        diagnosis=diagnosis,
        page=page,
        decision=decision,
        target=target,
        letter=write_letter(moved.incident, notice, world, now) if notice else None,
        told_at=notice.due_at if notice else None,
        record=_record(moved, world, now),
    )


def _moved(
    incident: Incident, diagnosis: Diagnosis, page: Runbook, decision: Decision, world: World, now: datetime
) -> Moved:
    if needs_only_a_yes(decision):
        return propose(incident, diagnosis, page, decision, now)
    if decision.refusal:
        return refuse_to_act(incident, diagnosis, page, decision, decision.refusal, now)
    empty = replace(world.journal.read(incident.resource), incident=incident)
    return intend(empty, incident, diagnosis, page, decision, now)[1]


def _record(moved: Moved, world: World, now: datetime) -> str:
    after = moved.incident
    facts: dict[str, Any] = {"incident_id": after.id, "state": after.state, **moved.facts}
    kind = moved.kind or "decided"
    return make_record(
        after.id, after.seq + 2, after.last_sha256, kind, after.resource, facts, world.actor, after.trace_id, now
    ).text
