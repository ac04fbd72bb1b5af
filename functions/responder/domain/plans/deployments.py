"""Who answers a model of a gateway, by the weights of its deployments.

Only their ratio counts, so each step moves one side: those that stand by get so much that the others, with what they
had, are a probe beside them; then the others get nothing. What is raised is raised first: some weight always counts.
"""

import math
from collections.abc import Iterator, Mapping
from datetime import timedelta
from shlex import quote

from responder.domain.remediation import AS_DECLARED, NoPlan
from responder.domain.target import Target
from responder.domain.things.gateway import LiteLlmCircuit

BLOCKED = "blocked"  # somebody took it out by hand: it has no weight, and gets none
NO_FALLBACK = "no_fallback"
NO_WEIGHT = "no_weight"
Values = Mapping[str, str]


def positions(named: LiteLlmCircuit, current: Values) -> tuple[dict[str, str], dict[str, str]] | NoPlan:
    """Return the weights that open the circuit, and those that let a share through; say why there are none."""
    weights = {one: float(weight) for one, weight in current.items() if weight != BLOCKED}
    spare = {one: weights[one] for one in named.fallback if one in weights}
    first = {one: weight for one, weight in weights.items() if one not in named.fallback}
    if not spare:
        return NoPlan(NO_FALLBACK, f"nobody would answer {named.name}: {', '.join(named.fallback)} cannot be called")
    if not sum(first.values()):
        return _nothing_to_take(named, spare)
    probing = dict(current) | {one: _written(w) for one, w in _raised(spare, sum(first.values()), named).items()}
    return probing | dict.fromkeys(first, "0"), probing


def moves(now: Values, desired: Values) -> list[tuple[str, str]]:
    """Return who gets which other weight, what is raised first."""
    changed = [(one, weight) for one, weight in sorted(desired.items()) if weight not in (now.get(one), BLOCKED)]
    return sorted(changed, key=lambda move: float(move[1]) < _number(now.get(move[0], "0")))


def weight_differences(before: Values, after: Values) -> str:
    return ", ".join(f"{one} {before.get(one)} -> {weight}" for one, weight in sorted(moves(before, after)))


def weights_command(target: Target, before: Values, after: Values) -> str:
    """Write what a person would type, one call for each deployment that moves."""
    named = target.touch.litellm_circuit
    return " && ".join(_calls(named, before, after)) if named else ""


def slowest(current: Values) -> timedelta:
    """Say how long it takes when every deployment is moved and the proxy is slow."""
    return timedelta(seconds=10 + 5 * len(current))


def _nothing_to_take(named: LiteLlmCircuit, spare: Mapping[str, float]) -> NoPlan:
    if any(spare.values()):
        return NoPlan(AS_DECLARED, f"the circuit {named.name} is open already")
    return NoPlan(NO_WEIGHT, f"every deployment of {named.name} has weight 0, so chance decides who answers")


def _raised(spare: Mapping[str, float], first: float, named: LiteLlmCircuit) -> dict[str, float]:
    """Give those that stand by whole weights; what has more already keeps it."""
    together = first * (1 - named.half_open) / named.half_open
    enough = math.ceil(round(together / len(spare), 6))
    return {one: max(weight, enough) for one, weight in spare.items()}


def _calls(named: LiteLlmCircuit, before: Values, after: Values) -> Iterator[str]:
    """Send what is switched on along, or the proxy switches it off; do not show its answer, which has the keys."""
    call = 'curl -fsS -H "Authorization: Bearer $LITELLM_KEY"'
    change = f'{call} -o /dev/null -X PATCH -H "Content-Type: application/json" -d @-'
    for one, weight in moves(before, after):
        flags = ".data[0].litellm_params | with_entries(select(.value == true))"
        yield (
            f"{call} {quote(f'{named.url}/v2/model/info?modelId={one}')}"
            f" | jq {quote(f'{{litellm_params: ({flags} + {{weight: {weight}}})}}')}"
            f" | {change} {quote(named.url + named.call_for(one))}"
        )


def _number(weight: str) -> float:
    return 0.0 if weight == BLOCKED else float(weight)


def _written(weight: float) -> str:
    return str(int(weight)) if weight == int(weight) else str(weight)
