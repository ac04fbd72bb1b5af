"""What is done once the service is well again: `afterwards` of a page, step by step.

    verified ──► following: wait until its alerts have ended ──► nothing to do: passed over, and written down
                     │                                     ├──► refused: a person has it, by ticket, the service is well
                     │                                     └──► acting ─► converging ─► verifying: does it stay well?
                     └── they do not end: a person                          │
                                       it stays well, nothing came back ◄───┤
                          not well: stopped at once, a person is paged ◄────┘

It is guarded like everything else, but by counters of its own: what heals a service must not be used up by what
clears up behind it. It asks the opposite of an alert: that it fires no more.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from responder.domain.acting import quietly_over, the_intent, too_slow
from responder.domain.deciding import Decision, Known, plan_guard, switch_guard, target_guard
from responder.domain.escalation import page_now, ticket_now
from responder.domain.guard import Firing, Reason, Verdict, allow, budget_guard, refuse
from responder.domain.incident import RECONCILE, Incident, Intent, Moved, State, check_every, move
from responder.domain.journal import TargetRecord
from responder.domain.levers import lever_of, make_plan
from responder.domain.mode import in_force
from responder.domain.plain import stamp, to_plain
from responder.domain.plans.requeue import NO_LETTERS, WINDOW, Requeued, came_back, letters, too_often
from responder.domain.remediation import NoPlan, Plan, Snapshot, Standing, action_id, classify
from responder.domain.runbook import FollowUp, Quota, Runbook
from responder.domain.storm import storm_guard
from responder.domain.target import Target
from responder.domain.verification import recovered_now

REMEMBERED = 20  # moves kept per resource
WAIT = timedelta(minutes=1)


def turn(incident: Incident) -> FollowUp:
    """Return the step whose turn it is."""
    return the_intent(incident).afterwards[incident.follows - 1]


def calm_guard(firing: Firing) -> Verdict:
    """Nothing is brought back to a service whose alert fires, or of which nobody can say so."""
    match firing.state:
        case "gone":
            return allow("calm", firing.says)
        case "unknown":
            return Verdict("calm", "unknown", firing.says, Reason.CANNOT_ASK)
        case "suppressed":
            return refuse("calm", Reason.SILENCED, f"{firing.says}: a person has it")
        case _:
            return refuse("calm", Reason.STILL_FIRING, firing.says)


def still_waits(incident: Incident, firing: Firing, now: datetime) -> Moved | None:
    """Wait for the alert to end, as long as a recovery is believed without; then a person has it."""
    if firing.state not in ("firing", "unknown"):
        return None
    if incident.give_up_at is not None and now < incident.give_up_at:
        return Moved(replace(incident, next_at=now + WAIT))
    fires = firing.state == "firing"
    doubt = "the alert still fires" if fires else "nobody can say whether the alert ended"
    reason, says = (Reason.STILL_FIRING if fires else Reason.CANNOT_ASK), f"recovery was verified, but {doubt}"
    facts = {"step": incident.follows, "refusal": reason, "says": says, "escalated": says}
    after = move(incident, State.ESCALATED, says=says, notices=page_now(incident.notices, now), next_at=now + RECONCILE)
    return Moved(after, "followed", facts)


def decide_afterwards(
    incident: Incident,
    page: Runbook,
    target: Target | None,
    known: Known,
    past: Sequence[Requeued],
    fleet: Sequence[Quota],
    now: datetime,
) -> Decision:
    """Plan the step and ask every guard that is about clearing up."""
    made = _plan(incident, target, known)
    step = turn(incident).step
    verdicts = (
        target_guard(incident, target),
        allow("ladder", f"afterwards: {step.action}"),
        calm_guard(known.firing),
        storm_guard(known.storm, incident.together),
        _loop_guard(target, made, past, now),
        budget_guard("fleet", known.spent_fleet, fleet, now),
        plan_guard(made),
        switch_guard(in_force(known.settings, page.policy.autonomy, known.can_ask), incident.approval, made),
    )
    plan = made if isinstance(made, Plan) else None
    return Decision(verdicts, plan, step, incident.follows, incident.together, idle=nothing_to_do(made))


def nothing_to_do(made: Plan | NoPlan) -> str | None:
    """Say why there is clearly nothing to do; None when there is, or when nobody can tell."""
    return made.says if isinstance(made, NoPlan) and made.reason == NO_LETTERS else None


def pass_over(incident: Incident, says: str, now: datetime) -> Moved:
    """Write down that there was nothing to do, tell nobody, and go on as if the step did not stand there."""
    facts = {"step": incident.follows, "says": says}
    if incident.follows < len(the_intent(incident).afterwards):
        return Moved(replace(incident, follows=incident.follows + 1, next_at=None), "followed", facts)
    return Moved(recovered_now(incident, now), "followed", facts)


def leave_it(incident: Incident, decision: Decision, refusal: Verdict, now: datetime) -> Moved:
    """Leave what may not be done to a person; the service is well, so nobody is woken for it."""
    reason = refusal.reason or Reason.PRECONDITION
    loops = refusal.guard == "loop"  # to do it by hand is then no advice
    after = move(
        incident,
        State.ESCALATED,
        refusal=reason,
        says=refusal.says,
        proposal=None if loops else decision.plan,
        notices=ticket_now(incident.notices, now),
        next_at=now + RECONCILE,
        give_up_at=None,
    )
    return Moved(after, "followed", {**_decided(decision), "refusal": reason, "says": refusal.says})


def ask_about_it(proposed: Moved, decision: Decision, now: datetime) -> Moved:
    """Ask as `proposing` does; whoever was told that the service is well hears that there is a question."""
    told = replace(proposed.incident, notices=ticket_now(proposed.incident.notices, now))
    return Moved(told, "followed", {**_decided(decision), **{k: proposed.facts[k] for k in ("refusal", "asked")}})


def intend_afterwards(
    record: TargetRecord, incident: Incident, target: Target, decision: Decision, now: datetime
) -> tuple[TargetRecord, Moved]:
    """Write down what will be done, and count it; what healed the service stands beside it from now on."""
    plan, healed = decision.plan, the_intent(incident)
    if plan is None:
        raise AssertionError("an intention needs a plan; the guards let something through")
    attempt = incident.attempts + 1
    intent = replace(
        healed,
        action_id=action_id(incident.id, incident.follows, attempt),
        step=incident.follows,
        attempt=attempt,
        plan=plan,
        approved_by=incident.approval.by if incident.approval else None,
        follow_up=True,
    )
    after = move(
        _beside(incident, healed),
        State.ACTING,
        intent=intent,
        attempts=attempt,
        lifted=0,
        says=plan.says,
        proposal=None,
        approval=None,
        refusal=None,
        next_at=None,
        give_up_at=None,
    )
    facts = {**_decided(decision), "intent": to_plain(intent), "plan_sha256": plan.sha256, "says": plan.says}
    return replace(record, requeued=_counted(record, target, plan, now)), Moved(after, "followed", facts)


def came_of_it(incident: Incident, looked: Moved, seen: Snapshot | None, now: datetime) -> Moved:
    """Say what became of the letters, on a service that is well: the soak begins when the last one was moved.

    They are still on their way, there again, or gone for good; what cannot be looked at may still be moving.
    """
    plan = the_intent(incident).plan
    if seen is None or not seen.settled:
        return _still_moving(incident, looked.incident, seen, now)
    if looked.kind is None:
        return looked
    facts = {**looked.facts, "letters": plan.letters, "left": seen.waiting}
    if classify(seen, plan.before, plan.desired) is not Standing.DESIRED:
        return quietly_over(incident, "verified", facts, f"the move did not end as it was meant to: {seen.says}", now)
    if came_back(plan.letters, seen.waiting):
        says = (
            f"{letters(plan.letters)} moved, and {seen.waiting} are there again: they die of something else;"
            f" nothing is moved again before {stamp(now + WINDOW)[:16]}Z"
        )
        return quietly_over(incident, "verified", facts, says, now)
    return replace(looked, facts=facts)


def _still_moving(incident: Incident, looked: Incident, seen: Snapshot | None, now: datetime) -> Moved:
    intent = the_intent(incident)
    if incident.acted_at and now >= incident.acted_at + intent.plan.converge_within:
        return too_slow(incident, (seen.says or seen.state) if seen else "nobody can look")
    every, until = check_every(intent.verify.soak), now + intent.verify.within
    waits = replace(incident, last_value=looked.last_value, held_since=None, next_at=now + every, give_up_at=until)
    return Moved(waits)


def _plan(incident: Incident, target: Target | None, known: Known) -> Plan | NoPlan:
    follow_up = turn(incident)
    lever = lever_of(follow_up.action, target) if target else None
    if target is None or lever is None or lever not in known.around:
        return NoPlan("no_lever", f"nothing of {incident.target} can be changed by {follow_up.action} any more")
    return make_plan(lever, target, follow_up.step, known.around[lever])


def _loop_guard(target: Target | None, made: Plan | NoPlan, past: Sequence[Requeued], now: datetime) -> Verdict:
    named = target.touch.dead_letters if target else None
    if named is None or not isinstance(made, Plan):
        return allow("loop", "there is nothing to count")
    says = too_often(past, named, made.letters, now)
    counted = f"moved less than {named.per_day} times within a day"
    return refuse("loop", Reason.LOOP, says) if says else allow("loop", counted)


def _beside(incident: Incident, healed: Intent) -> Incident:
    """Keep what healed the service in mind: led back, or standing."""
    if incident.lifted and incident.lifted == len(healed.plan.lift):
        return replace(incident, led_back=(*incident.led_back, healed.plan.says))
    return replace(incident, kept=(*incident.kept, healed))


def _counted(record: TargetRecord, target: Target, plan: Plan, now: datetime) -> tuple[Requeued, ...]:
    named = target.touch.dead_letters
    more = (Requeued(named.queue, now, plan.letters),) if named else ()
    return (*record.requeued, *more)[-REMEMBERED:]


def _decided(decision: Decision) -> dict[str, Any]:
    return {
        "step": decision.number,
        "guards": [to_plain(verdict) for verdict in decision.verdicts],
        "proposal": to_plain(decision.plan) if decision.plan else None,
    }
