"""A SageMaker endpoint as a target: look at it, and point it at another configuration.

UpdateEndpoint has neither an idempotency token nor a condition, so it is called once and never repeated
here; whoever lost the answer looks before asking again.
"""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from responder.adapters import aws
from responder.adapters.roles import RemediationRoles
from responder.adapters.sagemaker_artefacts import look_at
from responder.domain.release import Artefacts
from responder.domain.remediation import Outcome, Snapshot
from responder.domain.rollback import CONFIG
from responder.domain.target import Target
from responder.errors import ActionFailed, CannotKnow, NotThere
from responder.ports import Configuration

SETTLED = "InService"
FAILED = frozenset({"Failed", "UpdateRollbackFailed", "OutOfService", "Deleting"})
_FROM_HERE_THEIR_FAULT = 500


class SageMakerEndpoint:
    """One call to look at the endpoint, one to change it, each under the remediation role of its account."""

    def __init__(self, roles: RemediationRoles) -> None:
        self._roles = roles

    def observe(self, target: Target) -> Snapshot:
        endpoint = _endpoint(target)
        try:
            found = self._roles.client("sagemaker", target).describe_endpoint(EndpointName=endpoint)
        except aws.TROUBLE as error:
            raise _why(endpoint, error) from error
        return _snapshot(found)

    def configuration(self, target: Target, name: str) -> Configuration:
        try:
            sagemaker, s3 = (self._roles.client(service, target) for service in ("sagemaker", "s3"))
        except ActionFailed as error:
            return Configuration((), Artefacts(missing=(f"{name} ({error})",)))
        return look_at(sagemaker, s3, name)

    def apply(self, target: Target, desired: Mapping[str, str], token: str) -> Outcome:
        try:
            sagemaker = self._roles.client_once("sagemaker", target, token)
        except ActionFailed as error:
            return Outcome("refused", str(error))  # nothing was asked of the endpoint yet
        try:
            answer = sagemaker.update_endpoint(
                EndpointName=_endpoint(target),
                EndpointConfigName=desired[CONFIG],
                RetainAllVariantProperties=True,
            )
        except aws.TROUBLE as error:
            return _no(error)
        return Outcome("accepted", "update started", answer["ResponseMetadata"].get("RequestId"))


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
    )


def _why(endpoint: str, error: Exception) -> ActionFailed:
    """SageMaker says "ValidationException" for what does not exist."""
    kind = NotThere if aws.code_of(error) in {"ValidationException", "AccessDeniedException"} else CannotKnow
    return kind(f"endpoint {endpoint}: {aws.code_of(error)}")


def _no(error: Exception) -> Outcome:
    """A refusal is an answer; a fault of theirs, or silence, leaves open whether it happened."""
    if isinstance(error, ClientError) and aws.http_status(error) < _FROM_HERE_THEIR_FAULT:
        said = error.response.get("Error", {}).get("Message", "")
        request_id = error.response.get("ResponseMetadata", {}).get("RequestId")
        return Outcome("refused", f"{aws.code_of(error)}: {said}"[:500], request_id)
    return Outcome("unknown", f"the answer was lost: {aws.code_of(error)}")
