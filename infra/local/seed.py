"""What stands of an endpoint in the practice account before anything goes wrong: two releases, the first in service."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from infra.local.clouds import ACCOUNT, REGION, Client, Clouds

ENDPOINT = "chat"
VERSIONS = ("v1", "v2")
BUCKET = f"practice-models-{ACCOUNT}-{REGION}"
ROLE_NAME = "practice-model"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/{ROLE_NAME}"
VARIANT = "all"


@dataclass(frozen=True)
class Artefact:
    """The file a model is loaded from, small enough to make here and stable enough to have a digest."""

    endpoint: str
    version: str

    @property
    def key(self) -> str:
        """Name its object."""
        return f"{self.endpoint}/{self.version}/model.tar.gz"

    @property
    def body(self) -> bytes:
        """Make its bytes: always the same for a version."""
        return f"practice weights of {self.endpoint} {self.version}\n".encode()

    @property
    def sha256(self) -> str:
        """Compute what a registry would have recorded."""
        return hashlib.sha256(self.body).hexdigest()


def config_name(version: str, endpoint: str = ENDPOINT) -> str:
    """Name the endpoint configuration, and the model, of a version."""
    return f"{endpoint}-{version}"


def seed_account(clouds: Clouds) -> None:
    """Create the bucket of all artefacts, and the role that models run under."""
    clouds.client("s3").create_bucket(Bucket=BUCKET)
    who = {"Service": ["sagemaker.amazonaws.com", "lambda.amazonaws.com"]}
    trust = {"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    clouds.client("iam").create_role(RoleName=ROLE_NAME, AssumeRolePolicyDocument=document)


def seed_endpoint(clouds: Clouds, endpoint: str) -> None:
    """Create the artefacts, models and configurations of all releases, and the endpoint on the first."""
    s3, sagemaker = clouds.client("s3"), clouds.client("sagemaker")
    for version in VERSIONS:
        _add_release(s3, sagemaker, Artefact(endpoint, version))
    sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName=config_name(VERSIONS[0], endpoint))


def spread_endpoint(clouds: Clouds, endpoint: str, weights: Mapping[str, float]) -> None:
    """Make the endpoint and its configurations anew, spread over these variants; what it is made of stays."""
    sagemaker = clouds.client("sagemaker")
    sagemaker.delete_endpoint(EndpointName=endpoint)
    for version in VERSIONS:
        name = config_name(version, endpoint)
        sagemaker.delete_endpoint_config(EndpointConfigName=name)
        _configure(sagemaker, name, weights)
    sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName=config_name(VERSIONS[0], endpoint))


def release(clouds: Clouds, version: str, endpoint: str = ENDPOINT) -> None:
    """Roll the endpoint to a version, as a pipeline would."""
    clouds.client("sagemaker").update_endpoint(
        EndpointName=endpoint, EndpointConfigName=config_name(version, endpoint), RetainAllVariantProperties=True
    )


def _add_release(s3: Client, sagemaker: Client, artefact: Artefact) -> None:
    name = config_name(artefact.version, artefact.endpoint)
    s3.put_object(Bucket=BUCKET, Key=artefact.key, Body=artefact.body, ChecksumAlgorithm="SHA256")
    sagemaker.create_model(
        ModelName=name,
        ExecutionRoleArn=ROLE,
        PrimaryContainer={
            "Image": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/practice:1",
            "ModelDataUrl": f"s3://{BUCKET}/{artefact.key}",
            "Environment": {"MODEL_VERSION": artefact.version},
        },
        Tags=[{"Key": "sha256", "Value": artefact.sha256}],
    )
    _configure(sagemaker, name, {VARIANT: 1.0})


def _configure(sagemaker: Client, name: str, weights: Mapping[str, float]) -> None:
    variants = [
        {
            "VariantName": variant,
            "ModelName": name,
            "InitialVariantWeight": float(weight),
            "InitialInstanceCount": 1,
            "InstanceType": "ml.g4dn.xlarge",
        }
        for variant, weight in weights.items()
    ]
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=variants)
