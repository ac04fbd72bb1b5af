"""Both emulators up, the environment that leads to them, and clients that can lead nowhere else."""

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
from infra.local.paths import HERE
from infra.local.processes import Processes, Program, free_ports
from infra.local.web import answers

ACCOUNT = "123456789012"
REGION = "us-east-1"
CA_FILE = "tmp/ministack-tls/server.crt"
"""Where MiniStack puts the certificate it makes for itself, below the run's folder."""

Client = Any  # boto3 builds its clients at run time: no static type exists


@dataclass(frozen=True)
class Clouds:
    """Where the two emulators are."""

    aws_url: str
    sagemaker_url: str
    ca_file: Path

    @property
    def env(self) -> dict[str, str]:
        """Lead every SDK and the command line here, and keep them from anybody's real account."""
        return {
            "AWS_ENDPOINT_URL": self.aws_url,
            "AWS_ENDPOINT_URL_SAGEMAKER": self.sagemaker_url,
            "AWS_CA_BUNDLE": str(self.ca_file),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, service: str) -> Client:
        """Make a client from nothing but what is known here: no profile, no file, no variable of whoever runs this."""
        return _client(service, self.sagemaker_url if service == "sagemaker" else self.aws_url, self.ca_file)


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
    """Start both; the functions that MiniStack runs inherit where SageMaker is, so the template need not know."""
    if shutil.which("openssl") is None:
        raise LocalCloudError("the local cloud speaks TLS and makes its certificate with openssl: put openssl on PATH")
    cloud_port, sagemaker_port = free_ports(2)
    folder = processes.folder
    (folder / "tmp").mkdir(exist_ok=True)
    clouds = Clouds(f"https://127.0.0.1:{cloud_port}", f"http://127.0.0.1:{sagemaker_port}", folder / CA_FILE)
    base = plain_env(folder)
    processes.start(
        Program(
            "sagemaker",
            [python, "-P", HERE / "moto_server.py", str(sagemaker_port), str(update_seconds), folder],
            base,
            ready=answers(f"{clouds.sagemaker_url}/moto-api/data.json"),
        )
    )
    processes.start(
        Program(
            "cloud",
            [python, "-P", HERE / "ministack_server.py", str(cloud_port), folder],
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
        "AWS_ENDPOINT_URL_SAGEMAKER": clouds.sagemaker_url,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
