"""A service of ECS as a target: look at it, and let it run another task definition.

A deployment takes minutes, may fail, and may be taken back by ECS's own circuit breaker; what runs beside the newest
deployment is what ran before. UpdateService compares nothing, so it is asked once.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from responder.adapters.answers import ask_once, look
from responder.adapters.roles import RemediationRoles
from responder.adapters.task_artefacts import look_at
from responder.domain.plans.rollback import TASK
from responder.domain.release import Artefacts, Configuration
from responder.domain.remediation import Outcome, Snapshot
from responder.domain.target import Target
from responder.domain.things.service import EcsService as Named
from responder.errors import ActionFailed, NotThere

Fact = dict[str, Any]
_DONE, _FAILED = "COMPLETED", "FAILED"


class EcsService:
    """One call to look, one to change."""

    def __init__(self, roles: RemediationRoles) -> None:
        self._roles = roles

    def observe(self, target: Target) -> Snapshot:
        named = _named(target)
        asked = {"cluster": named.cluster, "services": [named.service]}
        found = look(self._roles, "ecs", target, f"service {named.name}", lambda c: c.describe_services(**asked))
        services = [s for s in found["services"] if s["status"] == "ACTIVE"]
        if not services:
            raise NotThere(f"service {named.name}: there is none that is active")
        whose = services[0].get("deploymentController", {}).get("type", "ECS")
        if whose != "ECS":
            raise NotThere(f"service {named.name} is deployed by {whose}, which alone may move it")
        return _snapshot(services[0]["deployments"])

    def configuration(self, target: Target, name: str) -> Configuration:
        try:
            ecs, ecr = (self._roles.client(service, target) for service in ("ecs", "ecr"))
        except ActionFailed as error:
            return Configuration((), Artefacts(missing=(f"{name} ({error})",)))
        return Configuration((), look_at(ecs, ecr, name, target, _named(target).images))

    def apply(self, target: Target, seen: Snapshot, desired: Mapping[str, str], token: str) -> Outcome:  # noqa: ARG002  # ECS compares nothing
        named = _named(target)
        asked = {"cluster": named.cluster, "service": named.service, "taskDefinition": desired[TASK]}
        return ask_once(self._roles, "ecs", target, token, lambda c: c.update_service(**asked))


def _snapshot(deployments: Sequence[Fact]) -> Snapshot:
    """Read the newest deployment, and what still runs beside it."""
    newest = next((d for d in deployments if d["status"] == "PRIMARY"), deployments[0])
    others = [d for d in deployments if d is not newest and d.get("rolloutState") != _FAILED]
    state, wanted = newest.get("rolloutState", _DONE), _short(newest["taskDefinition"])
    settled = state == _DONE and not others
    before = others[0] if others else newest
    return Snapshot(
        current={TASK: _short((newest if settled else before)["taskDefinition"])},
        state=f"deployment of {wanted} {state.lower().replace('_', ' ')}",
        settled=settled,
        failed=state == _FAILED,
        pending={} if settled else {TASK: wanted},
        says=newest.get("rolloutStateReason", ""),
        release=wanted,
    )


def _short(arn: str) -> str:
    """Name a task definition as people do: `family:revision`."""
    return arn.rpartition("/")[2]


def _named(target: Target) -> Named:
    if not target.touch.ecs_service:
        raise NotThere(f"{target.name} names no ECS service")
    return target.touch.ecs_service
