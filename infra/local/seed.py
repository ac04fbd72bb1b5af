"""What stands in the practice account before anything goes wrong: two releases of a model, the first in service."""

import hashlib
from dataclasses import dataclass

from infra.local.clouds import ACCOUNT, REGION, Client, Clouds
from infra.local.releases import RELEASES

ENDPOINT = "chat"
BUCKET = f"practice-models-{ACCOUNT}-{REGION}"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/practice-model"
VARIANT = "all"


@dataclass(frozen=True)
class Artefact:
    """The file a model is loaded from, small enough to make here and stable enough to have a digest."""

    version: str

    @property
    def key(self) -> str:
        """Name its object."""
        return f"{ENDPOINT}/{self.version}/model.tar.gz"

    @property
    def body(self) -> bytes:
        """Make its bytes: always the same for a version."""
        return f"practice weights of {ENDPOINT} {self.version}\n".encode()

    @property
    def sha256(self) -> str:
        """Compute what a registry would have recorded."""
        return hashlib.sha256(self.body).hexdigest()


def config_name(version: str) -> str:
    """Name the endpoint configuration, and the model, of a version."""
    return f"{ENDPOINT}-{version}"


def seed(clouds: Clouds, first: str = "v1") -> None:
    """Create the artefacts, models and configurations of all releases, and the endpoint on the first."""
    s3, sagemaker = clouds.client("s3"), clouds.client("sagemaker")
    s3.create_bucket(Bucket=BUCKET)
    for version in RELEASES:
        _add_release(s3, sagemaker, Artefact(version))
    sagemaker.create_endpoint(EndpointName=ENDPOINT, EndpointConfigName=config_name(first))


def release(clouds: Clouds, version: str) -> None:
    """Roll the endpoint to a version, as a pipeline would."""
    clouds.client("sagemaker").update_endpoint(
        EndpointName=ENDPOINT, EndpointConfigName=config_name(version), RetainAllVariantProperties=True
    )


def _add_release(s3: Client, sagemaker: Client, artefact: Artefact) -> None:
    name = config_name(artefact.version)
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
    sagemaker.create_endpoint_config(
        EndpointConfigName=name,
        ProductionVariants=[
            {
                "VariantName": VARIANT,
                "ModelName": name,
                "InitialVariantWeight": 1.0,
                "InitialInstanceCount": 1,
                "InstanceType": "ml.g4dn.xlarge",
            }
        ],
    )
