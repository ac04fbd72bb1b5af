"""Answer a runbook's conditions: JMESPath, guarded so that doubt is never a yes.

JMESPath fails open: `x != 'a'` is true when `x` is missing, and `!(x > 'a')` when `x` is a number. So every path
a condition reads must exist and be a finite number or a string, and a comparison must be between two of a kind;
otherwise, and on any error, the answer is Unknown, which denies.
"""

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.visitor import TreeInterpreter

_PATHS = {"field", "subexpression", "index_expression"}
_ALLOWED = {"comparator", "and_expression", "or_expression", "not_expression", "literal"}


@dataclass(frozen=True)
class Unknown:
    """Why a question has no answer."""

    says: str


def holds(expression: str, facts: Mapping[str, Any]) -> bool | Unknown:
    """Say whether the condition is true of the facts, false, or cannot be known."""
    fault = fault_of(expression)
    if fault:
        return Unknown(fault)
    for path in paths_of(expression):
        value = _compiled(path).search(facts)
        if not _readable(value):
            return Unknown(f"{path} is {'missing' if value is None else repr(value)}")
    if not all(_alike(node, facts) for node in _nodes(_compiled(expression).parsed) if node["type"] == "comparator"):
        return Unknown(f"{expression!r} compares things of different kinds")
    answer = _compiled(expression).search(facts)
    return answer if isinstance(answer, bool) else Unknown(f"{expression!r} is no yes and no no")


def fault_of(expression: str) -> str | None:
    """Return what is wrong with a condition as written, None when it can be asked."""
    try:
        kinds = {node["type"] for node in _nodes(_compiled(expression).parsed)}
    except JMESPathError as error:
        return f"{expression!r} is not JMESPath: {error}"
    if "comparator" not in kinds:
        return f"{expression!r} compares nothing; write for example value > `1.2`"
    odd = kinds - _ALLOWED - _PATHS
    return (
        f"{expression!r} uses {', '.join(sorted(odd))}; only paths, comparisons, &&, || and ! are allowed"
        if odd
        else None
    )


@functools.cache
def paths_of(expression: str) -> tuple[str, ...]:
    """Return every path the condition reads."""
    return tuple(sorted(_paths(_compiled(expression).parsed)))


def _paths(node: dict[str, Any]) -> set[str]:
    if node["type"] in _PATHS:
        return {_written(node)}
    return {path for child in node["children"] for path in _paths(child)}


def _written(node: dict[str, Any]) -> str:
    match node["type"]:
        case "field":
            return f'"{node["value"]}"'
        case "index":
            return f"[{node['value']}]"
        case _:
            first, *rest = map(_written, node["children"])
            return first + "".join(part if part.startswith("[") else f".{part}" for part in rest)


def _nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    if node["type"] in _PATHS:
        return [node]
    return [node, *(n for child in node["children"] for n in _nodes(child))]


def _alike(comparison: dict[str, Any], facts: Mapping[str, Any]) -> bool:
    one, other = (TreeInterpreter().visit(side, facts) for side in comparison["children"])
    return _readable(one) and _readable(other) and isinstance(one, str) == isinstance(other, str)


def _readable(value: object) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, str) or (isinstance(value, int | float) and math.isfinite(value))


@functools.cache
def _compiled(expression: str) -> Any:  # noqa: ANN401  # jmespath ships no types
    return jmespath.compile(expression)
