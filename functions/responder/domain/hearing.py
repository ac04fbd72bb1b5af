"""A person has it: what they did is written down, nobody else is told, and automation on this incident is over.

A running change is not taken back: it was started with a plan, and the person sees in the page what it is. What
they say of an incident that is closed, or of one before it, changes nothing any more.
"""

from dataclasses import replace
from datetime import datetime

from responder.domain.escalation import taken_over
from responder.domain.incident import MOVES, RECONCILE, Incident, Moved, State, move
from responder.domain.plain import stamp
from responder.domain.said import Said


def hear(incident: Incident, said: Said, now: datetime) -> Moved | None:
    """Return the incident in a person's hands; None when this is no news of it."""
    if incident.id != said.incident or said in incident.said:
        return None
    facts = {"by": said.by, "did": said.did, "via": said.via, "at": stamp(said.at)}
    heard = replace(incident, said=(*incident.said, said)[-10:])
    if incident.state is State.CLOSED:
        return Moved(heard, "heard", facts)
    who = f"{said.by} has it ({said.did} in {said.via})"
    heard = replace(heard, notices=taken_over(heard.notices, said.by))
    if State.ESCALATED in MOVES[heard.state]:
        says = f"{who}; automation has stopped{_while(incident)}"
        heard = move(heard, State.ESCALATED, says=says, next_at=now + RECONCILE, give_up_at=None)
        return Moved(heard, "heard", {**facts, "says": says, "escalated": says})
    return Moved(heard, "heard", {**facts, "says": who})


def _while(incident: Incident) -> str:
    """Say what may still be moving outside."""
    still = (State.RECEIVED, State.VERIFYING, State.FOLLOWING, State.RECOVERED)
    moves = incident.state is State.VERIFYING and incident.intent is not None and incident.intent.plan.stop
    if incident.state in still and not moves:
        return ""
    return f" while it was {incident.state}: what was begun goes on by itself"
