"""API Gateway's limits as targets: a usage plan's rate, and a stage's rate for a method.

Neither update compares anything, so each is asked once and looked at again. Only the rate moves; a burst that
was set stays. UpdateUsagePlan is allowed once per 20 seconds and account: a refusal for that is an answer.
"""

from collections.abc import Mapping
from typing import Any

from responder.adapters.answers import ask_once, look
from responder.adapters.roles import RemediationRoles
from responder.domain.plans.throttle import RATE, method_path
from responder.domain.remediation import Outcome, Snapshot
from responder.domain.target import Target
from responder.domain.touch import ApiStage as Stage
from responder.domain.touch import UsagePlan as Plan
from responder.errors import NotThere


class UsagePlan:
    """One call to look, one to change."""

    def __init__(self, roles: RemediationRoles) -> None:
        self._roles = roles

    def observe(self, target: Target) -> Snapshot:
        plan = _plan(target).plan
        found = look(
            self._roles, "apigateway", target, f"usage plan {plan}", lambda c: c.get_usage_plan(usagePlanId=plan)
        )
        return _seen(found.get("throttle", {}).get("rateLimit"))

    def apply(self, target: Target, seen: Snapshot, desired: Mapping[str, str], token: str) -> Outcome:  # noqa: ARG002  # nothing is compared
        asked = {"usagePlanId": _plan(target).plan, "patchOperations": [_patch("/throttle/rateLimit", desired[RATE])]}
        return ask_once(self._roles, "apigateway", target, token, lambda c: c.update_usage_plan(**asked))


class ApiStage:
    """One call to look, one to change."""

    def __init__(self, roles: RemediationRoles) -> None:
        self._roles = roles

    def observe(self, target: Target) -> Snapshot:
        stage = _stage(target)
        asked = {"restApiId": stage.api, "stageName": stage.stage}
        found = look(self._roles, "apigateway", target, f"stage {stage.name}", lambda c: c.get_stage(**asked))
        settings = found.get("methodSettings", {}).get(method_path(stage.method).removeprefix("/"), {})
        return _seen(settings.get("throttlingRateLimit"))

    def apply(self, target: Target, seen: Snapshot, desired: Mapping[str, str], token: str) -> Outcome:  # noqa: ARG002  # nothing is compared
        stage = _stage(target)
        patch = _patch(f"{method_path(stage.method)}/throttling/rateLimit", desired[RATE])
        asked = {"restApiId": stage.api, "stageName": stage.stage, "patchOperations": [patch]}
        return ask_once(self._roles, "apigateway", target, token, lambda c: c.update_stage(**asked))


def _seen(rate: float | None) -> Snapshot:
    """No rate, or the one that stands for none, is no limit."""
    limited = rate is not None and rate >= 0
    state = f"limited to {rate:g} requests per second" if limited else "not limited"
    return Snapshot({RATE: f"{rate:g}"} if limited else {}, state, settled=True)


def _patch(path: str, value: str) -> dict[str, Any]:
    return {"op": "replace", "path": path, "value": value}


def _plan(target: Target) -> Plan:
    if not target.touch.usage_plan:
        raise NotThere(f"{target.name} names no usage plan")
    return target.touch.usage_plan


def _stage(target: Target) -> Stage:
    if not target.touch.api_stage:
        raise NotThere(f"{target.name} names no API stage")
    return target.touch.api_stage
