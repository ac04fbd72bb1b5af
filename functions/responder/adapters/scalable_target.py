"""A scalable target of Application Auto Scaling as a target: its bounds and suspensions, and how many replicas run.

RegisterScalableTarget compares nothing and moves the bounds at once; the replicas follow, so that the thing is
settled once as many run as the minimum says.
"""

from collections.abc import Mapping

from responder.adapters.answers import ask_once, look
from responder.adapters.roles import RemediationRoles
from responder.domain.plans.capacity import MAXIMUM, MINIMUM, SUSPENDED, suspended, write_suspended
from responder.domain.remediation import Outcome, Snapshot
from responder.domain.target import Target
from responder.domain.things.load import Capacity
from responder.errors import NotThere

_SERVICE = "application-autoscaling"


class ScalableTarget:
    """Two calls to look, at the bounds and at the replicas; one to change."""

    def __init__(self, roles: RemediationRoles) -> None:
        self._roles = roles

    def observe(self, target: Target) -> Snapshot:
        named = _named(target)
        current, running = self._bounds(target, named), self._running(target, named)
        settled = running >= int(current[MINIMUM])
        state = f"{running} of at least {current[MINIMUM]} run"
        return Snapshot(current, state, settled, pending={} if settled else current)

    def apply(self, target: Target, seen: Snapshot, desired: Mapping[str, str], token: str) -> Outcome:  # noqa: ARG002  # nothing is compared
        named = _named(target)
        asked = {
            "ServiceNamespace": named.namespace,
            "ResourceId": named.resource,
            "ScalableDimension": named.dimension,
            "MinCapacity": int(desired[MINIMUM]),
            "MaxCapacity": int(desired[MAXIMUM]),
            "SuspendedState": suspended(desired),
        }
        return ask_once(self._roles, _SERVICE, target, token, lambda c: c.register_scalable_target(**asked))

    def _bounds(self, target: Target, named: Capacity) -> dict[str, str]:
        asked = {
            "ServiceNamespace": named.namespace,
            "ResourceIds": [named.resource],
            "ScalableDimension": named.dimension,
        }
        what = f"scalable target {named.name}"
        found = look(self._roles, _SERVICE, target, what, lambda c: c.describe_scalable_targets(**asked))
        if not found["ScalableTargets"]:
            raise NotThere(f"{what}: nothing is registered")
        (one,) = found["ScalableTargets"]
        held = write_suspended(one.get("SuspendedState") or {})
        return {MINIMUM: str(one["MinCapacity"]), MAXIMUM: str(one["MaxCapacity"]), SUSPENDED: held}

    def _running(self, target: Target, named: Capacity) -> int:
        """Return how many replicas are in service, as the platform counts them."""
        counts = self._tasks(target, named) if named.namespace == "ecs" else self._instances(target, named)
        if not counts:
            raise NotThere(f"{named.name}: there is no such service or variant")
        return counts[0]

    def _tasks(self, target: Target, named: Capacity) -> list[int]:
        _, cluster, service = named.resource.split("/")
        asked = {"cluster": cluster, "services": [service]}
        found = look(self._roles, "ecs", target, f"service {named.name}", lambda c: c.describe_services(**asked))
        return [int(one["runningCount"]) for one in found["services"]]

    def _instances(self, target: Target, named: Capacity) -> list[int]:
        _, endpoint, _, name = named.resource.split("/")
        what = f"endpoint {endpoint}"
        found = look(self._roles, "sagemaker", target, what, lambda c: c.describe_endpoint(EndpointName=endpoint))
        variants = [v for v in found.get("ProductionVariants", []) if v["VariantName"] == name]
        return [int(variant.get("CurrentInstanceCount") or 0) for variant in variants]


def _named(target: Target) -> Capacity:
    if not target.touch.capacity:
        raise NotThere(f"{target.name} names no capacity")
    return target.touch.capacity
