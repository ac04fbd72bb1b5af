"""Look at what a target runs, and what a release of it is made of, whatever kind of thing says so."""

from responder.domain.levers import lever_of
from responder.domain.release import Configuration
from responder.domain.remediation import Lever, Snapshot
from responder.domain.runbook import Action
from responder.domain.target import Target
from responder.errors import NotThere
from responder.workflow.world import World


def see_running(target: Target, world: World) -> Snapshot:
    """Look at the thing whose releases are marked; raise NotThere when the target has none, or CannotKnow."""
    return world.remediators[_lever(target)].observe(target)


def see_configuration(target: Target, name: str, world: World) -> Configuration:
    return world.configurations[_lever(target).kind].configuration(target, name)


def _lever(target: Target) -> Lever:
    lever = lever_of(Action.ROLLBACK, target)
    if lever is None:
        raise NotThere(f"{target.name} names nothing that runs releases, so there is nothing to mark or to go back to")
    return lever
