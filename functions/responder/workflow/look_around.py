"""Look at everything a plan is made of: the thing itself, and what it could be brought back to."""

from datetime import datetime

from responder.domain.incident import Incident
from responder.domain.plans.reevaluation import wanted
from responder.domain.plans.registry import candidate, pointed_at
from responder.domain.release import candidates
from responder.domain.remediation import Candidate, Lever, NoPlan, Snapshot, Surroundings
from responder.domain.runbook import Action, fill
from responder.domain.target import Target
from responder.errors import ActionFailed, CannotKnow, CannotRead
from responder.workflow.releasing import of_sort
from responder.workflow.world import World

MOST_CANDIDATES = 3
MOST_SNAPSHOTS = 5


def look_around(lever: Lever, target: Target, incident: Incident, world: World, now: datetime) -> Surroundings | NoPlan:
    """Every doubt becomes the reason why there is no plan."""
    try:
        seen = world.remediators[lever].observe(target)
        match lever.action:
            case Action.ROLLBACK | Action.RESTORE_ADAPTER:
                return _with_releases(lever, target, seen, incident.left, world)
            case Action.RESTORE_REGISTRY:
                return Surroundings(seen, candidates=tuple(snapshots(target, incident.started_at, world)))
            case Action.REEVALUATE:
                return Surroundings(seen, wanted=wanted(incident.id, incident.alerts))
            case Action.DRAIN:
                return Surroundings(seen, loads=loads(target, world, now))
            case _:
                return Surroundings(seen)
    except (ActionFailed, CannotRead) as error:
        return NoPlan("cannot_look", f"{target.things[lever.kind]} cannot be looked at: {error}")


def loads(target: Target, world: World, now: datetime) -> dict[str, float]:
    """Ask how much each shard does, by the label that names it; raise CannotKnow when nobody can be asked."""
    group = target.touch.target_group
    if world.metrics is None or group is None:
        raise CannotKnow("nobody can be asked for the load of a shard")
    samples = world.metrics.query(fill(group.load, target.selector), now)
    return {s.labels[group.label]: s.value for s in samples if group.label in s.labels}


def snapshots(target: Target, onset: datetime, world: World) -> list[Candidate]:
    """Look at the newest snapshots from before the onset, up to the first that nothing speaks against."""
    now, looked = world.registry.read(target), []
    for snapshot in world.snapshots.before(onset, MOST_SNAPSHOTS):
        versions = pointed_at(snapshot, target) if target.name in snapshot.soaked else []
        looked.append(
            candidate(snapshot, target, now, {v.fingerprint: world.registry.artefacts(target, v) for v in versions})
        )
        if looked[-1].fault is None:
            break
    return looked


def _with_releases(
    lever: Lever, target: Target, seen: Snapshot, left: tuple[str, ...], world: World
) -> Surroundings | NoPlan:
    releases = of_sort(target, world, adapter=lever.action is Action.RESTORE_ADAPTER)
    choices = [r.config for r in candidates(releases, seen.release, left)[:MOST_CANDIDATES]]
    found = {name: world.configurations[lever.kind].configuration(target, name) for name in choices}
    return Surroundings(seen, releases, found, left)
