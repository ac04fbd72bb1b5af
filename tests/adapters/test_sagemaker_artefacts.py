from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from tests.adapters.cloud import ACCOUNT, a_bucket, an_endpoint, losing

from responder.adapters import aws
from responder.adapters.sagemaker_artefacts import look_at
from responder.domain.release import Artefacts

OBJECT = "s3://models/chat-v1/model.tar.gz"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/serving"
pytestmark = pytest.mark.usefixtures("cloud")


@pytest.fixture(autouse=True)
def _practice(cloud: None) -> None:  # noqa: ARG001  # it must stand first
    an_endpoint("chat", "chat-v2", others=("chat-v1",))


def found(name: str = "chat-v1") -> Artefacts:
    return look_at(aws.make_client("sagemaker"), aws.make_client("s3"), name).artefacts


def a_model(name: str, **container: Any) -> None:  # noqa: ANN401  # a container definition
    """Make a model and a configuration of the same name that runs it."""
    sagemaker = aws.make_client("sagemaker")
    image = {"Image": "chat:1", **container}
    sagemaker.create_model(ModelName=name, PrimaryContainer=image, ExecutionRoleArn=ROLE)
    variant = {"VariantName": "A", "ModelName": name, "InitialInstanceCount": 1, "InstanceType": "ml.m5.xlarge"}
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])


def test_a_release_is_its_configuration_its_models_and_their_objects() -> None:
    assert set(found().digests) == {"config", "model/chat-v1", OBJECT}
    assert found().digests[OBJECT].startswith("sha256:")


def test_looking_twice_gives_the_same_digests() -> None:
    assert found() == found()


def test_an_object_that_was_written_over_has_another_digest() -> None:
    before = found().digests
    s3 = aws.make_client("s3")
    s3.put_object(Bucket="models", Key="chat-v1/model.tar.gz", Body=b"other weights", ChecksumAlgorithm="SHA256")

    after = found().digests

    assert {name for name in before if before[name] != after[name]} == {OBJECT}


def test_an_object_stored_without_a_checksum_is_known_by_its_etag() -> None:
    aws.make_client("s3").put_object(Bucket="models", Key="chat-v1/model.tar.gz", Body=b"plain")

    assert found().digests[OBJECT].startswith("etag:")


def test_an_object_that_is_gone_is_missing() -> None:
    aws.make_client("s3").delete_object(Bucket="models", Key="chat-v1/model.tar.gz")

    assert found().missing == (OBJECT,)


def test_a_model_that_is_gone_is_missing() -> None:
    aws.make_client("sagemaker").delete_model(ModelName="chat-v1")

    assert found().missing == ("model/chat-v1",)


def test_a_configuration_that_is_gone_is_missing_as_a_whole() -> None:
    assert found("chat-v0") == Artefacts({}, ("endpoint configuration chat-v0",))


def test_a_model_defined_otherwise_has_another_digest() -> None:
    a_model("one", Environment={"MAX_TOKENS": "512"})
    a_model("two", Environment={"MAX_TOKENS": "1024"})

    assert found("one").digests["model/one"] != found("two").digests["model/two"]


def test_a_prefix_is_not_one_object_and_nobody_vouches_for_it() -> None:
    source = {"S3Uri": "s3://models/llama/", "S3DataType": "S3Prefix", "CompressionType": "None"}
    a_model("llama", ModelDataSource={"S3DataSource": source})

    assert found("llama").missing == ("s3://models/llama/",)


def test_adapters_beside_the_model_belong_to_it() -> None:
    a_bucket("adapters").put_object(Bucket="adapters", Key="lora.bin", Body=b"lora")
    source = {"S3Uri": "s3://adapters/lora.bin", "S3DataType": "S3Object", "CompressionType": "None"}
    a_model("chat-lora", AdditionalModelDataSources=[{"ChannelName": "lora", "S3DataSource": source}])

    assert "s3://adapters/lora.bin" in found("chat-lora").digests


def test_whoever_does_not_answer_leaves_everything_missing() -> None:
    silent = losing(aws.make_client("sagemaker"), ReadTimeoutError(endpoint_url="https://sagemaker"))

    assert look_at(silent, aws.make_client("s3"), "chat-v1").artefacts.missing
