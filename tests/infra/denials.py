"""Ask a resource policy's denials about one request, as far as IAM's rules are needed here.

A key that is missing from the request fails a condition, except for the negated operators and `ForAllValues`.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from tests.infra.stack import actions, properties

Context = Mapping[str, str]


def denied_by(policy: str, action: str, resource: str, context: Context) -> list[str]:
    """Return the Sids of the statements that deny it."""
    statements = properties(policy)["PolicyDocument"]["Statement"]
    return [
        one["Sid"]
        for one in statements
        if _names_action(one, action) and _names_resource(one, resource) and _holds(one.get("Condition", {}), context)
    ]


def _names_action(statement: dict[str, Any], action: str) -> bool:
    return any(fnmatchcase(action, pattern) for pattern in actions(statement))


def _names_resource(statement: dict[str, Any], resource: str) -> bool:
    given = statement.get("NotResource", statement.get("Resource"))
    named = any(fnmatchcase(resource, _text(one)) for one in (given if isinstance(given, list) else [given]))
    return named is ("Resource" in statement)


def _holds(condition: dict[str, dict[str, Any]], context: Context) -> bool:
    return all(
        _agrees(operator, key, wanted, context) for operator, keys in condition.items() for key, wanted in keys.items()
    )


def _agrees(operator: str, key: str, wanted: Any, context: Context) -> bool:  # noqa: ANN401  # JSON
    expected = [_text(one) for one in (wanted if isinstance(wanted, list) else [wanted])]
    match operator:
        case "Null":
            return (key not in context) == (expected == ["true"])
        case "Bool" | "StringEquals":
            return context.get(key) in expected
        case "ArnNotEquals" | "StringNotEquals" | "ForAllValues:StringNotEquals":
            return context.get(key) not in expected
        case "NumericLessThan":
            return key in context and float(context[key]) < float(expected[0])
    raise KeyError(operator)


def _text(value: Any) -> str:  # noqa: ANN401  # JSON
    """Write a value as `name`, `name.Arn` or the text of a Sub without its braces."""
    match value:
        case {"Ref": "AuditDays"}:
            return "400"
        case {"Ref": "AuditMode"}:
            return "COMPLIANCE"
        case {"Fn::GetAtt": [name, _]}:
            return str(name)
        case {"Fn::Sub": text}:
            return str(text).replace("${", "").replace(".Arn}", "").replace("}", "")
    return str(value)
