"""MiniStack 1.5.33, bound to this machine only, with the few corrections our template needs.

Runs in the cloud's own virtual environment: `python -P ministack_server.py <port> <folder> <seconds an update takes>`.
Each correction says what goes wrong without it. The version is asserted, because a correction for one version is a
guess for the next.
"""
# ruff: noqa: SLF001  # correcting MiniStack means reaching into it

import asyncio
import importlib.metadata
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypercorn.asyncio import serve as serve_app  # type: ignore[import-not-found]  # is where this runs
from hypercorn.config import Config  # type: ignore[import-not-found]  # is where this runs
from ministack.app import app
from ministack.core import iam_actions, iam_evaluator
from ministack.core.tls import resolve_tls_material
from ministack.services import apigateway_v1
from ministack.services.cloudformation import changesets, engine, handlers, stacks

sys.path.append(str(Path(__file__).parents[2]))  # not a variable: MiniStack would hand it on to every function

from infra.local.ministack_ecs import (
    name_services,
    run_no_containers,
    take_time_for_deployments,
)
from infra.local.ministack_sqs import move_dead_letters, name_moved_queues

VERSION = "1.5.33"
Document = Any  # a request, a template or an API document: JSON, or what MiniStack made of it


def assert_version() -> None:
    """Refuse any other version: every correction below was written against this one."""
    found = importlib.metadata.version("ministack")
    if found != VERSION:
        sys.exit(f"MiniStack is {found}, the corrections are for {VERSION}: re-check each of them, then change VERSION")


def add_s3_condition_keys() -> None:
    """Let policies see If-None-Match and the lock mode: MiniStack sets neither, so "create once" would not hold."""
    original = iam_actions.s3_service_context
    keys = {
        "if-none-match": "s3:if-none-match",
        "if-match": "s3:if-match",
        "x-amz-object-lock-mode": "s3:object-lock-mode",
    }

    def with_headers(action: str, query: Document, path: str = "", headers: Document = None) -> Document:
        seen = {name.lower(): value for name, value in (headers or {}).items()}
        given = {key: seen[name] for name, key in keys.items() if name in seen}
        return {**original(action, query, path, headers), **given}

    iam_actions.s3_service_context = with_headers


def permit_batches() -> None:
    """Ask for sqs:SendMessage when a batch is sent: AWS has no permission for batches, MiniStack invents one."""
    original = iam_actions.extract_iam_action

    def without_batch(service: str, *request: Document) -> Document:
        action = original(service, *request)
        return action.removesuffix("Batch") if service == "sqs" and action else action

    iam_actions.extract_iam_action = without_batch


def name_parameters() -> None:
    """Say which parameter is read by name list or path: MiniStack says "*", which only a grant on all would allow.

    Of several names the first stands for all; that is exact for us, because each call asks below one prefix.
    """
    original = iam_actions.extract_resource_arn

    def with_names(service: str, method: str, path: str, headers: Document, body: bytes, *place: Document) -> Document:
        sent = json.loads(body) if service == "ssm" and body else {}
        first = next(iter(sent.get("Names", [])), sent.get("Path"))
        named = json.dumps({"Name": first}).encode() if first else body
        return original(service, method, path, headers, named, *place)

    iam_actions.extract_resource_arn = with_names


def name_aliases() -> None:
    """Ask for the permission to look at or move one alias: MiniStack asks for the one to list them all."""
    original = iam_actions._lambda_action

    def with_aliases(method: str, path: str) -> str | None:
        one = re.search(r"/functions/[^/]+/aliases/[^/]+/?$", path)
        named = {"GET": "GetAlias", "PUT": "UpdateAlias", "DELETE": "DeleteAlias"}.get(method) if one else None
        return named or original(method, path)

    iam_actions._lambda_action = with_aliases


