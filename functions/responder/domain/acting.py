"""What becomes of an intention: acted, converged, undone, reverted.

"Accepted by an API" is not "done": what is in progress is polled until its deadline. Anything but the way we
meant it to go ends with a person, and what somebody else changed is never undone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from responder.domain.effects import EFFECTS
from responder.domain.escalation import Notice, bring_forward, page_now, ticket_now
from responder.domain.guard import Reason, Verdict
from responder.domain.incident import RECONCILE, Incident, Intent, Kind, Moved, State, check_every, move
from responder.domain.plain import to_plain
from responder.domain.remediation import Outcome, Plan, Standing, action_id

SHOWS_WITHIN = timedelta(minutes=1)  # what was accepted may look as before for a while: reads lag, stops are prepared
MOST_TRIES = 3  # of a change whose answer was lost and that is seen not to have happened


def direction(incident: Incident) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return where the running change comes from and goes to: forward, or back while it is undone.

    The way is `before`, `desired` and then every step of lifting; `lifted` says how far along it we are. What cannot
    go back is stopped instead.
    """
    plan = the_intent(incident).plan
    way = (plan.before, plan.desired, *plan.lift)
    here, there = way[incident.lifted], way[incident.lifted + 1]
    return (there, plan.stop or here) if incident.state in (State.UNDOING, State.REVERTING) else (here, there)


def token(incident: Incident) -> str:
    """Name the effect under way, as the outside sees it."""
    intent = the_intent(incident)
    return action_id(incident.id, intent.step, intent.attempt, incident.lifted) if incident.lifted else intent.action_id


def the_intent(incident: Incident) -> Intent:
    if incident.intent is None:
        raise AssertionError(f"incident {incident.id} is {incident.state} without an intent")
    return incident.intent


def led_back(incident: Incident) -> bool:
    """Say whether what was done last is back where it came from, step by step."""
    return 0 < incident.lifted == len(the_intent(incident).plan.lift)


def to_mind(incident: Incident) -> str | None:
    """Return what a person has to put right: of what was done last, unless it was led back, and of what was kept."""
    last = [] if led_back(incident) else [the_intent(incident).plan]
    return _joined([*(i.plan for i in incident.kept), *last])


def _joined(plans: Iterable[Plan]) -> str | None:
    return "; ".join(plan.drift for plan in plans if plan.drift) or None


def poll(incident: Incident) -> timedelta:
    """How often a change under way is looked at: it takes minutes to tens of minutes."""
    return min(timedelta(seconds=30), the_intent(incident).plan.converge_within / 20)


def acted(incident: Incident, outcome: Outcome, now: datetime) -> Moved:
    """Record what the outside said to the change; only an accepted or already done change goes on."""
    undoing = incident.state is State.UNDOING
    kind: Kind = "undone" if undoing else "acted"
    facts = {**_action(incident), "outcome": to_plain(outcome)}
    if outcome.result in ("accepted", "reconciled"):
        within = the_intent(incident).plan.converge_within
        after = move(
            incident,
            State.REVERTING if undoing else State.CONVERGING,
            next_at=now + poll(incident),
            give_up_at=now + within,
            stumbles=0,
            acted_at=now if incident.state is State.ACTING else incident.acted_at,
        )
        return Moved(after, kind, facts)
    if outcome.result == "unknown" and incident.stumbles + 1 < MOST_TRIES:
        return Moved(replace(incident, stumbles=incident.stumbles + 1, next_at=now + poll(incident)), kind, facts)
    return _hand_over(
        incident,
        kind,
        facts,
        f"{'taking it back' if undoing else 'the change'} was {outcome.result}: {outcome.says}",
        now,
    )


def not_done(incident: Incident, refusal: Verdict, now: datetime) -> Moved:
    """A guard said no at the last moment: nothing was changed, a person is told and gets the command to do it."""
    undoing = incident.state is State.UNDOING
    reason = refusal.reason or Reason.PRECONDITION
    facts = {
        **_action(incident),
        "outcome": to_plain(Outcome("not_done", refusal.says)),
        "guards": [to_plain(refusal)],
        "refusal": reason,
    }
    plan = the_intent(incident).plan
    if undoing:
        says = f"not taken back; to do it by hand: {plan.undo_command} -- {refusal.says}"
        after = _hand_over(incident, "undone", facts, says, now)
        return replace(after, incident=replace(after.incident, refusal=reason))
    after = _hand_over(incident, "acted", facts, refusal.says, now)
    return replace(after, incident=replace(after.incident, refusal=reason, proposal=plan, intent=None))


def converge(incident: Incident, standing: Standing, says: str, now: datetime) -> Moved:
    """Follow a change that was accepted until it is done, failed, or took too long."""
    reverting = incident.state is State.REVERTING
    late = is_late(incident, now)
    if standing is Standing.BEFORE and not late and _just_accepted(incident, now):
        standing = Standing.IN_PROGRESS
    match standing:
        case Standing.DESIRED:
            return _taken_back(incident, says, now) if reverting else _done(incident, says, now)
        case Standing.IN_PROGRESS if not late:
            return Moved(replace(incident, next_at=now + poll(incident)))
        case Standing.IN_PROGRESS:
            problem = "it did not finish in time"
        case Standing.BEFORE:
            problem = "the outside went back to where it was"
        case Standing.FAILED:
            problem = "it failed"
        case _:
            problem = "somebody else changed it meanwhile"
    kind: Kind = "reverted" if reverting else "converged"
    facts = {**_action(incident), "standing": standing, "says": says}
    return _hand_over(incident, kind, facts, f"{problem}: {says}", now)


