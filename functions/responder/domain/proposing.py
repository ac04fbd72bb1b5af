"""Propose to a person what may not be done without one, and take the answer.

proposed ── yes, in time, for this plan ──► received: decided anew, every other guard asked again (or following,
    │                                       for what is done once the service is well)
    │
    └────── no, or no answer in time ─────► escalated: a person has it
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from responder.domain.answer import Answer
from responder.domain.deciding import Decision, decided
from responder.domain.diagnosis import Diagnosis
from responder.domain.escalation import bring_forward, page_now, ticket_now
from responder.domain.guard import Reason
from responder.domain.incident import RECONCILE, Incident, Moved, RunbookRef, State, move
from responder.domain.message import Message
from responder.domain.plain import stamp, to_plain
from responder.domain.runbook import Runbook

APPROVE_WITHIN = timedelta(minutes=30)


def needs_only_a_yes(decision: Decision) -> bool:
    """Say whether a person's yes is all that is missing."""
    refused = [verdict for verdict in decision.verdicts if verdict.answer != "allow"]
    return decision.plan is not None and {verdict.reason for verdict in refused} == {Reason.APPROVAL_NEEDED}


def propose(incident: Incident, diagnosis: Diagnosis, page: Runbook, decision: Decision, now: datetime) -> Moved:
    """Ask, tell somebody at once, and wait."""
    if decision.plan is None or decision.refusal is None:
        raise AssertionError("a proposal needs a plan and the one refusal it asks about")
    until = now + APPROVE_WITHIN
    says = f"{decision.refusal.says}; responder approve {incident.id} (or deny), until {stamp(until)}; silence is a no"
    known = replace(incident, diagnosis=diagnosis, runbook=RunbookRef(page.failure_mode, page.sha256))
    after = move(
        known,
        State.PROPOSED,
        refusal=Reason.APPROVAL_NEEDED,
        says=says,
        proposal=decision.plan,
        notices=bring_forward(incident.notices, now),
        next_at=until,
    )
    asked = {"plan_sha256": decision.plan.sha256, "until": stamp(until)}
    facts: dict[str, Any] = {**decided(diagnosis, page, decision), "refusal": Reason.APPROVAL_NEEDED, "asked": asked}
    return Moved(after, "decided", facts)


def answer_to(incident: Incident, who: str, yes: bool, now: datetime) -> Message:  # noqa: FBT001  # the answer itself
    """Bind the answer to the plan it was given for."""
    plan = incident.proposal.sha256 if incident.proposal else ""
    return Message(
        source="people",
        receiver="answer",
        resource=incident.resource,
        alerts=(),
        truncated=0,
        redacted={},
        trace_id=incident.trace_id,
        received_at=now,
        target=incident.target,
        answer=Answer(incident.id, plan, yes, who, now),
    )


def answered(incident: Incident | None, answer: Answer, now: datetime) -> Moved | None:
    """Take an answer; None when nothing was asked of this incident, or not about this plan."""
    if incident is None or incident.id != answer.incident or incident.state is not State.PROPOSED:
        return None
    if incident.proposal is None or incident.proposal.sha256 != answer.plan_sha256:
        return None
    facts = {"approval": to_plain(answer)}
    if answer.yes and incident.next_at is not None and now < incident.next_at:
        says = f"approved by {answer.by}"
        back = State.FOLLOWING if incident.follows else State.RECEIVED
        after = move(incident, back, approval=answer, refusal=None, says=says, next_at=None)
        return Moved(after, "answered", facts)
    says = f"{answer.by} said no" if not answer.yes else f"{answer.by} said yes after the time to answer was over"
    return Moved(_declined(incident, says, now), "answered", {**facts, "escalated": says})


def unanswered(incident: Incident, now: datetime) -> Moved:
    """Nobody answered in time, which is a no; a person is told again, louder unless the service is well."""
    says = "nobody answered in time, which is a no"
    louder = ticket_now if incident.follows else page_now
    after = replace(_declined(incident, says, now), notices=louder(incident.notices, now))
    return Moved(after, "answered", {"escalated": says})


def _declined(incident: Incident, says: str, now: datetime) -> Incident:
    return move(incident, State.ESCALATED, refusal=Reason.NOT_APPROVED, says=says, next_at=now + RECONCILE)
