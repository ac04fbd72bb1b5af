"""An inference component of SageMaker, which moto does not know: every call and every parameter is scripted."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import Stubber
from tests.adapters.cloud import ACCOUNT, REGION, OneClient, a_bucket, scripted
from tests.world import CHAT

from responder.adapters.inference_component import InferenceComponent
from responder.adapters.roles import RemediationRoles
from responder.domain.plans.rollback import ARTEFACT
from responder.domain.remediation import Outcome, Snapshot, Standing, classify
from responder.domain.touch import Touch
from responder.errors import NotThere

TARGET = replace(CHAT, touch=Touch(inference_component="chat"))
ASKED = {"InferenceComponentName": "chat"}
V1, V2 = ("s3://models/support-de/v1.tar.gz", "s3://models/support-de/v2.tar.gz")
MEMORY = {"MinMemoryRequiredInMb": 1024}
OF_MODEL: dict[str, Any] = {"ModelName": "chat-v2", "ComputeResourceRequirements": MEMORY}
AN_ADAPTER: dict[str, Any] = {"BaseInferenceComponentName": "base", "Container": {"ArtifactUrl": V2}}
OF_IMAGE: dict[str, Any] = {
    "Container": {
        "DeployedImage": {"SpecifiedImage": "chat:7", "ResolvedImage": "chat@sha256:1"},
        "ArtifactUrl": V2,
        "Environment": {"MODE": "fast"},
    },
    "ComputeResourceRequirements": MEMORY,
}


def _described(script: Stubber, status: str, **of: Any) -> None:  # noqa: ANN401  # boto3 has no types
    arn, at = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:", datetime(2026, 1, 1, tzinfo=UTC)
    answer = {
        "InferenceComponentName": "chat",
        "InferenceComponentArn": f"{arn}inference-component/chat",
        "EndpointName": "chat",
        "EndpointArn": f"{arn}endpoint/chat",
        "CreationTime": at,
        "LastModifiedTime": at,
        "InferenceComponentStatus": status,
        **of,
    }
    script.add_response("describe_inference_component", answer, ASKED)


def _seen(status: str, specification: dict[str, Any], **more: str) -> Snapshot:
    client, script = scripted("sagemaker")
    _described(script, status, Specification=specification, **more)
    return InferenceComponent(OneClient(client)).observe(TARGET)


def _applied(specification: dict[str, Any], artefact: str, wanted: dict[str, Any]) -> Outcome:
    """Look, then ask; the script refuses any other specification than the wanted one."""
    client, script = scripted("sagemaker")
    for _ in range(2):
        _described(script, "InService", Specification=specification)
    answer = {"InferenceComponentArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:inference-component/chat"}
    script.add_response("update_inference_component", answer, {**ASKED, "Specification": wanted})
    component = InferenceComponent(OneClient(client))
    outcome = component.apply(TARGET, component.observe(TARGET), {ARTEFACT: artefact}, "action-1")
    script.assert_no_pending_responses()
    return outcome


@pytest.mark.parametrize(
    ("specification", "artefact", "shape"),
    [(OF_MODEL, "chat-v2", ("model",)), (AN_ADAPTER, V2, ("artefact",)), (OF_IMAGE, V2, ("artefact",))],
)
def test_what_it_serves_is_its_model_or_what_its_container_loads(
    specification: dict[str, Any], artefact: str, shape: tuple[str, ...]
) -> None:
    seen = _seen("InService", specification)

    assert (seen.current, seen.release, seen.shape, seen.settled) == ({ARTEFACT: artefact}, artefact, shape, True)


@pytest.mark.parametrize(
    ("status", "artefact", "standing"),
    [
        ("Updating", V2, Standing.IN_PROGRESS),
        ("InService", V1, Standing.DESIRED),
        ("InService", V2, Standing.BEFORE),
        ("InService", "s3://models/support-de/v3.tar.gz", Standing.OTHER),
        ("Failed", V1, Standing.FAILED),
        ("Deleting", V1, Standing.FAILED),
    ],
)
def test_an_update_is_followed_to_its_end(status: str, artefact: str, standing: Standing) -> None:
    seen = _seen(status, {**AN_ADAPTER, "Container": {"ArtifactUrl": artefact}}, FailureReason="its word")

    assert classify(seen, {ARTEFACT: V2}, {ARTEFACT: V1}) is standing
    assert seen.says == "its word"


@pytest.mark.parametrize(
    ("specification", "artefact", "wanted"),
    [
        (OF_MODEL, "chat-v1", {**OF_MODEL, "ModelName": "chat-v1"}),
        (AN_ADAPTER, V1, {**AN_ADAPTER, "Container": {"ArtifactUrl": V1}}),
        (
            OF_IMAGE,
            V1,
            {**OF_IMAGE, "Container": {"Image": "chat:7", "ArtifactUrl": V1, "Environment": {"MODE": "fast"}}},
        ),
    ],
    ids=["a model", "an adapter", "an image and what it loads"],
)
def test_only_the_artefact_moves(specification: dict[str, Any], artefact: str, wanted: dict[str, Any]) -> None:
    assert _applied(specification, artefact, wanted).result == "accepted"


def test_what_changed_since_it_was_looked_at_is_left_alone() -> None:
    client, script = scripted("sagemaker")
    _described(script, "InService", Specification=OF_MODEL)
    component = InferenceComponent(OneClient(client))
    looked = Snapshot({ARTEFACT: "chat-v3"}, "InService", settled=True)

    outcome = component.apply(TARGET, looked, {ARTEFACT: "chat-v1"}, "action-1")

    assert outcome.result == "refused"
    assert "changed since it was looked at" in outcome.says


def test_what_sagemaker_refuses_is_refused() -> None:
    client, script = scripted("sagemaker")
    for _ in range(2):
        _described(script, "InService", Specification=OF_MODEL)
    script.add_client_error("update_inference_component", "ResourceLimitExceeded", "no room", 400)
    component = InferenceComponent(OneClient(client))

    outcome = component.apply(TARGET, component.observe(TARGET), {ARTEFACT: "chat-v1"}, "action-1")

    assert outcome.result == "refused"
    assert "no room" in outcome.says


def test_one_that_does_not_exist_is_not_there() -> None:
    client, script = scripted("sagemaker")
    script.add_client_error("describe_inference_component", "ValidationException", "no such component", 400)

    with pytest.raises(NotThere):
        InferenceComponent(OneClient(client)).observe(TARGET)
    with pytest.raises(NotThere):
        InferenceComponent(OneClient(client)).observe(replace(TARGET, touch=Touch()))


def test_one_with_a_specification_for_each_instance_type_is_a_persons() -> None:
    client, script = scripted("sagemaker")
    _described(script, "InService", Specifications=[{**OF_MODEL, "InstanceType": "ml.g5.xlarge"}])

    with pytest.raises(NotThere, match="each instance type"):
        InferenceComponent(OneClient(client)).observe(TARGET)


@pytest.mark.usefixtures("cloud")
def test_what_an_artefact_is_made_of_is_told_by_its_digest() -> None:
    s3 = a_bucket("models")
    s3.put_object(Bucket="models", Key="support-de/v1.tar.gz", Body=b"v1", ChecksumAlgorithm="SHA256")
    component = InferenceComponent(RemediationRoles("", None))

    there, gone, no_model = (component.configuration(TARGET, name) for name in (V1, V2, "chat-v9"))

    assert list(there.artefacts.digests) == [V1]
    assert (there.shape, gone.artefacts.missing) == (("artefact",), (V2,))
    assert (no_model.shape, no_model.artefacts.missing) == (("model",), ("model/chat-v9",))
