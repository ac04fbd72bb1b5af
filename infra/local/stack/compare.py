"""Compare what the template says with what stands."""

import json
from typing import Any

Value = Any  # a template is JSON: strings, numbers, lists and objects
Found = dict[str, Any]  # property name -> value as the template would write it; None = it is not there


def differences(wanted: Value, found: Value, path: str) -> list[str]:
    """List where they differ; what stands may have more properties than were asked for, but no more list members."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return [line for name, one in wanted.items() for line in differences(one, found.get(name), f"{path}.{name}")]
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        pairs = zip(sorted(wanted, key=_order), sorted(found, key=_order), strict=True)
        return [
            line for number, (left, right) in enumerate(pairs) for line in differences(left, right, f"{path}[{number}]")
        ]
    if plain(wanted) == plain(found):
        return []
    return [f"{path}: the template says {json.dumps(wanted)}, but there is {json.dumps(found, default=str)}"]


def plain(value: Value) -> Value:
    """Bring values that mean the same into one form: "true" and True, "400" and 400.0, one string and a list of it."""
    if isinstance(value, list) and len(value) == 1:
        return plain(value[0])
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        try:
            return float(value)
        except ValueError:
            return value
    return value


def _order(value: Value) -> str:
    return json.dumps(plain(value), sort_keys=True, default=str)
