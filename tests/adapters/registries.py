"""Model registries other than our own table, for as long as a test asks them: MLflow's (or a real one), SageMaker's."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any

from infra.local.desk import door
from infra.local.mlflow import Tracking
from infra.local.processes import free_ports
from infra.local.web import answers, ask
from tests.adapters.cloud import a_bucket

from responder.adapters import aws
from responder.domain.plans.registry import ModelVersion

MLFLOW = os.environ.get("MLFLOW") or shutil.which("mlflow")
PATIENCE_S = 90.0
_SEARCHES = ("registered-models/alias?name=a&alias=a", "model-versions/search?max_results=10")
FIRST_ASKED = ("/health", *(f"/api/2.0/mlflow/{path}" for path in _SEARCHES))
"""Whatever is asked for the first time opens a store, which may take longer than an answer."""
_NUMBERS = count(1)


@dataclass
class Server:
    """An MLflow server, spoken to as its users do."""

    url: str
    token: str = ""

    def register(self, model: str, objects: Mapping[str, str]) -> str:
        """Register a version of these parts, and return its number."""
        self.tell("registered-models/create", {"name": model}, may_fail=True)
        tags = [{"key": f"object.{part}", "value": place} for part, place in objects.items()]
        made = self.tell("model-versions/create", {"name": model, "source": "s3://models/somewhere", "tags": tags})
        return str(made["model_version"]["version"])

    def point(self, model: str, alias: str, number: str) -> None:
        self.tell("registered-models/alias", {"name": model, "alias": alias, "version": number})

    def tell(self, path: str, body: dict[str, Any], *, may_fail: bool = False) -> Any:  # noqa: ANN401  # what MLflow says
        proof = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        answer = ask("POST", f"{self.url}/api/2.0/mlflow/{path}", body, proof)
        assert may_fail or answer.status == 200, answer.body
        return answer.json()


@dataclass
class Practiced(Server):
    """The stand-in, served on this machine."""

    tracking: Tracking = field(default_factory=Tracking)
    server: ThreadingHTTPServer | None = None

    def close(self) -> None:
        if self.server:
            self.server.shutdown()
            self.server.server_close()


def a_tracking_server(tracking: Tracking | None = None) -> Practiced:
    tracking = tracking or Tracking()
    server = door(tracking)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    return Practiced(f"http://127.0.0.1:{server.server_port}", tracking.key, tracking, server)


@contextmanager
def a_real_server(folder: Path) -> Iterator[Server]:
    """Start the MLflow that is installed here, with a database of its own, and end it."""
    (port,) = free_ports(1)
    store = f"sqlite:///{folder / 'mlflow.db'}"
    asked = [str(MLFLOW), "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    with (folder / "mlflow.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  # the program the environment names
            [*asked, "--backend-store-uri", store, "--default-artifact-root", "s3://models/mlflow"],
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        for ready in FIRST_ASKED:
            _wait(answers(f"http://127.0.0.1:{port}{ready}"))
        yield Server(f"http://127.0.0.1:{port}")
    finally:
        _end(process)


def a_model_name() -> str:
    """Name a model that no other test has used: versions count on."""
    return f"chat-{next(_NUMBERS)}"


def stored(model: str, number: str, *parts: str) -> tuple[dict[str, str], dict[str, str]]:
    """Store the parts of a version; return their objects and digests."""
    s3 = a_bucket("models") if number == "1" else aws.make_client("s3")
    places = {part: f"s3://models/{model}/{number}/{part}" for part in parts}
    digests = {part: _put(s3, place) for part, place in places.items()}
    return places, digests


def packaged(group: str, approval: str, number: str, **marks: str) -> ModelVersion:
    """Register a version in a model package group, its model stored in one object."""
    objects, digests = stored(group, number, "model")
    container = {"Image": "1.dkr.ecr.us-east-1.amazonaws.com/chat:1", "ModelDataUrl": objects["model"]}
    specification = {
        "Containers": [container],
        "SupportedContentTypes": ["application/json"],
        "SupportedResponseMIMETypes": ["application/json"],
    }
    aws.make_client("sagemaker").create_model_package(
        ModelPackageGroupName=group,
        ModelApprovalStatus=approval,
        InferenceSpecification=specification,
        CustomerMetadataProperties=marks,
    )
    return ModelVersion(group, number, digests, objects)


def a_group() -> str:
    group = a_model_name()
    aws.make_client("sagemaker").create_model_package_group(ModelPackageGroupName=group)
    return group


def decide(group: str, number: str, approval: str) -> None:
    """Decide as a person does."""
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:model-package/{group}/{number}"
    aws.make_client("sagemaker").update_model_package(ModelPackageArn=arn, ModelApprovalStatus=approval)


def _put(s3: Any, place: str) -> str:  # noqa: ANN401  # boto3 has no types
    key = place.removeprefix("s3://models/")
    s3.put_object(Bucket="models", Key=key, Body=place.encode(), ChecksumAlgorithm="SHA256")
    head = s3.head_object(Bucket="models", Key=key, ChecksumMode="ENABLED")
    return f"sha256:{head['ChecksumSHA256']}"


def _wait(over: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not over():
        assert time.monotonic() < deadline, "MLflow did not start in time"
        time.sleep(0.2)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End it with its workers: all of them are in a group of their own."""
    os.killpg(process.pid, 15)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        sys.stderr.write("MLflow had to be killed\n")
