"""Who answers a model of LiteLLM's proxy as a target: the weights of its deployments.

Blocking is no way to do it: a model all of whose deployments are blocked is refused with 403, and its fallbacks are
never asked. Weights decide only where the proxy shuffles, and can be changed only where a deployment lies in its
database and has one; a weight it does not have could not be taken away again. Deployments are moved one by one, and
are read again right before: whatever of them is switched on is sent along, because the proxy switches off what is not.
Other processes of the proxy load them anew every half minute.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from responder.adapters.answers import one_by_one
from responder.adapters.http import Http
from responder.adapters.http_changes import SECONDS, change, look
from responder.adapters.keys import http_for
from responder.adapters.roles import RemediationRoles
from responder.domain.plans.deployments import BLOCKED, moves
from responder.domain.remediation import Outcome, Snapshot
from responder.domain.target import Target
from responder.domain.things.gateway import LiteLlmCircuit as Circuit
from responder.errors import ActionFailed, CannotKnow, NotThere

SHUFFLES = "simple-shuffle"
MOST = 50  # deployments of one model
Fact = dict[str, Any]


@dataclass(frozen=True)
class Found:
    """What each deployment has: its weight, and what is switched on there."""

    weights: dict[str, str]
    flags: dict[str, dict[str, bool]]


class LiteLlmCircuit:
    """GET /router/settings and /v2/model/info to look, PATCH /model/{id}/update to change."""

    def __init__(self, roles: RemediationRoles) -> None:
        self._roles = roles

    def observe(self, target: Target) -> Snapshot:
        named = _named(target)
        current = _look(http_for(self._roles, target, named.token, SECONDS), named).weights
        told = ", ".join(f"{one} {weight}" for one, weight in sorted(current.items()))
        return Snapshot(current, told, settled=True, piecemeal=True)

    def apply(self, target: Target, seen: Snapshot, desired: Mapping[str, str], token: str) -> Outcome:  # noqa: ARG002  # the proxy knows no sessions
        named = _named(target)
        try:
            http = http_for(self._roles, target, named.token, SECONDS)
            now = _look(http, named)
        except ActionFailed as error:
            return Outcome("refused", str(error))  # nothing was asked for yet
        if now.weights != seen.current:
            return Outcome("refused", "the weights changed since they were looked at")
        return _move(http, named, now, moves(now.weights, desired))


def _move(http: Http, named: Circuit, now: Found, wanted: Sequence[tuple[str, str]]) -> Outcome:
    def ask(move: tuple[str, str]) -> Outcome:
        one, weight = move
        return change(http, "PATCH", named.url + named.call_for(one), named.asked(weight, now.flags[one]))

    return one_by_one(wanted, ask, "deployments followed")


def _look(http: Http, named: Circuit) -> Found:
    """Look at each deployment; raise NotThere where weights would not decide who answers."""
    settings = look(http, f"{named.url}/router/settings", f"circuit {named.name}")
    found = look(
        http, f"{named.url}/v2/model/info?model={quote(named.model, safe='')}&size={MOST}", f"circuit {named.name}"
    )
    try:
        _check_strategy(settings["current_values"], named)
        rows: list[Fact] = found["data"]
        current = {str(row["model_info"]["id"]): _weight(row) for row in rows}
        if fault := _fault(rows, int(found["total_pages"]), named) or _unlisted(current, named):
            raise NotThere(f"circuit {named.name}: {fault}")
    except (KeyError, TypeError, ValueError) as error:
        raise CannotKnow(f"circuit {named.name}: the answer has no {error}") from error
    return Found(current, {one: _flags(row) for one, row in zip(current, rows, strict=True)})


def _check_strategy(values: Fact, named: Circuit) -> None:
    groups = [group for group in values.get("routing_groups") or () if named.model in group["models"]]
    used = {str(rule["routing_strategy"]) for rule in groups or [values]}
    if used != {SHUFFLES}:
        others = ", ".join(sorted(used - {SHUFFLES}))
        raise NotThere(f"circuit {named.name}: the proxy routes by {others}; weights decide only with {SHUFFLES}")


def _fault(rows: Sequence[Fact], pages: int, named: Circuit) -> str:
    if not rows or pages > 1:
        return f"the model has more than {MOST} deployments" if rows else f"the proxy knows no model {named.model}"
    if fixed := [row for row in rows if not row["model_info"].get("db_model")]:
        return f"{_ids(fixed)} of the proxy's configuration file cannot be changed; add it with /model/new"
    if bare := [row for row in rows if _is_bare(row)]:
        return f"{_ids(bare)} has no weight, and none is made: it could not be taken away again"
    if len({row["litellm_params"].get("order") for row in rows}) > 1:
        return "its deployments differ in their `order`, which decides before weights do"
    return ""


def _unlisted(current: Mapping[str, str], named: Circuit) -> str:
    unknown = sorted(set(named.fallback) - current.keys())
    return f"services.yaml names {', '.join(unknown)}, but it has {', '.join(sorted(current))}" if unknown else ""


def _is_bare(row: Fact) -> bool:
    weight = row["litellm_params"].get("weight")
    return isinstance(weight, bool) or not isinstance(weight, int | float) or weight < 0


def _weight(row: Fact) -> str:
    if row["model_info"].get("blocked"):
        return BLOCKED
    weight = 0 if _is_bare(row) else row["litellm_params"]["weight"]
    return str(int(weight)) if weight == int(weight) else str(weight)


def _flags(row: Fact) -> dict[str, bool]:
    return {name: True for name, value in row["litellm_params"].items() if value is True}


def _ids(rows: Sequence[Fact]) -> str:
    return ", ".join(sorted(str(row["model_info"]["id"]) for row in rows))


def _named(target: Target) -> Circuit:
    if not target.touch.litellm_circuit:
        raise NotThere(f"{target.name} names no circuit of LiteLLM")
    return target.touch.litellm_circuit
