"""Ask the evidence questions side by side, within one deadline.

A question that hangs, fails or answers garbage is recorded as missing; it never delays the others, and it
never counts as "fine".
"""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime

from responder.domain.evidence import Evidence, Sample, Source
from responder.errors import ResponderError
from responder.ports import Metrics

Question = tuple[str, str]  # a name and its PromQL

DEADLINE_S = 8.0
MOST_AT_ONCE = 8
MOST_LINES = 500


@dataclass(frozen=True)
class Ask:
    """One question: `call` returns a number, samples of Prometheus, or log lines."""

    name: str
    source: Source
    asked: str
    call: Callable[[], object]


@dataclass(frozen=True)
class Answered:
    """What came of a question; log lines are read now and kept nowhere."""

    evidence: Evidence
    lines: tuple[str, ...] = ()


AskAll = Callable[[Sequence[Ask], datetime], tuple[Answered, ...]]


def side_by_side(asks: Sequence[Ask], at: datetime, deadline_s: float = DEADLINE_S) -> tuple[Answered, ...]:
    """Ask all at once; what has not answered by the deadline is missing."""
    pool = ThreadPoolExecutor(max_workers=MOST_AT_ONCE)
    try:
        asked = [(ask, pool.submit(_answer, ask, at)) for ask in asks]
        wait([future for _, future in asked], timeout=deadline_s)
        return tuple(_in_time(ask, future, at, deadline_s) for ask, future in asked)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def in_order(asks: Sequence[Ask], at: datetime) -> tuple[Answered, ...]:
    """Ask one after the other: for simulations, where the order of calls must be the same each time."""
    return tuple(_answer(ask, at) for ask in asks)


def gather(
    questions: Sequence[Question], metrics: Metrics | None, at: datetime, ask: AskAll = side_by_side
) -> tuple[Evidence, ...]:
    """Ask Prometheus all of it."""
    return tuple(answered.evidence for answered in ask(promql(questions, metrics, at), at))


def promql(questions: Sequence[Question], metrics: Metrics | None, at: datetime) -> list[Ask]:
    return [Ask(name, "prometheus", query, _query(query, metrics, at)) for name, query in questions]


def _query(query: str, metrics: Metrics | None, at: datetime) -> Callable[[], object]:
    return (lambda: metrics.query(query, at)) if metrics else (lambda: "no Prometheus is configured")


def _in_time(ask: Ask, future: Future[Answered], at: datetime, deadline_s: float) -> Answered:
    return future.result() if future.done() else _missing(ask, at, f"no answer within {deadline_s:.0f} s")


def _answer(ask: Ask, at: datetime) -> Answered:
    try:
        return _read(ask, ask.call(), at)
    except ResponderError as error:
        return _missing(ask, at, str(error))


def _read(ask: Ask, answer: object, at: datetime) -> Answered:
    match answer:
        case [Sample() as only]:
            return _number(ask, only.value, at)
        case [Sample(), *_]:
            return _missing(ask, at, f"{len(answer)} series, expected one")
        case [str(), *_]:
            lines = tuple(str(line) for line in answer[:MOST_LINES])
            return Answered(Evidence(ask.name, ask.source, ask.asked, at, value=f"{len(lines)} lines"), lines)
        case float() | int():
            return _number(ask, float(answer), at)
        case _:
            return _missing(ask, at, answer if isinstance(answer, str) else "empty answer")


def _number(ask: Ask, value: float, at: datetime) -> Answered:
    if not math.isfinite(value):
        return _missing(ask, at, f"the answer is {value}")
    return Answered(Evidence(ask.name, ask.source, ask.asked, at, value=value))


def _missing(ask: Ask, at: datetime, why: str) -> Answered:
    return Answered(Evidence(ask.name, ask.source, ask.asked, at, missing=why))
