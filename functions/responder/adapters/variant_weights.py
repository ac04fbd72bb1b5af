"""The weights of an endpoint's variants as a target.

UpdateEndpointWeightsAndCapacities compares nothing, so it is asked once; only weights are sent, so that the numbers of
instances stay with the autoscaler.
"""

from collections.abc import Mapping
from typing import Any

from responder.adapters.answers import ask_once, look
from responder.adapters.roles import RemediationRoles
from responder.adapters.sagemaker_endpoint import FAILED, SETTLED
from responder.domain.remediation import Outcome, Snapshot
from responder.domain.target import Target
from responder.domain.things.load import VariantWeights as Named
from responder.errors import NotThere


class VariantWeights:
    """One call to look, one to change; the endpoint is updated for some minutes."""

    def __init__(self, roles: RemediationRoles) -> None:
        self._roles = roles

    def observe(self, target: Target) -> Snapshot:
        name = _named(target).endpoint
        what = f"endpoint {name}"
        return _snapshot(look(self._roles, "sagemaker", target, what, lambda c: c.describe_endpoint(EndpointName=name)))

    def apply(self, target: Target, seen: Snapshot, desired: Mapping[str, str], token: str) -> Outcome:  # noqa: ARG002  # nothing is compared
        wanted = [{"VariantName": name, "DesiredWeight": float(weight)} for name, weight in sorted(desired.items())]
        asked = {"EndpointName": _named(target).endpoint, "DesiredWeightsAndCapacities": wanted}
        return ask_once(
            self._roles, "sagemaker", target, token, lambda c: c.update_endpoint_weights_and_capacities(**asked)
        )


def _snapshot(found: dict[str, Any]) -> Snapshot:
    status, variants = found["EndpointStatus"], found.get("ProductionVariants", [])
    settled = status == SETTLED
    wanted = {v["VariantName"]: f"{v.get('DesiredWeight', v.get('CurrentWeight', 0)):g}" for v in variants}
    return Snapshot(
        current={v["VariantName"]: f"{v.get('CurrentWeight', 0):g}" for v in variants},
        state=status,
        settled=settled,
        failed=status in FAILED,
        pending={} if settled else wanted,
        says=found.get("FailureReason", ""),
    )


def _named(target: Target) -> Named:
    if not target.touch.variant_weights:
        raise NotThere(f"{target.name} names no variant weights")
    return target.touch.variant_weights