def name_versions() -> None:
    """Say which version's configuration is looked at, as AWS does: with the function's own ARN we are denied."""
    original = iam_actions.extract_resource_arn

    def with_version(service: str, method: str, path: str, head: Document, body: bytes, *place: Document) -> Document:
        arn = original(service, method, path, head, body, *place)
        looked_at = service == "lambda" and path.rstrip("/").endswith("/configuration")
        version = ((place[0] if place else None) or {}).get("Qualifier") if looked_at else None
        number = version[0] if isinstance(version, list) else version
        return f"{arn}:{number}" if number else arn

    iam_actions.extract_resource_arn = with_version


def name_leading_keys() -> None:
    """Let policies see which item of a table is asked for: MiniStack does not, so a grant on some of them is none."""
    original = iam_actions.dynamodb_service_context

    def with_keys(body: bytes) -> Document:
        asked = json.loads(body or b"{}")
        keys = asked.get("Item") or asked.get("Key") or {}
        named = {"dynamodb:leadingkeys": list(keys["pk"].values())} if "pk" in keys else {}
        return {**original(body), **named}

    iam_actions.dynamodb_service_context = with_keys


def name_the_role() -> None:
    """Give aws:PrincipalArn as AWS does, the role's ARN: with MiniStack's session ARN our own writer is denied."""
    original = iam_evaluator._resolve_condition_key

    def with_role(key: str, asked: Document) -> Document:
        value = original(key, asked)
        session = re.fullmatch(r"arn:aws:sts::(\d+):assumed-role/([^/]+)/.+", str(value))
        return (
            f"arn:aws:iam::{session[1]}:role/{session[2]}" if session and key.lower() == "aws:principalarn" else value
        )

    iam_evaluator._resolve_condition_key = with_role


def import_gateway_responses() -> None:
    """Take the gateway responses out of an API document: MiniStack drops them, and a throttled alert would get 429."""
    original = apigateway_v1._import_rest_api

    def with_responses(document: Document, base: Document = None) -> Document:
        api_id = original(document, base)
        for response_type, response in document.get("x-amazon-apigateway-gateway-responses", {}).items():
            apigateway_v1._put_gateway_response(api_id, response_type, response)
        return api_id

    apigateway_v1._import_rest_api = with_responses


def join_in_conditions() -> None:
    """Work out Fn::Join of a list parameter in a condition: MiniStack compares the function itself, never equal."""
    original = engine._evaluate_conditions

    def with_joins(template: Document, parameters: Document) -> Document:
        conditions = joined(template.get("Conditions", {}), parameters)
        return original({**template, "Conditions": conditions}, parameters)

    for module in (changesets, engine, handlers, stacks):
        module._evaluate_conditions = with_joins


def joined(node: Document, parameters: Mapping[str, Document]) -> Document:
    """Replace each Fn::Join of a reference by its result."""
    if isinstance(node, list):
        return [joined(one, parameters) for one in node]
    if not isinstance(node, dict):
        return node
    match node.get("Fn::Join"):
        case [str(separator), {"Ref": str(name)}] if name in parameters:
            return separator.join(str(parameters[name]["Value"]).split(","))
    return {name: joined(one, parameters) for name, one in node.items()}


async def never() -> None:
    """Wait for no signal to wind down: nothing here is worth keeping, so a signal ends the process at once."""
    await asyncio.Event().wait()


def serve(port: int) -> None:
    """Serve on one port of one interface; MiniStack's own start would also try to bind 443 where it may."""
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.certfile, config.keyfile = resolve_tls_material()
    config.keep_alive_timeout = 75
    asyncio.run(serve_app(app, config, shutdown_trigger=never))


CORRECTIONS = (
    add_s3_condition_keys,
    permit_batches,
    name_parameters,
    name_aliases,
    name_versions,
    name_leading_keys,
    name_the_role,
    import_gateway_responses,
    join_in_conditions,
    run_no_containers,
    name_services,
    name_moved_queues,
    move_dead_letters,
)

if __name__ == "__main__":
    assert_version()
    for correct in CORRECTIONS:
        correct()
    take_time_for_deployments(float(sys.argv[3]))
    serve(int(sys.argv[1]))
