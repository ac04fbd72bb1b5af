"""Ask the evidence questions side by side, within one deadline.

A question that hangs, fails or answers garbage is recorded as missing; it never delays the others.
"""

import math
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime

from responder.domain.evidence import Evidence, Sample
from responder.errors import ActionFailed
from responder.ports import Metrics
from responder.workflow.world import Question

DEADLINE_S = 8.0
MOST_AT_ONCE = 8


def gather(questions: list[Question], metrics: Metrics | None, at: datetime) -> tuple[Evidence, ...]:
    """Ask all questions at once; what has not answered by the deadline is missing."""
    if metrics is None:
        return tuple(_missing(q, at, "no Prometheus is configured") for q in questions)
    pool = ThreadPoolExecutor(max_workers=MOST_AT_ONCE)
    try:
        asked = [(question, pool.submit(ask, question, metrics, at)) for question in questions]
        wait([future for _, future in asked], timeout=DEADLINE_S)
        return tuple(_answer(question, future, at) for question, future in asked)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def one_by_one(questions: list[Question], metrics: Metrics | None, at: datetime) -> tuple[Evidence, ...]:
    """Ask in order: for simulations, where the order of calls must be the same each time."""
    if metrics is None:
        return tuple(_missing(q, at, "no Prometheus is configured") for q in questions)
    return tuple(ask(question, metrics, at) for question in questions)


def ask(question: Question, metrics: Metrics, at: datetime) -> Evidence:
    try:
        return _read(question, metrics.query(question[1], at), at)
    except ActionFailed as error:
        return _missing(question, at, str(error))


def _answer(question: Question, future: Future[Evidence], at: datetime) -> Evidence:
    return future.result() if future.done() else _missing(question, at, f"no answer within {DEADLINE_S:.0f} s")


def _read(question: Question, samples: Sequence[Sample], at: datetime) -> Evidence:
    if len(samples) != 1:
        return _missing(question, at, "empty answer" if not samples else f"{len(samples)} series, expected one")
    if not math.isfinite(samples[0].value):
        return _missing(question, at, f"the answer is {samples[0].value}")
    return Evidence(question[0], "prometheus", question[1], at, value=samples[0].value)


def _missing(question: Question, at: datetime, why: str) -> Evidence:
    return Evidence(question[0], "prometheus", question[1], at, missing=why)
