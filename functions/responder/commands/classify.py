"""`responder classify`: JSON lines in, one diagnosis per line out, without touching anything outside."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Annotated

from pydantic import BeforeValidator

from responder.commands import connect
from responder.domain.alert import Alert, Status
from responder.domain.diagnosis import Diagnosis, diagnose
from responder.domain.evidence import Evidence
from responder.domain.plain import canonical, from_plain
from responder.domain.runbook import Book
from responder.errors import CannotRead

_ABOUT = """Reads one JSON object per line and answers each with one line. Its keys; all but id may be left out:

  id           text or a whole number, given back in the answer
  labels       a map of the alert's labels: {"alertname": "HighLatency", "model": "chat"}
  annotations  a map of its annotations: {"summary": "..."}
  logs         one log line, or a list of them
  metrics      a map of numbers by the names the pages give them: {"projected_budget_ratio": 1.5}"""
_BOM = "\ufeff"
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)  # a line has no time, and the same line gives the same answer


def _several(given: object) -> object:
    return (given,) if isinstance(given, str) else given or ()


def _texts(given: object) -> object:
    """Labels are text; a number or a missing value from somebody's export is no reason to refuse the line."""
    return {k: str(v) for k, v in given.items() if v is not None} if isinstance(given, dict) else given or {}


Texts = Annotated[dict[str, str], BeforeValidator(_texts)]


@dataclass(frozen=True)
class Question:
    """One line of input; everything but the id may be left out."""

    id: str | int
    labels: Texts = field(default_factory=dict)
    annotations: Texts = field(default_factory=dict)
    logs: Annotated[tuple[str, ...], BeforeValidator(_several)] = ()
    metrics: dict[str, float | None] = field(default_factory=dict)


class Unreadable(CannotRead):
    """Some lines were no questions; each was answered by an error line."""


def classify(lines: Iterable[str], book: Book) -> Iterator[str]:
    """Answer each line in order; raise Unreadable at the end when there were lines nobody could read."""
    unreadable = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        plain: object = None
        try:
            plain = _parse(line, number)
            _check(plain, f"line {number}")
            yield canonical(_answer(from_plain(Question, plain, f"line {number}"), book))
        except CannotRead as error:
            unreadable += 1
            yield canonical({"id": plain.get("id") if isinstance(plain, dict) else None, "error": str(error)})
    if unreadable:
        raise Unreadable(f"{unreadable} lines could not be read; each has an error line in the output")


def _parse(line: str, number: int) -> object:
    try:
        return json.loads(line.removeprefix(_BOM))
    except ValueError as error:
        raise CannotRead(f"line {number}: not JSON: {error}") from error


def _check(plain: object, where: str) -> None:
    """Refuse what would be answered as if it had not been said: a mistyped key, and what is no name.

    Other keys are somebody's own, a label or a source, and are let be.
    """
    if not isinstance(plain, dict):
        raise CannotRead(f'{where}: not a JSON object; write for example {{"id": 1, "logs": ["..."]}}')
    known = {f.name for f in fields(Question)}
    for key in plain.keys() - known:
        if meant := [near for near in get_close_matches(key, known, cutoff=0.8) if near not in plain]:
            raise CannotRead(f"{where}: unknown key {key}; did you mean {meant[0]}?")
    given = plain.get("id")
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise CannotRead(f"{where}: id is {'missing' if given is None else repr(given)}; write text or a whole number")


def _answer(question: Question, book: Book) -> dict[str, object]:
    diagnosis = diagnose(alerts_of(question), question.logs, _evidence(question), book, _NO_TIME)
    sure = diagnosis.failure_mode is diagnosis.leading
    return {
        "id": question.id,
        "failure_mode": diagnosis.failure_mode,
        "confidence": diagnosis.confidence if sure else round(1 - diagnosis.confidence, 4),
        "because": list(diagnosis.because) if sure else [_doubt(diagnosis)],
        "runner_up": diagnosis.runner_up if sure else diagnosis.leading,
    }


def _doubt(diagnosis: Diagnosis) -> str:
    reasons = "; ".join((*diagnosis.because, *(f"but {says}" for says in diagnosis.despite)))
    return f"not sure enough of {diagnosis.leading}: {reasons}"


def alerts_of(question: Question) -> list[Alert]:
    """Return the alert a question holds, if it has labels or annotations at all."""
    if not question.labels and not question.annotations:
        return []
    return [Alert(str(question.id), Status.FIRING, _NO_TIME, question.labels, question.annotations)]


def _evidence(question: Question) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(name, "alert", name, _NO_TIME, value) for name, value in question.metrics.items() if value is not None
    )


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "classify",
        help="JSON lines on standard input, one diagnosis per line on standard output",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    for answer in classify(sys.stdin, connect.library().book):
        print(answer)
    return 0