def repeated(incident: Incident, outcome: Outcome, now: datetime) -> Moved:
    """Record that what had not reached every part was asked for again; only a refusal of it all ends it early."""
    kind: Kind = "undone" if incident.state is State.REVERTING else "acted"
    facts = {**_action(incident), "outcome": to_plain(outcome), "again": True}
    if outcome.result == "refused":
        return _hand_over(incident, kind, facts, f"asked again for what was missing: {outcome.says}", now)
    return Moved(replace(incident, next_at=now + SHOWS_WITHIN), kind, facts)


def not_done_again(incident: Incident, refusal: Verdict, now: datetime) -> Moved:
    """A guard said no to asking again: what is done so far stays, and a person is told."""
    kind: Kind = "undone" if incident.state is State.REVERTING else "acted"
    reason = refusal.reason or Reason.PRECONDITION
    outcome = to_plain(Outcome("not_done", refusal.says))
    facts = {**_action(incident), "outcome": outcome, "guards": [to_plain(refusal)], "refusal": reason, "again": True}
    after = _hand_over(incident, kind, facts, f"it is only partly done: {refusal.says}", now)
    return replace(after, incident=replace(after.incident, refusal=reason))


def is_late(incident: Incident, now: datetime) -> bool:
    return incident.give_up_at is not None and now >= incident.give_up_at


def _just_accepted(incident: Incident, now: datetime) -> bool:
    asked = _asked_at(incident)
    return asked is not None and now < asked + SHOWS_WITHIN


def hand_over(incident: Incident, kind: Kind, facts: dict[str, Any], says: str, now: datetime) -> Moved:
    return _hand_over(incident, kind, facts, says, now)


def quietly_over(incident: Incident, kind: Kind, facts: dict[str, Any], says: str, now: datetime) -> Moved:
    """Hand over what can wait: the service is well."""
    return _over(incident, kind, facts, says, ticket_now(incident.notices, now), now)


def stopping(incident: Incident, kind: Kind, facts: dict[str, Any], why: str) -> Moved:
    """Stop what goes on by itself; a person is told once it stands still."""
    return Moved(move(incident, State.UNDOING, says=why, next_at=None), kind, {**facts, "next": "stop", "says": why})


def too_slow(incident: Incident, says: str) -> Moved:
    """Stop what is well and goes on for too long."""
    facts = {**_action(incident), "standing": Standing.IN_PROGRESS}
    return stopping(incident, "converged", facts, f"it was not done in time: {says}")


def _done(incident: Incident, says: str, now: datetime) -> Moved:
    intent = the_intent(incident)
    verify = intent.verify
    facts = {**_action(incident), "standing": Standing.DESIRED, "says": says, "seconds": _under_way(incident, now)}
    if intent.plan.hands_over:
        return _passed_on(incident, facts, now)
    after = move(
        incident,
        State.VERIFYING,
        drift=to_mind(incident),
        next_at=now + check_every(verify.soak),
        give_up_at=now + verify.within,
        held_since=None,
        last_value=None,
    )
    return Moved(after, "converged", facts)


def _passed_on(incident: Incident, facts: dict[str, Any], now: datetime) -> Moved:
    """What was started elsewhere heals nothing here: a person is told as the severity asks, and has it."""
    says = f"done: {the_intent(incident).plan.says}; what comes of it is yours to judge"
    notices = bring_forward(incident.notices, now)
    after = move(incident, State.ESCALATED, says=says, notices=notices, next_at=now + RECONCILE, give_up_at=None)
    return Moved(after, "converged", {**facts, "escalated": says})


def _taken_back(incident: Incident, says: str, now: datetime) -> Moved:
    facts = {**_action(incident), "standing": Standing.DESIRED}
    plan = the_intent(incident).plan
    if plan.stop:
        says = f"{incident.says}; it was stopped ({says}), and what was moved stays moved"
        return _hand_over(replace(incident, reverted_at=now), "reverted", facts, says, now)
    if incident.lifted:
        back = EFFECTS[plan.action].back
        says = f"{back} brought the trouble back; it stands again where the service was well"
        after = replace(incident, drift=to_mind(replace(incident, lifted=0)))
        return _hand_over(after, "reverted", facts, says, now)
    after = replace(incident, reverted_at=now, drift=_joined(i.plan for i in incident.kept))
    return _hand_over(after, "reverted", facts, "the remediation did not help and was taken back", now)


def _hand_over(incident: Incident, kind: Kind, facts: dict[str, Any], says: str, now: datetime) -> Moved:
    """Page; but nobody is woken for what could not be begun afterwards, on a service that is well."""
    not_begun = the_intent(incident).follow_up and incident.state in (State.ACTING, State.CONVERGING)
    notices = ticket_now(incident.notices, now) if not_begun else page_now(incident.notices, now)
    return _over(incident, kind, facts, says, notices, now)


def _over(
    incident: Incident, kind: Kind, facts: dict[str, Any], says: str, notices: tuple[Notice, ...], now: datetime
) -> Moved:
    after = move(
        incident,
        State.ESCALATED,
        says=says,
        notices=notices,
        next_at=now + RECONCILE,
        give_up_at=None,
    )
    return Moved(after, kind, {**facts, "escalated": says})


def _action(incident: Incident) -> dict[str, Any]:
    intent = the_intent(incident)
    before, desired = direction(incident)
    return {
        "action_id": token(incident),
        "action": intent.plan.action,
        "before": dict(before),
        "desired": dict(desired),
    }


def _under_way(incident: Incident, now: datetime) -> float | None:
    asked = _asked_at(incident)
    return None if asked is None else round((now - asked).total_seconds(), 3)


def _asked_at(incident: Incident) -> datetime | None:
    """Return when what is converging was asked for: the change, or the last step of the way back."""
    return None if incident.give_up_at is None else incident.give_up_at - the_intent(incident).plan.converge_within
