"""Read `infra/template.yaml` and give it the artifact; nothing else in it is changed."""

from pathlib import Path
from typing import Any

import yaml

Template = dict[str, Any]

SHORT_ONLY = ("Ref", "Condition")
"""The two functions whose long form carries no `Fn::`."""


class CloudFormationLoader(yaml.SafeLoader):
    """Read the short forms of CloudFormation's functions as their long ones."""


def _long_form(loader: CloudFormationLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in SHORT_ONLY else f"Fn::{suffix}"
    value: Any
    match node:
        case yaml.ScalarNode():
            value = loader.construct_scalar(node)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case yaml.MappingNode():
            value = loader.construct_mapping(node, deep=True)
        case _:
            raise yaml.YAMLError(f"no such node: {node}")
    if name == "Fn::GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {name: value}


CloudFormationLoader.add_multi_constructor("!", _long_form)


def read_template(path: Path) -> Template:
    """Read a template with its functions in the long form, so that it can be written as JSON."""
    return parse_template(path.read_text(encoding="utf-8"))


def parse_template(text: str) -> Template:
    """Parse a template's text in the same way."""
    template: Template = yaml.load(text, Loader=CloudFormationLoader)  # noqa: S506  # a SafeLoader
    return template


def with_artifact(template: Template, uri: str) -> Template:
    """Put the address of the uploaded artifact where the folder of the build stands."""
    shared = template.get("Globals", {})
    function = {**shared.get("Function", {}), "CodeUri": uri}
    return {**template, "Globals": {**shared, "Function": function}}
