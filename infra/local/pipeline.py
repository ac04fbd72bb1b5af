"""What a delivery pipeline does about a release: roll the endpoint to it, wait, and tell the responder."""

import os
import subprocess
import sys
import time

from infra.local.clouds import plain_env
from infra.local.errors import LocalCloudError
from infra.local.house import House
from infra.local.paths import ROOT
from infra.local.seed import ENDPOINT, release

PATIENCE_SECONDS = 30.0


def deliver(house: House, version: str) -> None:
    """Roll out a version and mark it."""
    release(house.clouds, version)
    _wait_in_service(house)
    mark(house, version)


def mark(house: House, version: str) -> str:
    """Write a marker for what runs now, with the real command line."""
    return respond_command(house, "releases", "mark", ENDPOINT, "--version", version)


def respond_command(house: House, *arguments: str) -> str:
    """Run `responder` on this cloud and return what it printed."""
    path = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "functions")])}
    ran = subprocess.run(  # noqa: S603  # our own command with our own arguments
        [sys.executable, "-m", "responder.cli", *arguments],
        env=plain_env(house.processes.folder) | path | house.env,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise LocalCloudError(f"responder {' '.join(arguments)} said: {ran.stderr.strip() or ran.stdout.strip()}")
    return ran.stdout


def _wait_in_service(house: House) -> None:
    sagemaker, deadline = house.clouds.client("sagemaker"), time.monotonic() + PATIENCE_SECONDS
    while sagemaker.describe_endpoint(EndpointName=ENDPOINT)["EndpointStatus"] != "InService":
        if time.monotonic() > deadline:
            raise LocalCloudError(f"endpoint {ENDPOINT} was not in service within {PATIENCE_SECONDS:.0f} s")
        time.sleep(0.2)
