"""Plan to have more replicas while an incident lasts: the declared minimum, and nothing is taken away meanwhile.

The autoscaler stays in charge: only its lower bound is raised, and its upper one where that is below the declared
number. Scaling in is suspended, so that it does not work against us, and is allowed again on the way back.
"""

from collections.abc import Mapping
from shlex import quote

from responder.domain.remediation import AS_DECLARED, NoPlan, Plan, Surroundings
from responder.domain.runbook import Action, Step
from responder.domain.target import Target
from responder.domain.touch import TouchKind

MINIMUM, MAXIMUM, SUSPENDED = "minimum", "maximum", "suspended"
SCALE_IN = "scale_in"
SUSPENSIONS = {
    SCALE_IN: "DynamicScalingInSuspended",
    "scale_out": "DynamicScalingOutSuspended",
    "scheduled": "ScheduledScalingSuspended",
}


def plan_capacity(target: Target, kind: TouchKind, step: Step, around: Surroundings) -> Plan | NoPlan:
    """Raise the minimum to what services.yaml declares; say why when it is not settled, or as high already."""
    name, seen, most = target.touch.names[kind], around.seen, target.touch.capacity.most if target.touch.capacity else 0
    if seen.failed or not seen.settled:
        return NoPlan("not_settled", f"{name} is not settled ({seen.state}); something else is in flight")
    if int(seen.current[MINIMUM]) >= most:
        return NoPlan(
            AS_DECLARED, f"{name} has a minimum of {seen.current[MINIMUM]} already, services.yaml says {most}"
        )
    wanted = _raised(seen.current, most)
    return Plan(
        action=Action.SCALE_OUT,
        kind=kind,
        resource=target.things[kind],
        before=seen.current,
        desired=wanted,
        converge_within=step.converge_within,
        says=f"scale {name} out to at least {most} (before: {_told(seen.current)}), nothing is scaled in meanwhile",
        command=_command(target, wanted),
        undo_command=_command(target, seen.current),
        lift=(seen.current,) if step.lift_in else (),
        drift=f"{name} is scaled out to at least {most} and may not scale in; before it was {_told(seen.current)}",
    )


def suspended(values: Mapping[str, str]) -> dict[str, bool]:
    """Return the three suspensions as Application Auto Scaling names them."""
    held = values[SUSPENDED].split(",")
    return {theirs: ours in held for ours, theirs in SUSPENSIONS.items()}


def write_suspended(state: Mapping[str, bool]) -> str:
    return ",".join(ours for ours, theirs in SUSPENSIONS.items() if state.get(theirs))


def _raised(current: Mapping[str, str], most: int) -> dict[str, str]:
    return {
        MINIMUM: str(most),
        MAXIMUM: str(max(most, int(current[MAXIMUM]))),
        SUSPENDED: write_suspended({**suspended(current), SUSPENSIONS[SCALE_IN]: True}),
    }


def _told(values: Mapping[str, str]) -> str:
    held = f", {values[SUSPENDED]} suspended" if values[SUSPENDED] else ""
    return f"{values[MINIMUM]} to {values[MAXIMUM]}{held}"


def _command(target: Target, values: Mapping[str, str]) -> str:
    named = target.touch.capacity
    states = ",".join(f"{name}={str(held).lower()}" for name, held in suspended(values).items())
    namespace, resource, dimension = (named.namespace, named.resource, named.dimension) if named else ("", "", "")
    return (
        f"aws application-autoscaling register-scalable-target --region {quote(target.region)}"
        f" --service-namespace {namespace} --resource-id {quote(resource)}"
        f" --scalable-dimension {dimension} --min-capacity {values[MINIMUM]}"
        f" --max-capacity {values[MAXIMUM]} --suspended-state {states}"
    )
