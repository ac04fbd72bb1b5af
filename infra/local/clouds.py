"""Emulators, gateway and registry up, the environment that leads there, and clients that can lead nowhere else."""

import functools
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

from infra.local.errors import LocalCloudError
from infra.local.paths import HERE, ROOT
from infra.local.processes import Processes, Program, free_ports
from infra.local.web import answers

ACCOUNT = "123456789012"
REGION = "us-east-1"
CA_FILE = "tmp/ministack-tls/server.crt"
"""Where MiniStack puts the certificate it makes for itself, below the run's folder."""

BESIDE = {
    "sagemaker": "SAGEMAKER",
    "elbv2": "ELASTIC_LOAD_BALANCING_V2",
    "application-autoscaling": "APPLICATION_AUTO_SCALING",
    "ec2": "EC2",
}
"""Services that the other emulator serves, and how the SDKs' variables name them."""

Client = Any  # boto3 builds its clients at run time: no static type exists


@dataclass(frozen=True)
class Clouds:
    """Where the two emulators are, and the gateway, the MLflow and the engines of practice."""

    aws_url: str
    sagemaker_url: str
    ca_file: Path
    gateway_url: str = ""
    mlflow_url: str = ""
    engines_url: str = ""

    @property
    def env(self) -> dict[str, str]:
        """Lead every SDK and the command line here, and keep them from anybody's real account."""
        return {
            "AWS_ENDPOINT_URL": self.aws_url,
            **self.beside,
            "AWS_CA_BUNDLE": str(self.ca_file),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    @property
    def beside(self) -> dict[str, str]:
        """Lead the SDKs to what stands beside the cloud."""
        return {f"AWS_ENDPOINT_URL_{name}": self.sagemaker_url for name in BESIDE.values()}

    def client(self, service: str) -> Client:
        """Make a client from nothing but what is known here: no profile, no file, no variable of whoever runs this."""
        return _client(service, self.sagemaker_url if service in BESIDE else self.aws_url, self.ca_file)


@functools.cache
def _client(service: str, url: str, ca_file: Path) -> Client:
    nowhere = dict.fromkeys(("config_file", "credentials_file"), (None, None, os.devnull, None))
    session = botocore.session.Session(session_vars={"profile": (None, None, None, None), **nowhere})
    return boto3.session.Session(botocore_session=session).client(
        service,
        endpoint_url=url,
        region_name=REGION,
        verify=str(ca_file),
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106  # the emulator's root, which is no secret
        config=Config(retries={"total_max_attempts": 2}, connect_timeout=5, read_timeout=70),
    )


def start_clouds(processes: Processes, python: Path, update_seconds: float) -> Clouds:
    """Start all; the functions that MiniStack runs inherit where SageMaker is, so the template need not know."""
    if shutil.which("openssl") is None:
        raise LocalCloudError("the local cloud speaks TLS and makes its certificate with openssl: put openssl on PATH")
    cloud_port, *ports = free_ports(5)
    folder = processes.folder
    (folder / "tmp").mkdir(exist_ok=True)
    sagemaker, gateway, mlflow, engines = (f"http://127.0.0.1:{port}" for port in ports)
    clouds = Clouds(f"https://127.0.0.1:{cloud_port}", sagemaker, folder / CA_FILE, gateway, mlflow, engines)
    base = plain_env(folder)
    processes.start(
        Program(
            "sagemaker",
            [python, "-P", "-m", "infra.local.moto_server", str(ports[0]), str(update_seconds), folder],
            base | {"PYTHONPATH": str(ROOT)},
            ready=answers(f"{clouds.sagemaker_url}/moto-api/data.json"),
        )
    )
    for name, module, port, ready in (
        ("gateway", "litellm", ports[1], f"{gateway}/health/liveliness"),
        ("mlflow", "mlflow", ports[2], f"{mlflow}/health"),
        ("engines", "engines", ports[3], f"{engines}/health"),
    ):
        processes.start(
            Program(
                name,
                [python, "-P", "-m", f"infra.local.{module}", str(port)],
                base | {"PYTHONPATH": str(ROOT)},
                ready=answers(ready),
            )
        )
    processes.start(
        Program(
            "cloud",
            [python, "-P", HERE / "ministack_server.py", str(cloud_port), folder, str(update_seconds)],
            base | cloud_settings(clouds),
            ready=answers(f"{clouds.aws_url}/_ministack/health", clouds.ca_file),
        )
    )
    return clouds


def plain_env(folder: Path) -> dict[str, str]:
    """Keep what a process needs of our environment and nothing else: MiniStack hands its own on to every function."""
    kept = {
        name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH", "SSL_CERT_FILE") if name in os.environ
    }
    return kept | {"HOME": str(folder), "TMPDIR": str(folder / "tmp"), "PYTHONUNBUFFERED": "1"}


def cloud_settings(clouds: Clouds) -> dict[str, str]:
    """Switch on what the template relies on (identities, TLS, functions as processes) and off what opens more ports."""
    return {
        "GATEWAY_PORT": clouds.aws_url.rsplit(":", 1)[-1],
        "AUTH": "true",
        "USE_SSL": "1",
        "LAMBDA_EXECUTOR": "local",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        **clouds.beside,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
