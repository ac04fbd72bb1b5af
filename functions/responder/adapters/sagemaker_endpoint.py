"""A SageMaker endpoint as a target: look at it, and point it at another configuration.

UpdateEndpoint has neither an idempotency token nor a condition, so it is called once and never repeated
here; whoever lost the answer looks before asking again.
"""

from collections.abc import Mapping
from typing import Any

from responder.adapters.answers import ask_once, look
from responder.adapters.roles import RemediationRoles
from responder.adapters.sagemaker_artefacts import look_at
from responder.domain.plans.rollback import CONFIG
from responder.domain.release import Artefacts, Configuration
from responder.domain.remediation import Outcome, Snapshot
from responder.domain.target import Target
from responder.errors import ActionFailed, NotThere

SETTLED = "InService"
FAILED = frozenset({"Failed", "UpdateRollbackFailed", "OutOfService", "Deleting"})


class SageMakerEndpoint:
    """One call to look at the endpoint, one to change it, each under the remediation role of its account."""

    def __init__(self, roles: RemediationRoles) -> None:
        self._roles = roles

    def observe(self, target: Target) -> Snapshot:
        name = _endpoint(target)
        found = look(
            self._roles, "sagemaker", target, f"endpoint {name}", lambda c: c.describe_endpoint(EndpointName=name)
        )
        return _snapshot(found)

    def configuration(self, target: Target, name: str) -> Configuration:
        try:
            sagemaker, s3 = (self._roles.client(service, target) for service in ("sagemaker", "s3"))
        except ActionFailed as error:
            return Configuration((), Artefacts(missing=(f"{name} ({error})",)))
        return look_at(sagemaker, s3, name)

    def apply(self, target: Target, seen: Snapshot, desired: Mapping[str, str], token: str) -> Outcome:  # noqa: ARG002  # SageMaker compares nothing
        asked = {"EndpointName": _endpoint(target), "EndpointConfigName": desired[CONFIG]}
        return ask_once(
            self._roles,
            "sagemaker",
            target,
            token,
            lambda c: c.update_endpoint(**asked, RetainAllVariantProperties=True),
        )


def _endpoint(target: Target) -> str:
    if not target.touch.sagemaker_endpoint:
        raise NotThere(f"{target.name} names no SageMaker endpoint")
    return target.touch.sagemaker_endpoint


def _snapshot(found: dict[str, Any]) -> Snapshot:
    moving_to = found.get("PendingDeploymentSummary", {}).get("EndpointConfigName")
    return Snapshot(
        current={CONFIG: found.get("EndpointConfigName", "")},
        state=found["EndpointStatus"],
        settled=found["EndpointStatus"] == SETTLED,
        failed=found["EndpointStatus"] in FAILED,
        pending={CONFIG: moving_to} if moving_to else {},
        shape=tuple(sorted(variant["VariantName"] for variant in found.get("ProductionVariants", []))),
        says=found.get("FailureReason", ""),
        release=found.get("EndpointConfigName", ""),
    )
