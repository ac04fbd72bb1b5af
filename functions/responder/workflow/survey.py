"""Ask the outside what a decision must know. Every doubt becomes a value that denies."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from responder.domain.deciding import Known
from responder.domain.guard import Firing, Verdict, firing_guard
from responder.domain.incident import Incident
from responder.domain.journal import Budget
from responder.domain.levers import ways_to
from responder.domain.mode import names
from responder.domain.receiving import alert_of
from responder.domain.remediation import Lever
from responder.domain.runbook import Action, Quota, Runbook
from responder.domain.storm import Storm, gather_storm, labels_of_series
from responder.domain.target import Target, find_target, quoted
from responder.errors import ActionFailed
from responder.workflow.look_around import look_around
from responder.workflow.world import World

MOST_INCIDENTS = 20


def survey(
    incident: Incident, target: Target | None, page: Runbook, world: World, now: datetime
) -> tuple[Known, list[Budget]]:
    """Return what is known, and the budgets an action would be spent from."""
    if target is None or not page.policy.remediation:
        return _nothing(incident, target, page, world), []
    budgets = world.agenda.budgets([f"runbook#{page.failure_mode}", "fleet"])
    firing = firing_now(incident, world)
    known = Known(
        settings=dict(world.modes.read(names(page.failure_mode, target.name))),
        can_ask=world.alerts is not None,
        firing=firing,
        around={lever: look_around(lever, target, incident, world, now) for lever in _levers(page, incident, target)},
        spent_runbook=budgets[0].spent,
        spent_fleet=budgets[1].spent,
        storm=_foresee(look_for_storm(world, now), incident, firing, world, now),
    )
    return known, budgets


def firing_now(incident: Incident, world: World) -> Firing:
    """One alert of the incident that still fires is enough; a silence on every one of them is a person."""
    if world.alerts is None:
        return Firing("unknown", "neither Prometheus nor Alertmanager can be asked")
    fresh = {e.fingerprint for e in incident.firing}
    asked = [a for a in incident.alerts if a.fingerprint in fresh]
    if incident.apart and not asked:
        beside, _ = world.journal.open_apart(incident.resource, "")
        asked = [alert_of(a) for a in beside]
    answers = world.alerts.states(asked)
    for state in ("firing", "suppressed", "unknown", "gone"):
        found = next((a for a in answers if a.state == state), None)
        if found:
            return found
    return Firing("gone", "no alert of this incident is open any more")


def look_for_storm(world: World, now: datetime) -> Storm:
    """Count who else is in trouble."""
    resources = {target.resource for target in world.library.targets}
    return gather_storm(world.agenda.incidents(MOST_INCIDENTS), resources, now, world.library.storm)


def _foresee(storm: Storm, incident: Incident, firing: Firing, world: World, now: datetime) -> Storm:
    """Add the targets on which the same alert began to fire within the span of a storm, or is about to."""
    recent = [labels for labels, since in firing.beside if now - since < storm.rule.span]
    try:
        labelled = [*recent, *_pending(incident, world, now)]
    except ActionFailed as error:
        return replace(storm, firing=_targets_of(recent, world, storm.rule), doubt=str(error))
    return replace(storm, firing=_targets_of(labelled, world, storm.rule))


def _pending(incident: Incident, world: World, now: datetime) -> list[dict[str, str]]:
    """Ask Prometheus where the same alert is about to fire: each waits for its own `for`, one cause began them all."""
    alert = next(iter(incident.alerts), None)
    if world.metrics is None or alert is None:
        return []
    asked = f'ALERTS{{alertstate="pending",alertname={quoted(alert.name)}}}'
    return labels_of_series(alert, [sample.labels for sample in world.metrics.query(asked, now)])


def _targets_of(labelled: Iterable[Mapping[str, str]], world: World, rule: Quota) -> frozenset[str]:
    """Find whose labels these are; enough for a storm are enough."""
    found = set[str]()
    for labels in labelled:
        target = find_target(labels, world.library.targets)
        found |= {target.resource} if isinstance(target, Target) else set()
        if len(found) >= rule.times:
            break
    return frozenset(found)


def would_be(incident: Incident, world: World) -> Verdict:
    return firing_guard(firing_now(incident, world))


def _levers(page: Runbook, incident: Incident, target: Target) -> list[Lever]:
    """Everything the rest of the ladder could pull here; the running release is looked at: conditions read it."""
    actions = [step.action for step in page.policy.remediation[incident.step :]]
    if any(step.action is Action.ROLLBACK for step in page.policy.remediation):
        actions = [Action.ROLLBACK, *actions]
    return [lever for action in dict.fromkeys(actions) for lever in ways_to(action, target)]


def _nothing(incident: Incident, target: Target | None, page: Runbook, world: World) -> Known:
    """Without a target or a ladder nothing can be done, so nothing is asked; the mode is still part of the record."""
    settings = dict(world.modes.read(names(page.failure_mode, target.name if target else None)))
    asked = Firing(
        "firing" if incident.still_firing else "gone",
        "as the notification said; not asked, because there is nothing to do",
    )
    return Known(settings, world.alerts is not None, asked, {}, (), ())
