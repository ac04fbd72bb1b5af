"""Plan to spread the calls as services.yaml declares: the weights of variants, or of target groups.

The declared weights are how it should be, so nothing is led back; an undo is.
"""

from collections.abc import Callable, Mapping
from shlex import quote

from responder.domain.plain import canonical
from responder.domain.remediation import AS_DECLARED, NoPlan, Plan, Surroundings
from responder.domain.runbook import Action, Step
from responder.domain.target import Target
from responder.domain.touch import TouchKind


def plan_weights(target: Target, kind: TouchKind, step: Step, around: Surroundings) -> Plan | NoPlan:
    """Put the declared weights in the place of those in force; the names must be the same."""
    name, seen, declared = target.touch.names[kind], around.seen, _declared(target, kind)
    if seen.failed or not seen.settled:
        return NoPlan("not_settled", f"{name} is {seen.state}; something else is in flight")
    if declared.keys() != seen.current.keys() or not sum(declared.values()):
        there, wanted = ", ".join(sorted(seen.current)), ", ".join(sorted(declared))
        return NoPlan("other_names", f"{name} spreads over {there}; services.yaml declares {wanted}, not all of it 0")
    if _shares(declared) == _shares({part: float(weight) for part, weight in seen.current.items()}):
        return NoPlan(AS_DECLARED, f"{name} is spread as services.yaml declares: {_told(seen.current)}")
    desired = {part: f"{weight:g}" for part, weight in declared.items()}
    return Plan(
        action=Action.REBALANCE,
        kind=kind,
        resource=target.things[kind],
        before=seen.current,
        desired=desired,
        converge_within=step.converge_within,
        says=f"rebalance {name} from {_told(seen.current)} to {_told(desired)}",
        command=_COMMANDS[kind](target, desired),
        undo_command=_COMMANDS[kind](target, seen.current),
        drift=f"somebody gave {name} the weights {_told(seen.current)}; whoever it was may do so again",
    )


def _declared(target: Target, kind: TouchKind) -> Mapping[str, float]:
    named = target.touch.variant_weights if kind is TouchKind.VARIANT_WEIGHTS else target.touch.listener_weights
    return named.weights if named else {}


def _shares(weights: Mapping[str, float]) -> dict[str, float]:
    whole = sum(weights.values()) or 1.0
    return {part: round(weight / whole, 3) for part, weight in weights.items()}


def _told(weights: Mapping[str, str]) -> str:
    return ", ".join(f"{part} {weight}" for part, weight in sorted(weights.items()))


def _variants(target: Target, values: Mapping[str, str]) -> str:
    endpoint = target.touch.variant_weights.endpoint if target.touch.variant_weights else ""
    wanted = " ".join(quote(f"VariantName={part},DesiredWeight={weight}") for part, weight in sorted(values.items()))
    return (
        f"aws sagemaker update-endpoint-weights-and-capacities --region {quote(target.region)}"
        f" --endpoint-name {quote(endpoint)} --desired-weights-and-capacities {wanted}"
    )


def _listener(target: Target, values: Mapping[str, str]) -> str:
    """Change only these numbers: both calls replace all actions, that which signs people in included."""
    named, weights = target.touch.listener_weights, canonical({part: int(weight) for part, weight in values.items()})
    arn, region = quote(named.listener if named else ""), quote(target.region)
    change = (
        "map(if .ForwardConfig then .ForwardConfig.TargetGroups |= map(.Weight = "
        f'({weights}[.TargetGroupArn | split("/")[1]] // .Weight)) else . end)'
    )
    look, write = _RULE if named and named.is_rule else _LISTENER
    return (
        f"aws elbv2 {look[0]} {arn} --region {region} --query {quote(look[1])} --output json"
        f" | jq {quote(change)} > actions.json"
        f" && aws elbv2 {write[0]} {arn} --region {region} {write[1]} file://actions.json"
    )


_RULE = (("describe-rules --rule-arns", "Rules[0].Actions"), ("modify-rule --rule-arn", "--actions"))
_LISTENER = (
    ("describe-listeners --listener-arns", "Listeners[0].DefaultActions"),
    ("modify-listener --listener-arn", "--default-actions"),
)
_COMMANDS: Mapping[TouchKind, Callable[[Target, Mapping[str, str]], str]] = {
    TouchKind.VARIANT_WEIGHTS: _variants,
    TouchKind.LISTENER_WEIGHTS: _listener,
}
