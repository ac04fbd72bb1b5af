"""SageMaker, load balancers and Application Auto Scaling, which MiniStack lacks: moto's server, taking its time.

Runs in the cloud's own virtual environment: `python -P -m infra.local.moto_server <port> <seconds an update takes>
<folder>`.
Whoever updates an endpoint for which `<folder>/unanswered/<endpoint>` stands gets no answer, although it is done; the
file then holds the caller's port, so that whoever put it there can end the caller. Where `<folder>/large/<endpoint>`
stands, the model is so large that an update takes three times as long. moto 5.2.5
has no UpdateEndpoint; ours refuses what AWS refuses (an update while one is under way, an unknown configuration, and
keeping variant properties across different variant names), and shows the old configuration until the new one serves.
"""
# ruff: noqa: SLF001  # extending moto means reaching into it

import importlib.metadata
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import request  # type: ignore[import-not-found]  # is where this runs
from moto.core.responses import ActionResult
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import FakeEndpoint, SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse
from werkzeug.serving import run_simple

from infra.local.moto_components import add_components
from infra.local.moto_load import keep_within_bounds, take_time_for_targets, take_time_for_weights

VERSION = "5.2.5"
ACCEPTED = {
    "EndpointName",
    "EndpointConfigName",
    "RetainAllVariantProperties",
    "ExcludeRetainedVariantProperties",
    "DeploymentConfig",
    "RetainDeploymentConfig",
}

UNANSWERED_SECONDS = 20.0
TIMES_AS_LONG = 3

Variant = dict[str, Any]
Moto = Any  # moto's models and responses, which are ours to extend at run time only


@dataclass(frozen=True)
class Update:
    """An update that is under way."""

    done_at: float
    config_name: str
    variants: list[Variant]


UNDER_WAY: dict[str, Update] = {}


def assert_version() -> None:
    """Refuse any other version: what is added here may exist there, and behave otherwise."""
    found = importlib.metadata.version("moto")
    if found != VERSION:
        sys.exit(f"moto is {found}, the extension is for {VERSION}: re-check it, then change VERSION")


def keep_zero_weights() -> None:
    """Show a variant's weight even when it is 0.0: moto leaves it out, as if it had never been set."""
    endpoints: Moto = FakeEndpoint
    endpoints._process_production_variants = lambda _self, given: [as_running(one) for one in given]


def as_running(variant: Variant) -> Variant:
    """Turn a configured variant into one that runs."""
    weight, count = float(variant.get("InitialVariantWeight", 1.0)), variant.get("InitialInstanceCount", 1)
    return {
        "VariantName": variant["VariantName"],
        "CurrentWeight": weight,
        "DesiredWeight": weight,
        "CurrentInstanceCount": count,
        "DesiredInstanceCount": count,
    }


def add_update_endpoint(seconds: float, folder: Path) -> None:
    """Add the call, and let every look at an endpoint finish an update whose time has come."""
    backends: Moto = SageMakerModelBackend
    responses: Moto = SageMakerResponse
    describe = backends.describe_endpoint

    def describe_settled(backend: Moto, endpoint_name: str) -> Moto:
        settle(backend, endpoint_name)
        return describe(backend, endpoint_name)

    def update_endpoint(response: Moto) -> Moto:
        asked = response._get_params()
        large = (folder / "large" / asked["EndpointName"]).exists()
        arn = begin(response.sagemaker_backend, asked, seconds * (TIMES_AS_LONG if large else 1))
        leave_unanswered(folder / "unanswered" / asked["EndpointName"])
        return ActionResult({"EndpointArn": arn})

    backends.describe_endpoint = describe_settled
    responses.update_endpoint = update_endpoint


def leave_unanswered(note: Path) -> None:
    """Name the caller, once, and wait longer than it lives."""
    if note.exists() and not note.read_text(encoding="utf-8"):
        note.write_text(str(request.environ["REMOTE_PORT"]), encoding="utf-8")
        time.sleep(UNANSWERED_SECONDS)


def settle(backend: Moto, name: str) -> None:
    """Put the new configuration in service once the update has taken its time."""
    endpoint = backend.endpoints.get(name)
    update = UNDER_WAY.get(endpoint.arn) if endpoint else None
    if update is None or time.monotonic() < update.done_at:
        return
    endpoint.endpoint_config_name, endpoint.production_variants = update.config_name, update.variants
    endpoint.endpoint_status, endpoint.last_modified_time = "InService", datetime.now(UTC).replace(tzinfo=None)
    del UNDER_WAY[endpoint.arn]


def begin(backend: Moto, asked: dict[str, Any], seconds: float) -> str:
    """Begin an update, or refuse it the way AWS does."""
    name, config_name = asked["EndpointName"], asked["EndpointConfigName"]
    running = backend.describe_endpoint(name)
    wanted = [as_running(one) for one in backend.describe_endpoint_config(config_name)["ProductionVariants"]]
    refuse(asked, running, wanted)
    kept = (
        {one["VariantName"]: one for one in running["ProductionVariants"]}
        if asked.get("RetainAllVariantProperties")
        else {}
    )
    put_under_way(backend, name, config_name, [kept.get(one["VariantName"], one) for one in wanted], seconds)
    return str(running["EndpointArn"])


def put_under_way(backend: Moto, name: str, config_name: str, variants: list[Variant], seconds: float) -> None:
    """Let an endpoint be updated, and show what is desired meanwhile."""
    endpoint = backend.endpoints[name]
    UNDER_WAY[endpoint.arn] = Update(time.monotonic() + seconds, config_name, variants)
    wanted = {one["VariantName"]: one for one in variants}
    endpoint.production_variants = [
        one | {key: value for key, value in wanted.get(one["VariantName"], {}).items() if key.startswith("Desired")}
        for one in endpoint.production_variants
    ]
    endpoint.endpoint_status = "Updating"


def take_time_for_load(seconds: float) -> None:
    """Let weights, numbers of replicas and shards change as slowly as everything else."""

    def change(backend: Moto, name: str, variants: list[Variant]) -> None:
        put_under_way(backend, name, backend.endpoints[name].endpoint_config_name, variants, seconds)

    take_time_for_weights(change)
    keep_within_bounds(change)
    take_time_for_targets(seconds)


def refuse(asked: dict[str, Any], running: dict[str, Any], wanted: list[Variant]) -> None:
    """Raise when the request is not one to accept."""
    if unknown := asked.keys() - ACCEPTED:
        raise ValidationError(f"UpdateEndpoint parameters this extension does not know: {sorted(unknown)}")
    if running["EndpointStatus"] != "InService":
        raise ValidationError(f'Cannot update in-progress endpoint "{running["EndpointArn"]}".')
    names = {one["VariantName"] for one in wanted}, {one["VariantName"] for one in running["ProductionVariants"]}
    if asked.get("RetainAllVariantProperties") and names[0] != names[1]:
        raise ValidationError(
            "RetainAllVariantProperties needs the same variant names in both endpoint configurations."
        )


def serve(port: int) -> None:
    """Serve every call in a thread of its own, on this machine only."""
    run_simple("127.0.0.1", port, DomainDispatcherApplication(create_backend_app), threaded=True)


if __name__ == "__main__":
    assert_version()
    keep_zero_weights()
    add_update_endpoint(float(sys.argv[2]), Path(sys.argv[3]))
    take_time_for_load(float(sys.argv[2]))
    add_components(float(sys.argv[2]))
    serve(int(sys.argv[1]))
