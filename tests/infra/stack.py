"""The template as the tests read it: functions of CloudFormation in their long form, and a few ways to ask."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.local.stack.template import read_template

REPOSITORY = Path(__file__).parents[2]
TEMPLATE = REPOSITORY / "infra" / "template.yaml"

STACK = read_template(TEMPLATE)
RESOURCES: dict[str, dict[str, Any]] = STACK["Resources"]
SERVING_STACK = read_template(REPOSITORY / "infra" / "serving.yaml")
SERVING: dict[str, dict[str, Any]] = {
    name: it for name, it in SERVING_STACK["Resources"].items() if it["Type"] == "AWS::Serverless::Function"
}
FUNCTIONS = {name: it for name, it in RESOURCES.items() if it["Type"] == "AWS::Serverless::Function"}


def properties(name: str) -> dict[str, Any]:
    given: dict[str, Any] = RESOURCES[name]["Properties"]
    return given


def of_type(*types: str) -> dict[str, dict[str, Any]]:
    return {name: it for name, it in RESOURCES.items() if it["Type"] in types}


def environment(name: str) -> set[str]:
    """Return the names of a function's variables, the shared ones included."""
    shared = STACK["Globals"]["Function"]["Environment"]["Variables"]
    return set(shared | properties(name)["Environment"]["Variables"])


def statements(name: str) -> list[dict[str, Any]]:
    """Return what a role or policy says, the optional statements included."""
    given = properties(name)
    documents = [given["PolicyDocument"]] if "PolicyDocument" in given else []
    documents += [inline["PolicyDocument"] for inline in given.get("Policies", [])]
    return [_granted(one) for document in documents for one in document["Statement"]]


def allowed(function: str) -> set[str]:
    """Return every action a function's role allows, from its own and its shared policy."""
    role = properties(function)["Role"]["Fn::GetAtt"][0]
    policies = [role, *(it["Ref"] for it in properties(role).get("ManagedPolicyArns", []) if "Ref" in it)]
    policies += [name for name, it in of_type("AWS::IAM::Policy").items() if {"Ref": role} in it["Properties"]["Roles"]]
    return {action for policy in policies for one in statements(policy) for action in actions(one)}


def actions(statement: dict[str, Any]) -> list[str]:
    given = statement["Action"]
    return [given] if isinstance(given, str) else given


def resources(statement: dict[str, Any]) -> list[Any]:
    given = statement["Resource"]
    return given if isinstance(given, list) else [given]


def identity_statements() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (resource, statement) of everything that grants a role something."""
    for name in of_type("AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        for statement in statements(name):
            yield name, statement


def _granted(statement: dict[str, Any]) -> dict[str, Any]:
    granted: dict[str, Any] = statement["Fn::If"][1] if "Fn::If" in statement else statement
    return granted
