from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from botocore.stub import Stubber
from tests.adapters.cloud import OneClient, losing, scripted
from tests.world import CHAT, NOON, a_snapshot

from responder.adapters import aws
from responder.adapters.sagemaker_endpoint import SageMakerEndpoint
from responder.domain.plans.rollback import CONFIG
from responder.domain.remediation import Standing, classify
from responder.domain.touch import Touch
from responder.errors import CannotKnow, NotThere

ARN = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/chat"
V1, V2 = {CONFIG: "chat-v1"}, {CONFIG: "chat-v2"}
PENDING = {"PendingDeploymentSummary": {"EndpointConfigName": "chat-v1"}}
ASKED = {"EndpointName": "chat", "EndpointConfigName": "chat-v1", "RetainAllVariantProperties": True}


@pytest.fixture
def script() -> Stubber:
    return scripted("sagemaker")[1]


def endpoint(script: Stubber) -> SageMakerEndpoint:
    return SageMakerEndpoint(OneClient(script.client))


def described(script: Stubber, status: str, **more: Any) -> None:  # noqa: ANN401  # parts of DescribeEndpoint
    fact = {
        "EndpointName": "chat",
        "EndpointArn": ARN,
        "EndpointConfigName": "chat-v2",
        "EndpointStatus": status,
        "CreationTime": NOON,
        "LastModifiedTime": NOON,
        "ProductionVariants": [{"VariantName": name} for name in ("B", "A")],
    }
    script.add_response("describe_endpoint", {**fact, **more}, {"EndpointName": "chat"})


def test_the_shape_is_the_sorted_names_of_the_variants(script: Stubber) -> None:
    described(script, "InService")

    assert endpoint(script).observe(CHAT).shape == ("A", "B")


@pytest.mark.parametrize(
    ("status", "more", "standing"),
    [
        ("InService", {}, Standing.BEFORE),
        ("InService", {"EndpointConfigName": "chat-v1"}, Standing.DESIRED),
        ("InService", {"EndpointConfigName": "chat-v3"}, Standing.OTHER),
        ("Updating", PENDING, Standing.IN_PROGRESS),
        ("Updating", {"PendingDeploymentSummary": {"EndpointConfigName": "chat-v3"}}, Standing.OTHER),
        ("Updating", {}, Standing.IN_PROGRESS),
        ("SystemUpdating", {}, Standing.IN_PROGRESS),
        ("RollingBack", PENDING, Standing.IN_PROGRESS),
        ("UpdateRollbackFailed", {"FailureReason": "no capacity"}, Standing.FAILED),
        ("Failed", {}, Standing.FAILED),
        ("OutOfService", {}, Standing.FAILED),
        ("Deleting", {}, Standing.FAILED),
    ],
)
def test_every_status_has_a_standing_on_the_way_from_v2_to_v1(
    script: Stubber, status: str, more: dict[str, Any], standing: Standing
) -> None:
    described(script, status, **more)

    seen = endpoint(script).observe(CHAT)

    assert classify(seen, V2, V1) is standing
    assert seen.state == status
    assert seen.says == more.get("FailureReason", "")


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("ValidationException", 400, NotThere),
        ("AccessDeniedException", 400, NotThere),
        ("ThrottlingException", 400, CannotKnow),
        ("InternalFailure", 500, CannotKnow),
    ],
)
def test_an_endpoint_that_cannot_be_seen_is_not_there_or_not_known(
    script: Stubber, code: str, status: int, kind: type[Exception]
) -> None:
    script.add_client_error("describe_endpoint", code, http_status_code=status)

    with pytest.raises(kind, match=code):
        endpoint(script).observe(CHAT)


def test_a_target_without_an_endpoint_is_not_there(script: Stubber) -> None:
    with pytest.raises(NotThere):
        endpoint(script).observe(replace(CHAT, touch=Touch()))


def test_a_change_keeps_counts_and_weights_and_is_accepted_with_its_request_id(script: Stubber) -> None:
    answer = {"EndpointArn": ARN, "ResponseMetadata": {"RequestId": "request-1"}}
    script.add_response("update_endpoint", answer, ASKED)

    outcome = endpoint(script).apply(CHAT, a_snapshot(), V1, "action-1")

    assert (outcome.result, outcome.request_id) == ("accepted", "request-1")


@pytest.mark.parametrize("code", ["ValidationException", "ResourceLimitExceeded", "AccessDeniedException"])
def test_a_refusal_is_an_answer_and_says_why(script: Stubber, code: str) -> None:
    script.add_client_error("update_endpoint", code, "Cannot update in-progress endpoint", 400)

    outcome = endpoint(script).apply(CHAT, a_snapshot(), V1, "action-1")

    assert outcome.result == "refused"
    assert outcome.says == f"{code}: Cannot update in-progress endpoint"


def test_a_fault_of_theirs_leaves_open_whether_it_happened(script: Stubber) -> None:
    script.add_client_error("update_endpoint", "InternalFailure", http_status_code=500)

    assert endpoint(script).apply(CHAT, a_snapshot(), V1, "action-1").result == "unknown"


@pytest.mark.parametrize(
    "lost",
    [ReadTimeoutError(endpoint_url="https://sagemaker"), EndpointConnectionError(endpoint_url="https://sagemaker")],
)
def test_a_lost_answer_leaves_open_whether_it_happened(lost: Exception) -> None:
    client = losing(aws.make_client("sagemaker"), lost)

    outcome = SageMakerEndpoint(OneClient(client)).apply(CHAT, a_snapshot(), V1, "action-1")

    assert outcome.result == "unknown"
    assert type(lost).__name__ in outcome.says


def test_without_the_role_nothing_is_asked_of_the_endpoint(script: Stubber) -> None:
    locked = SageMakerEndpoint(OneClient(script.client, NotThere("cannot assume role")))

    assert locked.apply(CHAT, a_snapshot(), V1, "action-1").result == "refused"
    assert locked.configuration(CHAT, "chat-v1").artefacts.missing == ("chat-v1 (cannot assume role)",)
    with pytest.raises(NotThere):
        locked.observe(CHAT)
