"""Plan to let less traffic in: down to a share of the limit in force, and up again in even steps.

A limit is never lowered below the target's own `least`, and never made where there is none: what was
unlimited stays so until its owner gives it a limit.
"""

import json
from collections.abc import Callable, Mapping
from shlex import quote

from responder.domain.plain import canonical
from responder.domain.plans.document import DOCUMENT, document_command
from responder.domain.remediation import NoPlan, Plan, Surroundings
from responder.domain.runbook import Action, Step
from responder.domain.target import Target
from responder.domain.touch import TouchKind

RATE = "rate"
BURST = "burst"
PER_MINUTE = ("rpm_limit", "tpm_limit")  # whole numbers, of requests and of tokens
NO_LIMIT = "no_limit"
AT_LEAST = "at_least"
Values = dict[str, str]
Scale = Callable[[Values, float], Values]


def plan_throttle(target: Target, kind: TouchKind, step: Step, around: Surroundings) -> Plan | NoPlan:
    """Compute the lower limits and the way back up; say why when there is nothing to lower."""
    seen, least = around.seen, _least(target, kind)
    if seen.failed or not seen.settled:
        return NoPlan("not_settled", f"{target.touch.names[kind]} is {seen.state}; something else is in flight")
    before = numbers(seen.current)
    lowered = {name: before[name] for name in least if name in before}
    if not lowered:
        return NoPlan(NO_LIMIT, f"{target.touch.names[kind]} has no limit of the names {', '.join(least)} to lower")
    desired = {name: max(least[name], value * step.to) for name, value in lowered.items()}
    if all(desired[name] >= value for name, value in lowered.items()):
        return NoPlan(AT_LEAST, f"{_told(lowered)} is already as low as services.yaml allows")
    return _plan(target, kind, step, seen.current, lowered, desired)


def numbers(values: Mapping[str, str]) -> dict[str, float]:
    """Read the numbers of a limit, or of the top level of a limits document."""
    if DOCUMENT not in values:
        return {name: float(value) for name, value in values.items()}
    document = json.loads(values[DOCUMENT])
    fields = document.items() if isinstance(document, dict) else ()
    return {name: float(value) for name, value in fields if type(value) in (int, float)}


def put(values: Mapping[str, str], limits: Mapping[str, float]) -> Values:
    """Write these limits over the values, leaving everything else as it is."""
    if DOCUMENT in values:
        return {DOCUMENT: canonical({**json.loads(values[DOCUMENT]), **{n: _whole(v) for n, v in limits.items()}})}
    return {**values, **{name: _written(name, value) for name, value in limits.items()}}


def _plan(
    target: Target, kind: TouchKind, step: Step, current: Values, before: dict[str, float], desired: dict[str, float]
) -> Plan:
    name = target.touch.names[kind]
    lowered = put(current, desired)
    low = {limit: numbers(lowered)[limit] for limit in desired}
    return Plan(
        action=Action.THROTTLE,
        kind=kind,
        resource=target.things[kind],
        before=current,
        desired=lowered,
        converge_within=step.converge_within,
        says=f"throttle {name} from {_told(before)} to {_told(low)}, {_afterwards(step)}",
        command=_COMMANDS[kind](target, lowered),
        undo_command=_COMMANDS[kind](target, current),
        lift=_lift(step, current, desired, before),
        drift=f"{name} is throttled; before it was {_told(before)}",
    )


def _lift(step: Step, current: Values, low: dict[str, float], high: dict[str, float]) -> tuple[Values, ...]:
    """The last step is what it was, to the letter."""
    steps = [put(current, _between(low, high, n / step.lift_in)) for n in range(1, step.lift_in)]
    return (*steps, current) if step.lift_in else ()


def _afterwards(step: Step) -> str:
    return f"then lift it again in {step.lift_in} steps" if step.lift_in else "until a person lifts it"


def _between(low: dict[str, float], high: dict[str, float], share: float) -> dict[str, float]:
    return {name: round(low[name] + (high[name] - low[name]) * share, 3) for name in low}


def _least(target: Target, kind: TouchKind) -> dict[str, float]:
    match kind:
        case TouchKind.USAGE_PLAN if target.touch.usage_plan:
            return {RATE: target.touch.usage_plan.least}
        case TouchKind.LITELLM_TEAM if target.touch.litellm_team:
            return {str(name): least for name, least in target.touch.litellm_team.least.items()}
        case TouchKind.API_STAGE if target.touch.api_stage:
            return {RATE: target.touch.api_stage.least}
        case TouchKind.LIMITS_DOCUMENT if target.touch.limits_document:
            return target.touch.limits_document.least
        case _:
            return {}


def _told(limits: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.12g}" for name, value in sorted(limits.items()))


def _written(name: str, value: float) -> str:
    return str(int(value)) if name in PER_MINUTE else f"{value:g}"


def _whole(value: float) -> float | int:
    return int(value) if value == int(value) else value


def _usage_plan(target: Target, values: Mapping[str, str]) -> str:
    plan = quote(target.touch.usage_plan.plan) if target.touch.usage_plan else ""
    return (
        f"aws apigateway update-usage-plan --region {quote(target.region)} --usage-plan-id {plan}"
        f" --patch-operations op=replace,path=/throttle/rateLimit,value={values.get(RATE, '')}"
    )


def _stage(target: Target, values: Mapping[str, str]) -> str:
    stage = target.touch.api_stage
    path = method_path(stage.method if stage else "*/*")
    patch = f"op=replace,path={path}/throttling/rateLimit,value={values.get(RATE, '')}"
    return (
        f"aws apigateway update-stage --region {quote(target.region)} --rest-api-id {quote(stage.api if stage else '')}"
        f" --stage-name {quote(stage.stage if stage else '')}"
        f" --patch-operations {quote(patch)}"
    )


def method_path(method: str) -> str:
    """Write a method as a patch names it: `POST /v1/chat` is `/~1v1~1chat/POST`, `*/*` stays."""
    verb, _, path = method.partition(" ")
    return "/" + (f"{path.replace('/', '~1')}/{verb}" if path else method)


def _document(target: Target, values: Mapping[str, str]) -> str:
    return document_command(target, TouchKind.LIMITS_DOCUMENT, values)


def _team(target: Target, values: Mapping[str, str]) -> str:
    named = target.touch.litellm_team
    url, team = (named.url, named.team) if named else ("", "")
    limits = {name: int(value) for name, value in values.items()}
    return (
        f"curl --fail-with-body -H \"Authorization: Bearer $LITELLM_KEY\" -H 'Content-Type: application/json'"
        f" {quote(url + '/team/update')} -d {quote(canonical({'team_id': team, **limits}))}"
    )


_COMMANDS: Mapping[TouchKind, Callable[[Target, Mapping[str, str]], str]] = {
    TouchKind.USAGE_PLAN: _usage_plan,
    TouchKind.API_STAGE: _stage,
    TouchKind.LITELLM_TEAM: _team,
    TouchKind.LIMITS_DOCUMENT: _document,
}
