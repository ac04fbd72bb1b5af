"""Plan to stop a running rollout and to do nothing else: the version that serves most goes on serving.

A freeze is never undone by itself: whether a rollout goes on is a person's decision.
"""

from responder.domain.plans.rollback import CANARY, alias_command
from responder.domain.remediation import NoPlan, Plan, Surroundings
from responder.domain.runbook import Action, Step
from responder.domain.target import Target
from responder.domain.touch import TouchKind

NOTHING_RUNS = "nothing_to_freeze"


def plan_freeze(target: Target, kind: TouchKind, step: Step, around: Surroundings) -> Plan | NoPlan:
    """Take the canary's traffic away from it, when there is one."""
    name, before = target.touch.names[kind], around.seen.current
    canary = before.get(CANARY, "")
    if not canary:
        return NoPlan(NOTHING_RUNS, f"no rollout is under way on {name}")
    desired = {**before, CANARY: ""}
    return Plan(
        action=Action.FREEZE,
        kind=kind,
        resource=target.things[kind],
        before=before,
        desired=desired,
        converge_within=step.converge_within,
        says=f"stop the rollout on {name} (it gave {canary} of the traffic to a new version)",
        command=alias_command(target, desired),
        undo_command=alias_command(target, before),
        undoable=False,
        leaves=canary.partition("=")[0],
        drift=f"the rollout on {name} was stopped; the pipeline may still be waiting for it",
    )
