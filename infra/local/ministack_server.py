"""MiniStack 1.5.33, bound to this machine only, with the few corrections our template needs.

Runs in the cloud's own virtual environment: `python -P ministack_server.py <port>`. Each correction says what goes
wrong without it. The version is asserted, because a correction for one version is a guess for the next.
"""

import asyncio
import importlib.metadata
import os
import re
import sys
from collections.abc import Mapping
from typing import Any

VERSION = "1.5.33"
Context = dict[str, str]
Document = Any  # a template or an API document: JSON


def assert_version() -> None:
    """Refuse any other version: every correction below was written against this one."""
    found = importlib.metadata.version("ministack")
    if found != VERSION:
        sys.exit(f"MiniStack is {found}, the corrections are for {VERSION}: re-check each of them, then change VERSION")


def add_s3_condition_keys() -> None:
    """Let policies see If-None-Match and the lock mode: MiniStack sets neither key, so "create only" would not hold."""
    from ministack.core import iam_actions

    original = iam_actions.s3_service_context
    names = {"if-none-match": "s3:if-none-match", "if-match": "s3:if-match", "x-amz-object-lock-mode": "s3:object-lock-mode"}

    def with_headers(action: str, query: Mapping[str, str], path: str = "", headers: Mapping[str, str] | None = None) -> Context:
        seen = {name.lower(): value for name, value in (headers or {}).items()}
        return {**original(action, query, path, headers), **{key: seen[name] for name, key in names.items() if name in seen}}

    iam_actions.s3_service_context = with_headers


def name_the_role() -> None:
    """Give aws:PrincipalArn as AWS does, the role's ARN: MiniStack gives the session's, and bucket policies deny our own writer."""
    from ministack.core import iam_evaluator

    original = iam_evaluator._resolve_condition_key

    def with_role(key: str, asked: Any) -> Any:
        value = original(key, asked)
        session = re.fullmatch(r"arn:aws:sts::(\d+):assumed-role/([^/]+)/.+", str(value))
        return f"arn:aws:iam::{session[1]}:role/{session[2]}" if session and key.lower() == "aws:principalarn" else value

    iam_evaluator._resolve_condition_key = with_role


def import_gateway_responses() -> None:
    """Take the gateway responses out of an imported API document: MiniStack drops them, and a throttled alert would get a 429."""
    from ministack.services import apigateway_v1

    original = apigateway_v1._import_rest_api

    def with_responses(document: Document, base: Document | None = None) -> str:
        api_id = str(original(document, base))
        for response_type, response in document.get("x-amazon-apigateway-gateway-responses", {}).items():
            apigateway_v1._put_gateway_response(api_id, response_type, response)
        return api_id

    apigateway_v1._import_rest_api = with_responses


def join_in_conditions() -> None:
    """Work out Fn::Join of a list parameter in a condition: MiniStack compares the unevaluated function, which is never equal."""
    from ministack.services.cloudformation import changesets, engine, handlers, stacks

    original = engine._evaluate_conditions

    def with_joins(template: Document, parameters: Document) -> dict[str, bool]:
        conditions = joined(template.get("Conditions", {}), parameters)
        return dict(original({**template, "Conditions": conditions}, parameters))

    for module in (changesets, engine, handlers, stacks):
        module._evaluate_conditions = with_joins


def joined(node: Document, parameters: Document) -> Document:
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
    """Serve on one port of one interface; MiniStack's own start would also try to bind 443 when it may."""
    from hypercorn.asyncio import serve as serve_app
    from hypercorn.config import Config
    from ministack.app import app
    from ministack.core.tls import resolve_tls_material

    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.certfile, config.keyfile = resolve_tls_material()
    config.keep_alive_timeout = 75
    asyncio.run(serve_app(app, config, shutdown_trigger=never))


if __name__ == "__main__":
    assert_version()
    os.environ["GATEWAY_PORT"] = sys.argv[1]  # read when MiniStack is imported
    add_s3_condition_keys()
    name_the_role()
    import_gateway_responses()
    join_in_conditions()
    serve(int(sys.argv[1]))
