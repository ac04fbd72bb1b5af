"""Find every policy document of a CloudFormation template."""

from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]


def policies(resources: dict[str, Any]) -> Iterator[tuple[str, Document]]:
    """Yield (`logical id` or `logical id/policy name`, document).

    Trust policies are left out: they name no resource, which is what the linter looks at.
    """
    for name, resource in resources.items():
        properties = resource.get("Properties", {})
        for key in ("PolicyDocument", "KeyPolicy"):
            if key in properties:
                yield name, properties[key]
        for inline in properties.get("Policies", []) if resource["Type"] == "AWS::IAM::Role" else []:
            yield f"{name}/{inline['PolicyName']}", inline["PolicyDocument"]
