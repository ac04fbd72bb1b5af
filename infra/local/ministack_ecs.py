"""ECS with what MiniStack leaves out: a deployment takes its time, and a permission is asked for on the service itself.

Nothing is ever run, whatever container engine this machine may have: practice counts tasks, the fleet serves.
"""
# ruff: noqa: SLF001  # correcting MiniStack means reaching into it

import json
import time
from typing import Any

from ministack.core import iam_actions
from ministack.services import ecs

Document = Any  # a request, or what MiniStack made of it


def run_no_containers() -> None:
    """Let tasks be counted only: where there is a container engine, MiniStack would look for our images, and fail."""
    ecs._get_docker = lambda: None


def name_services() -> None:
    """Ask for the permission on one service: MiniStack asks for it on the whole cluster."""
    original = iam_actions.extract_resource_arn

    def with_service(service: str, method: str, path: str, head: Document, body: bytes, *place: Document) -> Document:
        arn = original(service, method, path, head, body, *place)
        asked = json.loads(body) if service == "ecs" and body else {}
        name = asked.get("service") or next(iter(asked.get("services", [])), "")
        return f"{arn.replace(':cluster/', ':service/')}/{name}" if name and ":cluster/" in arn else arn

    iam_actions.extract_resource_arn = with_service


def take_time_for_deployments(seconds: float) -> None:
    """Let new tasks prove themselves for a while before the old ones go: MiniStack believes them at once."""
    complete, describe = ecs._complete_service_deployment, ecs._describe_services

    def complete_in_time(cluster: str, key: str, expected_deployment_id: str | None = None) -> None:
        newest = ecs._primary_deployment(ecs._services.get(key) or {})
        if newest and time.time() - ecs._ts_to_epoch(newest["createdAt"]) >= seconds:
            complete(cluster, key, expected_deployment_id)

    def describe_settled(asked: Document) -> Document:
        cluster = ecs._resolve_cluster_name(asked.get("cluster", "default"))
        for name in asked.get("services", []):
            complete_in_time(cluster, f"{cluster}/{name}")
        return describe(asked)

    ecs._complete_service_deployment = complete_in_time
    ecs._ACTION_MAP["DescribeServices"] = describe_settled
