"""`responder doctor`: let the deployed function examine itself, in its own network and under its own role."""

import argparse
import json

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from responder.commands import connect
from responder.errors import NotThere


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("doctor", help="could the deployed responder do its work? exit 1 when not")
    parser.add_argument("--send", action="store_true", help="also send one test message per channel")
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    checks = _ask(asked.stack, send=asked.send)
    for check in checks:
        print(f"{'well ' if check['well'] else 'WRONG'}  {check['what']:20} {check['says']}")
    wrong = sum(not check["well"] for check in checks)
    print("everything is as it must be" if not wrong else f"{wrong} things need you")
    return 1 if wrong else 0


def _ask(stack: str | None, *, send: bool) -> list[dict[str, str]]:
    name = connect.stack_name(stack)
    try:
        function = connect.outputs(name)["RespondFunction"]
        answer = boto3.client("lambda").invoke(FunctionName=function, Payload=json.dumps({"doctor": {"send": send}}))
        said = json.loads(answer["Payload"].read())
    except (BotoCoreError, ClientError, KeyError) as error:
        raise NotThere(f"the function respond of stack {name} cannot be asked: {error}") from error
    if "checks" not in said:
        raise NotThere(f"the function respond broke: {said.get('errorMessage', said)}")
    checks: list[dict[str, str]] = said["checks"]
    return checks
