"""Which action can be done to which kind of thing, and who plans it.

A new remediation is one line here, one planner, one remediator (`bootstrap.py` wires it) and its twin.
"""

from collections.abc import Callable, Mapping

from responder.domain.plans.adapter import plan_adapter
from responder.domain.plans.capacity import plan_capacity
from responder.domain.plans.circuit import plan_circuit
from responder.domain.plans.drain import plan_drain
from responder.domain.plans.freeze import plan_freeze
from responder.domain.plans.profile import plan_profile
from responder.domain.plans.reevaluation import plan_reevaluation
from responder.domain.plans.requeue import plan_requeue
from responder.domain.plans.restore import plan_restore
from responder.domain.plans.rollback import POINTERS, plan_rollback
from responder.domain.plans.rollout import plan_stop
from responder.domain.plans.throttle import plan_throttle
from responder.domain.plans.weights import plan_weights
from responder.domain.remediation import Lever, NoPlan, Plan, Surroundings
from responder.domain.runbook import Action, Step
from responder.domain.target import Target
from responder.domain.touch import REGISTRIES, TouchKind

Planner = Callable[[Target, TouchKind, Step, Surroundings], Plan | NoPlan]

RESTORES = tuple(Lever(Action.RESTORE_REGISTRY, kind) for kind in REGISTRIES)
PLANNERS: Mapping[Lever, Planner] = {
    **{Lever(Action.ROLLBACK, kind): plan_rollback for kind in POINTERS if kind is not TouchKind.ADAPTER},
    Lever(Action.RESTORE_ADAPTER, TouchKind.ADAPTER): plan_adapter,
    **dict.fromkeys(RESTORES, plan_restore),
    Lever(Action.THROTTLE, TouchKind.USAGE_PLAN): plan_throttle,
    Lever(Action.THROTTLE, TouchKind.API_STAGE): plan_throttle,
    Lever(Action.THROTTLE, TouchKind.LITELLM_TEAM): plan_throttle,
    Lever(Action.THROTTLE, TouchKind.LIMITS_DOCUMENT): plan_throttle,
    Lever(Action.FREEZE, TouchKind.CODEDEPLOY_GROUP): plan_stop,  # before the alias: whoever moves it is stopped
    Lever(Action.FREEZE, TouchKind.CONFIG_ROLLOUT): plan_stop,
    Lever(Action.FREEZE, TouchKind.LAMBDA_ALIAS): plan_freeze,
    Lever(Action.REEVALUATE, TouchKind.EVALUATION): plan_reevaluation,
    Lever(Action.SWITCH_PROFILE, TouchKind.SERVING_PROFILE): plan_profile,
    Lever(Action.OPEN_CIRCUIT, TouchKind.CIRCUIT): plan_circuit,
    Lever(Action.OPEN_CIRCUIT, TouchKind.LITELLM_CIRCUIT): plan_circuit,
    Lever(Action.SCALE_OUT, TouchKind.CAPACITY): plan_capacity,
    Lever(Action.REBALANCE, TouchKind.VARIANT_WEIGHTS): plan_weights,
    Lever(Action.REBALANCE, TouchKind.LISTENER_WEIGHTS): plan_weights,
    Lever(Action.DRAIN, TouchKind.TARGET_GROUP): plan_drain,
    Lever(Action.REQUEUE, TouchKind.DEAD_LETTERS): plan_requeue,
}


def lever_of(action: Action, target: Target) -> Lever | None:
    """Return how the action is done on this target: on the first of its things that knows it; None when none does."""
    return next(iter(ways_to(action, target)), None)


def ways_to(action: Action, target: Target) -> list[Lever]:
    """Return how the action may be done on this target: in one way, but a freeze stops whatever is rolling out."""
    able = [lever for lever in levers_of(target) if lever.action is action]
    return able if action is Action.FREEZE else able[:1]


def levers_of(target: Target) -> list[Lever]:
    """Return everything that can be done to a target."""
    named = target.touch.names
    return [lever for lever in PLANNERS if lever.kind in named]


def make_plan(lever: Lever, target: Target, step: Step, around: Surroundings | NoPlan) -> Plan | NoPlan:
    if isinstance(around, NoPlan):
        return around
    return PLANNERS[lever](target, lever.kind, step, around)
