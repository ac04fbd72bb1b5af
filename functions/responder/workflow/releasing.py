"""Look at what a target runs, and what a release of it is made of, whatever kind of thing says so.

A target that serves an adapter has releases of two sorts: of what it runs, and of the adapter, told by their paths.
"""

from responder.domain.levers import lever_of
from responder.domain.release import Configuration, Release
from responder.domain.remediation import Lever, Snapshot
from responder.domain.runbook import Action
from responder.domain.target import Target
from responder.errors import NotThere
from responder.workflow.world import World


def see_running(target: Target, world: World, *, adapter: bool = False) -> Snapshot:
    """Look at the thing whose releases are marked; raise NotThere when the target has none, or CannotKnow."""
    return world.remediators[_lever(target, adapter=adapter)].observe(target)


def see_configuration(target: Target, name: str, world: World) -> Configuration:
    lever = _lever(target, adapter=target.is_adapter(name))
    return world.configurations[lever.kind].configuration(target, name)


def of_sort(target: Target, world: World, *, adapter: bool) -> tuple[Release, ...]:
    """Return the target's releases, of the adapter or of what else it runs where it has both."""
    releases, both = world.releases.of(target.name), target.touch.adapter and lever_of(Action.ROLLBACK, target)
    return tuple(r for r in releases if not both or target.is_adapter(r.config) is adapter)


def _lever(target: Target, *, adapter: bool) -> Lever:
    """Find what runs releases; without anything else it is the adapter."""
    restore = lever_of(Action.RESTORE_ADAPTER, target)
    lever = restore if adapter else lever_of(Action.ROLLBACK, target) or restore
    if lever is None:
        raise NotThere(f"{target.name} names nothing that runs releases, so there is nothing to mark or to go back to")
    return lever
