"""What is done once the service is well again: decide it, watch it, and see what came of it."""

from datetime import datetime

from responder.domain import following
from responder.domain.acting import the_intent
from responder.domain.deciding import Known
from responder.domain.guard import Firing, Verdict
from responder.domain.incident import Incident, Moved
from responder.domain.journal import Budget
from responder.domain.levers import lever_of
from responder.domain.mode import names
from responder.domain.proposing import needs_only_a_yes, propose
from responder.domain.target import Target
from responder.errors import CannotKnow, NotThere
from responder.workflow.hold import Hold
from responder.workflow.look_around import look_around
from responder.workflow.survey import firing_now, look_for_storm
from responder.workflow.world import World


def follow(hold: Hold, world: World, now: datetime) -> None:
    """Take the step whose turn it is, once the alerts have ended."""
    incident = hold.incident
    target, page = world.library.target(incident.target), world.library.book.page(the_intent(incident).failure_mode)
    firing = firing_now(incident.worst, world)
    if waits := following.still_waits(incident, firing, now):
        hold.write(waits)
        return
    fleet = world.agenda.budgets(["fleet"])[0]
    known = _known(incident, target, firing, world, fleet, now)
    decision = following.decide_afterwards(
        incident, page, target, known, hold.record.requeued, world.library.fleet, now
    )
    if decision.idle:
        hold.write(following.pass_over(incident, decision.idle, now))
    elif incident.diagnosis and needs_only_a_yes(decision):
        asked = propose(incident, incident.diagnosis, page, decision, now)
        hold.write(following.ask_about_it(asked, decision, now))
    elif decision.refusal or target is None:
        hold.write(following.leave_it(incident, decision, decision.refusal or decision.verdicts[0], now))
    else:
        record, moved = following.intend_afterwards(hold.record, incident, target, decision, now)
        hold.write(moved, record=record, budgets=[fleet.spend(now)])


def came_of_it(incident: Incident, looked: Moved, target: Target, world: World, now: datetime) -> Moved:
    """Look at what was begun, while the service is well; what cannot be looked at is looked at again."""
    try:
        seen = world.remediators[the_intent(incident).plan.lever].observe(target)
    except (CannotKnow, NotThere):
        return following.came_of_it(incident, looked, None, now)
    return following.came_of_it(incident, looked, seen, now)


def is_calm(incident: Incident, world: World) -> Verdict:
    return following.calm_guard(firing_now(incident.worst, world))


def _known(
    incident: Incident, target: Target | None, firing: Firing, world: World, fleet: Budget, now: datetime
) -> Known:
    lever = lever_of(following.turn(incident).action, target) if target else None
    around = {lever: look_around(lever, target, incident, world, now)} if target and lever else {}
    return Known(
        settings=dict(world.modes.read(names(the_intent(incident).failure_mode, incident.target))),
        can_ask=world.alerts is not None,
        firing=firing,
        around=around,
        spent_runbook=(),
        spent_fleet=fleet.spent,
        storm=look_for_storm(world, now),
    )
