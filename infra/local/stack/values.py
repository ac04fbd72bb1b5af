"""Work out what a template's values are once its stack stands: references, conditions and the few functions we use.

An unknown function, attribute or reference is an error: a value that cannot be worked out cannot be compared either.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from infra.local.clouds import ACCOUNT, REGION
from infra.local.errors import LocalCloudError

Value = Any  # a template is JSON: strings, numbers, lists and objects
NOTHING = object()
"""What `AWS::NoValue` becomes: the property is left out."""

ATTRIBUTES = {
    ("AWS::DynamoDB::Table", "Arn"): f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{{id}}",
    ("AWS::Events::Rule", "Arn"): f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{{id}}",
    ("AWS::IAM::Role", "Arn"): f"arn:aws:iam::{ACCOUNT}:role/{{id}}",
    ("AWS::KMS::Key", "Arn"): f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{{id}}",
    ("AWS::Lambda::Function", "Arn"): f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{{id}}",
    ("AWS::Lambda::Version", "Version"): "{last}",
    ("AWS::Logs::LogGroup", "Arn"): f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{{id}}:*",
    ("AWS::S3::Bucket", "Arn"): "arn:aws:s3:::{id}",
    ("AWS::SQS::Queue", "Arn"): f"arn:aws:sqs:{REGION}:{ACCOUNT}:{{last}}",
    ("AWS::SQS::Queue", "QueueName"): "{last}",
}
"""What `Fn::GetAtt` gives, made of the physical id and its last part."""


@dataclass(frozen=True)
class Stack:
    """A stack that stands: its template after the SAM transform, its parameters, and what each resource became."""

    name: str
    template: Mapping[str, Value]
    parameters: Mapping[str, str]
    physical: Mapping[str, str]

    @property
    def resources(self) -> dict[str, dict[str, Value]]:
        """List the resources whose condition holds."""
        every: Mapping[str, dict[str, Value]] = self.template["Resources"]
        return {name: one for name, one in every.items() if "Condition" not in one or self.holds(one["Condition"])}

    def holds(self, condition: str) -> bool:
        """Evaluate a condition of the template."""
        return bool(self.value(self.template["Conditions"][condition]))

    def value(self, node: Value) -> Value:
        """Work out a value."""
        if isinstance(node, list):
            return [one for one in (self.value(each) for each in node) if one is not NOTHING]
        if not isinstance(node, dict):
            return node
        if len(node) == 1 and (name := next(iter(node))) in FUNCTIONS:
            return FUNCTIONS[name](self, node[name])
        if unknown := [name for name in node if name.startswith("Fn::")]:
            raise LocalCloudError(
                f"infra/local does not know the template function {unknown[0]}: add it to stack/values.py"
            )
        return {
            name: one for name, one in ((key, self.value(each)) for key, each in node.items()) if one is not NOTHING
        }

    def ref(self, name: str) -> Value:
        """Follow a `Ref`."""
        pseudo = {
            "AWS::StackName": self.name,
            "AWS::Region": REGION,
            "AWS::AccountId": ACCOUNT,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::NoValue": NOTHING,
        }
        if name in pseudo:
            return pseudo[name]
        if name in self.template["Parameters"]:
            return self._parameter(name)
        if name in self.physical:
            return self.physical[name]
        raise LocalCloudError(f"the template refers to {name}, which the stack does not have")

    def attribute(self, name: str, attribute: str) -> str:
        """Follow a `Fn::GetAtt`."""
        kind, physical = self.template["Resources"][name]["Type"], self.physical[name]
        if (kind, attribute) not in ATTRIBUTES:
            raise LocalCloudError(
                f"infra/local does not know attribute {attribute} of {kind}: add it to stack/values.py"
            )
        return ATTRIBUTES[kind, attribute].format(id=physical, last=re.split("[/:]", physical)[-1])

    def _parameter(self, name: str) -> Value:
        declared = self.template["Parameters"][name]
        value = str(self.parameters.get(name, declared.get("Default", "")))
        return value.split(",") if declared["Type"] == "CommaDelimitedList" else value


def _sub(stack: Stack, node: Value) -> str:
    text, own = (node, {}) if isinstance(node, str) else (node[0], stack.value(node[1]))

    def fill(found: re.Match[str]) -> str:
        name = found[1]
        if name.startswith("!"):
            return "${" + name[1:] + "}"
        if name in own:
            return str(own[name])
        return str(stack.attribute(*name.split(".", 1)) if "." in name else stack.ref(name))

    return re.sub(r"\$\{([^}]+)\}", fill, text)


def _equals(stack: Stack, node: Value) -> bool:
    left, right = stack.value(node)
    return str(left) == str(right)


FUNCTIONS: dict[str, Callable[[Stack, Value], Value]] = {
    "Ref": lambda stack, node: stack.ref(node),
    "Condition": lambda stack, node: stack.holds(node),
    "Fn::GetAtt": lambda stack, node: stack.attribute(node[0], node[1]),
    "Fn::Sub": _sub,
    "Fn::Join": lambda stack, node: str(node[0]).join(str(one) for one in stack.value(node[1])),
    "Fn::If": lambda stack, node: stack.value(node[1] if stack.holds(node[0]) else node[2]),
    "Fn::Equals": _equals,
    "Fn::Not": lambda stack, node: not stack.value(node[0]),
    "Fn::And": lambda stack, node: all(stack.value(one) for one in node),
    "Fn::Or": lambda stack, node: any(stack.value(one) for one in node),
}
