"""Advance one held resource until nothing is left to do now.

Each step is: look at what is in hand, ask the outside what must be known, decide in the domain, write. The
order of writes for a change is intend, export, re-check, observe, act, record, so that every crash leaves
something from which the next holder can tell what happened.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from responder.domain import acting, deciding, guard, receiving, verification
from responder.domain.guard import Reason, Verdict
from responder.domain.incident import Incident, State
from responder.domain.message import UNKNOWN_TO_ALERTMANAGER
from responder.domain.mode import Mode, in_force, names
from responder.domain.next_step import Do, next_step
from responder.domain.proposing import needs_only_a_yes, propose, unanswered
from responder.domain.release import running
from responder.domain.remediation import Outcome, Snapshot, Standing, classify
from responder.domain.runbook import Autonomy, fill
from responder.domain.target import Target
from responder.errors import ActionFailed, CannotKnow, NotThere, TryAgain
from responder.ports import Remediator
from responder.workflow.diagnosing import diagnose_now
from responder.workflow.follow import came_of_it, follow, is_calm
from responder.workflow.gather import gather
from responder.workflow.hold import Hold
from responder.workflow.once import ReleasesOnce
from responder.workflow.soak import soak
from responder.workflow.storming import or_speak
from responder.workflow.survey import survey, would_be
from responder.workflow.tell import tell
from responder.workflow.world import World

MOST_STEPS = 30


def advance(hold: Hold, world: World, now: datetime) -> None:
    """Do every step that is due; raise TryAgain when the outside is too busy to go on."""
    for _ in range(MOST_STEPS):
        due = next_step(hold.record, now)
        if due is None:
            return
        _STEPS[due.do](hold, world, now)
    raise TryAgain(f"{hold.record.resource} still has work after {MOST_STEPS} steps")


def decide(hold: Hold, world: World, now: datetime) -> None:
    incident, world = hold.incident, replace(world, releases=ReleasesOnce(world.releases))
    target = world.library.target(incident.target)
    diagnosis = diagnose_now(incident, target, world, now)
    page = world.library.book.page(diagnosis.failure_mode)
    known, budgets = survey(incident, target, page, world, now)
    decision = deciding.decide(incident, diagnosis, page, target, known, hold.record.actions, world.library.fleet, now)
    if needs_only_a_yes(decision):
        hold.write(propose(incident, diagnosis, page, decision, now))
        return
    if decision.refusal:
        hold.write(deciding.refuse_to_act(incident, diagnosis, page, decision, decision.refusal, now))
        return
    record, moved = deciding.intend(hold.record, incident, diagnosis, page, decision, now)
    hold.write(moved, record=record, budgets=[b.spend(now) for b in budgets])


def expire(hold: Hold, _: World, now: datetime) -> None:
    hold.write(unanswered(hold.incident, now))


def act(hold: Hold, world: World, now: datetime) -> None:
    """Carry out the intention, forward, back or one step up again: export, observe, re-check, apply, record."""
    target = world.library.target(hold.incident.target)
    refusal = _export_first(hold, world)
    if target is None or refusal:
        gone = guard.refuse("allow_list", Reason.NO_TARGET, f"services.yaml no longer names {hold.incident.target}")
        hold.write(acting.not_done(hold.incident, refusal or gone, now))
        return
    before, desired = acting.direction(hold.incident)
    try:
        seen = _remediator(hold, world).observe(target)
    except NotThere as error:
        hold.write(acting.not_done(hold.incident, guard.refuse("observe", Reason.PRECONDITION, str(error)), now))
        return
    match classify(seen, dict(before), dict(desired)):
        case Standing.DESIRED | Standing.IN_PROGRESS as standing:
            hold.write(
                acting.acted(
                    hold.incident, Outcome("reconciled", f"seen as {standing}: {seen.says or seen.state}"), now
                )
            )
        case Standing.BEFORE:
            _apply(hold, world, target, seen, now)
        case standing:
            hold.write(
                acting.not_done(
                    hold.incident,
                    guard.refuse(
                        "observe", Reason.CHANGED_BY_OTHERS, f"the target is {standing}: {seen.says or seen.state}"
                    ),
                    now,
                )
            )


def converge(hold: Hold, world: World, now: datetime) -> None:
    incident = hold.incident
    before, desired = acting.direction(incident)
    target = world.library.target(incident.target)
    standing, says = Standing.IN_PROGRESS, f"services.yaml no longer names {incident.target}"
    if target:
        try:
            seen = _remediator(hold, world).observe(target)
            standing, says = classify(seen, dict(before), dict(desired)), seen.says or seen.state
            if standing is Standing.BEFORE and seen.piecemeal and not acting.is_late(incident, now):
                _again(hold, world, target, seen, now)
                return
        except CannotKnow as error:
            says = f"cannot look: {error}"
        except NotThere as error:
            standing, says = Standing.FAILED, str(error)
    hold.write(acting.converge(incident, standing, says, now))


def verify(hold: Hold, world: World, now: datetime) -> None:
    incident = hold.incident
    rule = acting.the_intent(incident).verify
    target = world.library.target(incident.target)
    if target is None:  # without its selector the query would measure every service there is
        hold.write(verification.cannot_tell(incident, f"services.yaml no longer names {incident.target}", now))
        return
    asked = [("verify", fill(rule.query, target.selector)), ("traffic", fill(rule.traffic.query, target.selector))]
    measured, traffic = gather(asked, world.metrics, now, world.ask)
    moved = verification.verify(incident, measured, traffic, now)
    if moved.facts.get("verdict") == verification.Verdict.RECOVERED:
        _blame(incident, target, world)
    if acting.the_intent(incident).follow_up and moved.incident.state is not State.UNDOING:
        moved = came_of_it(incident, moved, target, world, now)
    hold.write(moved)


def close(hold: Hold, _: World, now: datetime) -> None:
    moved = verification.close_if_ended(hold.incident, now)
    if moved is None:
        raise AssertionError(f"{hold.incident.id} was to be closed but {hold.incident.state} does not allow it")
    hold.write(moved)


def reconcile(hold: Hold, world: World, now: datetime) -> None:
    """Look at what the incident carries, and at the next of what stands apart from it."""
    incident = hold.incident
    beside, looked_at = world.journal.open_apart(incident.resource, incident.looked_at) if incident.apart else ([], "")
    open_keys = {e.fingerprint: e.key for e in incident.firing if e.source not in UNKNOWN_TO_ALERTMANAGER}
    asked = {open_keys[a.fingerprint]: a for a in incident.alerts if a.fingerprint in open_keys}
    asked |= {a.key: receiving.alert_of(a) for a in beside if a.incident == incident.id}
    states = world.alerts.states(list(asked.values())) if world.alerts else []
    seen = dict(zip(asked, states, strict=False))
    moved = verification.reconcile(replace(incident, looked_at=looked_at), seen, now, beside)
    moved = or_speak(moved, world.library.target(incident.target), world, now)
    record = replace(hold.record, past_episodes=receiving.remember(hold.record, moved.incident.episodes))
    hold.write(moved, record=receiving.remember_apart(record, moved.apart, now))


def export(hold: Hold, world: World, now: datetime) -> None:
    """Bring the audit up to the journal; a failure waits a minute and stops nothing but changes."""
    try:
        _put(hold, world)
    except ActionFailed as error:
        hold.record = replace(hold.record, export_not_before=now + timedelta(minutes=1))
        hold.mention("export_failing", {"why": str(error)})
    hold.save()


_STEPS: dict[Do, Callable[[Hold, World, datetime], None]] = {
    Do.TELL: tell,
    Do.UNDO: act,
    Do.ACT: act,
    Do.LIFT: act,
    Do.VERIFY: verify,
    Do.CONVERGE: converge,
    Do.DECIDE: decide,
    Do.FOLLOW: follow,
    Do.EXPIRE: expire,
    Do.CLOSE: close,
    Do.RECONCILE: reconcile,
    Do.SOAK: soak,
    Do.EXPORT: export,
}


def _remediator(hold: Hold, world: World) -> Remediator:
    return world.remediators[acting.the_intent(hold.incident).plan.lever]


def _apply(hold: Hold, world: World, target: Target, seen: Snapshot, now: datetime) -> None:
    refusal = guard.first_refusal(_recheck(hold, world, target, now))
    if refusal:
        hold.write(acting.not_done(hold.incident, refusal, now))
        return
    _, desired = acting.direction(hold.incident)
    outcome = _remediator(hold, world).apply(target, seen, desired, acting.token(hold.incident))
    hold.write(acting.acted(hold.incident, outcome, now))


def _again(hold: Hold, world: World, target: Target, seen: Snapshot, now: datetime) -> None:
    """Ask once more for the parts that stand elsewhere: one was refused, or began anew without what it had."""
    incident = hold.incident
    refusal = _export_first(hold, world) or guard.first_refusal(_recheck(hold, world, target, now))
    if refusal:
        hold.write(acting.not_done_again(incident, refusal, now))
        return
    _, desired = acting.direction(incident)
    outcome = _remediator(hold, world).apply(target, seen, desired, acting.token(incident))
    hold.write(acting.repeated(incident, outcome, now))


def _recheck(hold: Hold, world: World, target: Target, now: datetime) -> list[Verdict]:
    """Ask again what may have changed since the decision; taking back does not need the alert to fire."""
    incident = hold.incident
    intent = acting.the_intent(incident)
    settings = world.modes.read(names(intent.failure_mode, target.name))
    switch = in_force(settings, Autonomy.AUTO, world.alerts is not None)
    approved = switch.mode is Mode.SUGGEST and intent.approved_by is not None
    verdicts = [guard.allow("mode", f"approved by {intent.approved_by}") if approved else guard.mode_guard(switch)]
    if incident.state is State.ACTING:
        verdicts.append(is_calm(incident, world) if intent.follow_up else would_be(incident, world))
    left = min(world.time_left(), (hold.record.lease_until or now) - now)  # looked at last: asking takes time
    return [*verdicts, guard.time_guard(left, intent.plan.worst_case)]


def _export_first(hold: Hold, world: World) -> Verdict | None:
    """Nothing outside is changed before the audit has the intention."""
    try:
        _put(hold, world)
    except ActionFailed as error:
        return guard.refuse("export", Reason.EXPORT_FAILED, f"the audit could not be written: {error}")
    return None


def _put(hold: Hold, world: World) -> None:
    for record in hold.unexported():
        world.audit.put(record)
    hold.exported()


def _blame(incident: Incident, target: Target, world: World) -> None:
    """The releases that were taken out of service until it was well are never gone back to."""
    if not acting.the_intent(incident).plan.leaves:
        return
    releases = world.releases.of(target.name)
    for bad in [running(releases, config) for config in incident.left]:
        if bad and not bad.blamed:
            world.releases.save(replace(bad, blamed=f"incident {incident.id}"))
