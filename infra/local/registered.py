"""Make what a service has in a registry of practice: MLflow's, or SageMaker's. Its first version is in force."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from infra.local.clouds import ACCOUNT, REGION, Clouds
from infra.local.errors import LocalCloudError
from infra.local.mlflow import API, KEY
from infra.local.seed import BUCKET
from infra.local.web import ask

PARTS = ("model", "tokenizer")


def make_mlflow(clouds: Clouds, service: str, named: Any) -> Any:  # noqa: ANN401  # the touch of its kind, as below
    """Register the models, each with a version that its alias points at."""
    made = replace(named, url=clouds.mlflow_url, token=f"{service}/mlflow")
    clouds.client("secretsmanager").create_secret(Name=made.token, SecretString=KEY)
    for model in made.models:
        tell_mlflow(clouds, "registered-models/create", {"name": model})
        add_version(clouds, service, model)
        tell_mlflow(clouds, "registered-models/alias", {"name": model, "alias": made.alias, "version": "1"})
    return made


def make_packages(clouds: Clouds, service: str, named: Any) -> Any:  # noqa: ANN401
    """Make the groups, each with a version that somebody approved."""
    for group in named.groups:
        clouds.client("sagemaker").create_model_package_group(ModelPackageGroupName=group)
        add_package(clouds, service, group, "Approved")
    return named


def add_version(clouds: Clouds, service: str, model: str, number: str = "1") -> None:
    """Register another version in MLflow; its tags say what it is made of."""
    places = _store(clouds, service, number)
    tags = [{"key": f"object.{part}", "value": place} for part, place in places.items()]
    source = f"s3://{BUCKET}/{service}/registry/{number}"
    tell_mlflow(clouds, "model-versions/create", {"name": model, "source": source, "tags": tags})


def add_package(clouds: Clouds, service: str, group: str, approval: str, number: str = "1") -> None:
    """Register another version in the group."""
    container = {
        "Image": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/practice:1",
        "ModelDataUrl": _store(clouds, service, number)["model"],
    }
    types = {"SupportedContentTypes": ["application/json"], "SupportedResponseMIMETypes": ["application/json"]}
    clouds.client("sagemaker").create_model_package(
        ModelPackageGroupName=group,
        ModelApprovalStatus=approval,
        InferenceSpecification={"Containers": [container], **types},
    )


def tell_mlflow(clouds: Clouds, what: str, body: Mapping[str, Any]) -> None:
    """Change something in MLflow as its users do."""
    answer = ask("POST", f"{clouds.mlflow_url}{API}{what}", body, {"Authorization": f"Bearer {KEY}"})
    if answer.status != 200:  # noqa: PLR2004  # done
        raise LocalCloudError(f"MLflow refused {what}: {answer.body.decode()}")


def _store(clouds: Clouds, service: str, number: str) -> dict[str, str]:
    """Store what a version is made of, where the responder may compare digests."""
    places = {part: f"{service}/registry/{number}/{part}" for part in PARTS}
    for key in places.values():
        clouds.client("s3").put_object(Bucket=BUCKET, Key=key, Body=key.encode(), ChecksumAlgorithm="SHA256")
    return {part: f"s3://{BUCKET}/{key}" for part, key in places.items()}
