"""Our metrics with their dimensions: as the code emits them, and as the dashboard asks for them."""

import ast
import json
import re
from typing import Any

from tests.infra.stack import REPOSITORY, properties

Metrics = dict[str, set[str]]


def emitted() -> Metrics:
    """Read every `Measure("Name", ..., dimensions={"a": ...})` of the functions."""
    found: Metrics = {}
    for file in (REPOSITORY / "functions").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="Measure"), args=[ast.Constant(value=str(name)), *_], keywords=given):
                    found[name] = {"service"} | _dimensions(given)
    return found


def on_the_dashboard() -> Metrics:
    """Read every row; in the dashboard's notation a dot repeats what stands above."""
    body: dict[str, Any] = json.loads(properties("Dashboard")["DashboardBody"]["Fn::Sub"])
    shown: Metrics = {}
    for widget in body["widgets"]:
        namespace = ""
        for row in widget["properties"]["metrics"]:
            match row:
                case [{"expression": str(search)}]:
                    shown |= _searched(search)
                case [str(first), str(name), *rest] if first != "...":
                    namespace = namespace if first == "." else first
                    shown |= {name: {"service"}} if namespace == "LLMAlertResponder" and len(rest) == 2 else {}
    return shown


def _dimensions(given: list[ast.keyword]) -> set[str]:
    written = [one.value for one in given if one.arg == "dimensions"]
    return {
        str(key.value)
        for one in written
        if isinstance(one, ast.Dict)
        for key in one.keys
        if isinstance(key, ast.Constant)
    }


def _searched(search: str) -> Metrics:
    found = re.search(r'\{LLMAlertResponder,([\w,]+)\} MetricName="(\w+)"', search)
    return {found[2]: set(found[1].split(","))} if found else {}
