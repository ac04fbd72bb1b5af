"""Read YAML that people wrote, and say what is wrong with it line by line.

Every fault of a file is told at once, as `file:line: what is wrong; what to write instead`.
"""

import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from difflib import get_close_matches
from typing import Any, Generic, TypeVar, get_args, get_type_hints

import yaml
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from responder.errors import CannotRead

T = TypeVar("T")
Place = tuple[int | str, ...]


@dataclass(frozen=True)
class Finding:
    """One thing wrong in a file, and what to do about it; `line` is None when no line is to blame."""

    file: str
    line: int | None
    what: str
    do: str

    def __str__(self) -> str:
        return ":".join([self.file, *([str(self.line)] if self.line else [])]) + f": {self.what}; {self.do}"


@dataclass(frozen=True)
class Written:
    """A YAML document and the line each of its places stands on."""

    file: str
    data: Any
    lines: dict[Place, int]

    def finding(self, place: Place, what: str, do: str) -> Finding:
        return Finding(self.file, self.line(place), what, do)

    def line(self, place: Place) -> int:
        """Return the line of the place, or of the nearest thing around it that was written."""
        known = (place[:n] for n in range(len(place), -1, -1) if place[:n] in self.lines)
        return self.lines[next(known, ())]


@dataclass(frozen=True)
class Read(Generic[T]):
    """A value, or what keeps it from being one."""

    value: T | None
    findings: tuple[Finding, ...]


def read_yaml(text: str, file: str, first_line: int = 1) -> Written | Finding:
    """Parse a document; twice the same key is a fault, because the first one would be lost in silence."""
    try:
        node = yaml.compose(text, yaml.SafeLoader)
        places = list(_places(node, first_line)) if node else []
        data = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + first_line if mark else first_line
        return Finding(
            file,
            line,
            f"not YAML: {getattr(error, 'problem', None) or error}",
            "check quotes, colons and indentation",
        )
    lines: dict[Place, int] = {}
    for place, line in places:
        if place in lines:
            return Finding(
                file,
                line,
                f"key {place[-1]!r} is written twice",
                f"keep one; the other is on line {lines[place]}",
            )
        lines[place] = line
    return Written(file, data, {(): first_line, **lines})


def read_as(kind: type[T], data: object, written: Written, at: Place = ()) -> Read[T]:
    """Build a dataclass from plain data, with a finding for each place that does not fit."""
    try:
        return Read(TypeAdapter(kind).validate_python(data), ())
    except ValidationError as error:
        return Read(None, tuple(_fault(e, kind, written, at) for e in _own(error)))


def refuse(findings: Sequence[Finding]) -> None:
    """Raise CannotRead with every finding on a line of its own, if there is any."""
    if findings:
        raise CannotRead("\n".join(map(str, findings)))


def nearest(wrong: object, known: Sequence[str]) -> str:
    """Word an advice: the closest known name first, then all of them."""
    close = get_close_matches(str(wrong), known, n=1)
    return (f"did you mean {close[0]}? " if close else "") + f"known here: {', '.join(known)}"


def _places(node: yaml.Node, first_line: int, at: Place = ()) -> Iterator[tuple[Place, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            place = (*at, key.value)
            yield place, key.start_mark.line + first_line
            yield from _places(value, first_line, place)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield (*at, number), value.start_mark.line + first_line
            yield from _places(value, first_line, (*at, number))


def _own(error: ValidationError) -> list[ErrorDetails]:
    """Return what is at fault; a list is not too short because of its bad items."""
    found = error.errors(include_url=False)
    inner = {e["loc"][:-1] for e in found}
    return [e for e in found if e["type"] != "too_short" or e["loc"] not in inner]


def _fault(error: ErrorDetails, kind: type, written: Written, at: Place) -> Finding:
    place = (*at, *error["loc"])
    name = ".".join(map(str, place)) or "the document"
    match error["type"]:
        case "unexpected_keyword_argument":
            return written.finding(place, f"unknown key {name}", nearest(place[-1], _keys(kind, error["loc"][:-1])))
        case "missing" | "missing_argument":
            return written.finding(place, f"{name} is missing", "add it")
        case "enum":
            known = [word.strip(" '") for word in error["ctx"]["expected"].replace(" or ", ", ").split(",")]
            return written.finding(place, f"{name}: unknown {error['input']!r}", nearest(error["input"], known))
        case _:
            what, do = _said(error)
            return written.finding(place, f"{name}{what}", do)


def _said(error: ErrorDetails) -> tuple[str, str]:
    """Word what is wrong with a value, and what to do about it."""
    match error["type"]:
        case "tuple_type":
            return f" is {error['input']!r}, not a list", "write a list: [ … ]"
        case "too_short" if not error["input"]:
            return " is empty", f"name at least {error['ctx']['min_length']}"
        case "string_type":
            return f" is {error['input']!r}, not text", "put it in quotes"
        case _:
            what, _, do = error["msg"].removeprefix("Value error, ").partition("; ")
            return f": {what}", do or f"it was {error['input']!r}"


def _keys(kind: Any, place: Place) -> list[str]:  # noqa: ANN401  # any annotation a dataclass field may have
    for part in place:
        hint = get_type_hints(kind).get(str(part)) if is_dataclass(kind) else next(iter(get_args(kind)), None)
        kind = next((k for k in get_args(hint) if is_dataclass(k)), hint) if isinstance(hint, types.UnionType) else hint
    return [f.name for f in fields(kind)] if is_dataclass(kind) else []
