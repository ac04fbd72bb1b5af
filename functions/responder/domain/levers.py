"""Which action can be done to which kind of thing, and who plans it.

A new remediation is one line here, one planner, one remediator (`bootstrap.py` wires it) and its twin.
"""

from collections.abc import Callable, Mapping

from responder.domain.freeze import plan_freeze
from responder.domain.registry import plan_restore
from responder.domain.remediation import Lever, NoPlan, Plan, Surroundings
from responder.domain.rollback import POINTERS, plan_rollback
from responder.domain.runbook import Action, Step
from responder.domain.target import Target
from responder.domain.throttle import plan_throttle
from responder.domain.touch import TouchKind

Planner = Callable[[Target, TouchKind, Step, Surroundings], Plan | NoPlan]

RESTORE = Lever(Action.RESTORE_REGISTRY, TouchKind.REGISTRY)
PLANNERS: Mapping[Lever, Planner] = {
    **{Lever(Action.ROLLBACK, kind): plan_rollback for kind in POINTERS},
    RESTORE: plan_restore,
    Lever(Action.THROTTLE, TouchKind.USAGE_PLAN): plan_throttle,
    Lever(Action.THROTTLE, TouchKind.API_STAGE): plan_throttle,
    Lever(Action.THROTTLE, TouchKind.LIMITS_DOCUMENT): plan_throttle,
    Lever(Action.FREEZE, TouchKind.LAMBDA_ALIAS): plan_freeze,
}


def lever_of(action: Action, target: Target) -> Lever | None:
    """Return how the action is done on this target: on the first of its things that knows it; None when none does."""
    able = (Lever(action, kind) for kind in target.touch.names)
    return next((lever for lever in able if lever in PLANNERS), None)


def levers_of(target: Target) -> list[Lever]:
    """Return everything that can be done to a target."""
    return [lever for lever in PLANNERS if lever.kind in target.touch.names]


def make_plan(lever: Lever, target: Target, step: Step, around: Surroundings | NoPlan) -> Plan | NoPlan:
    if isinstance(around, NoPlan):
        return around
    return PLANNERS[lever](target, lever.kind, step, around)
