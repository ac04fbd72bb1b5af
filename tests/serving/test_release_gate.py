"""A canary at the gate: what lets it through, what sends it back, and that doubt does neither."""

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.domain.serving.release_gate import Canary, Gate, Verdict, chance, decide
from responder.domain.serving.service_level import Availability, Cost, Latency, Safety, ServiceLevel

LEVEL = ServiceLevel(
    "chat", {"model": "chat"}, latency=Latency(), availability=Availability(), safety=Safety(), cost=Cost()
)
GOOD = {
    "requests": 5000.0,
    "slow": 0.01,
    "failed": 0.0002,
    "unsafe": 0.0002,
    "severe": 0.0,
    "price": 0.02,
    "control_price": 0.02,
}


def a_canary(*, incident: str | None = None, uncleared: str | None = None, **measured: float | None) -> Canary:
    known = {name: value for name, value in {**GOOD, **measured}.items() if value is not None}
    return Canary(known, {}, incident, uncleared)


def gate(level: ServiceLevel = LEVEL, **changes: Any) -> Gate:  # noqa: ANN401  # a test states only what matters
    return decide(level, a_canary(**changes))


def test_a_canary_that_keeps_every_promise_advances() -> None:
    assert gate().verdict is Verdict.ADVANCE


@pytest.mark.parametrize(
    ("measured", "says"),
    [
        ({"slow": 0.3}, "are slower than 1200 ms"),
        ({"failed": 0.02}, "fail"),
        ({"unsafe": 0.01}, "are answered unsafely"),
        ({"severe": 1.0}, "severe category"),
        ({"price": 0.05}, "1000 tokens cost 0.05 USD"),
    ],
)
def test_a_canary_that_is_bad_beyond_doubt_is_rolled_back_and_says_why(measured: dict[str, float], says: str) -> None:
    answer = gate(LEVEL, **measured)

    assert answer.verdict is Verdict.ROLL_BACK
    assert says in answer.reason


@pytest.mark.parametrize(
    "measured", [{"slow": 0.052}, {"failed": 0.0012}, {"unsafe": 0.0012}, {"price": 0.024}], ids=lambda m: next(iter(m))
)
def test_a_canary_that_is_a_little_over_holds_because_it_may_be_chance(measured: dict[str, float]) -> None:
    assert gate(LEVEL, **measured).verdict is Verdict.HOLD


@pytest.mark.parametrize("name", [name for name in GOOD if name != "control_price"])
def test_what_cannot_be_measured_holds(name: str) -> None:
    answer = gate(LEVEL, **{name: None})

    assert answer.verdict is Verdict.HOLD
    assert "is not known" in answer.reason


def test_too_few_samples_hold_however_good_they_look() -> None:
    answer = gate(requests=120)

    assert (answer.verdict, answer.reason) == (Verdict.HOLD, "120 requests, 500 are needed")


def test_one_failure_among_few_is_no_reason_to_roll_back() -> None:
    assert gate(requests=100, failed=0.01).verdict is Verdict.HOLD


def test_an_open_incident_holds_even_a_bad_canary_because_the_responder_is_at_work() -> None:
    assert gate(slow=0.5, incident="incident 1 is open").verdict is Verdict.HOLD


def test_a_rollback_nobody_cleared_holds() -> None:
    assert gate(uncleared="v2 was rolled back").reason == "v2 was rolled back"


def test_without_a_plan_or_another_version_the_price_cannot_be_judged() -> None:
    assert gate(control_price=None).verdict is Verdict.HOLD


def test_a_planned_price_is_what_counts() -> None:
    planned = replace(LEVEL, cost=Cost(infer_usd_per_1k_tokens=0.03))

    assert gate(planned, price=0.029, control_price=None).verdict is Verdict.ADVANCE
    assert gate(planned, price=0.031).verdict is Verdict.HOLD


@pytest.mark.parametrize("part", ["latency", "availability", "safety", "cost"])
def test_a_part_nobody_promised_cannot_be_let_through(part: str) -> None:
    missing: dict[str, Any] = {part: None}

    assert gate(replace(LEVEL, **missing)).verdict is Verdict.HOLD


@given(st.dictionaries(st.sampled_from(list(GOOD)), st.none() | st.floats(0, 1)))
def test_whatever_is_measured_only_a_clean_canary_advances(measured: dict[str, float | None]) -> None:
    answer = decide(LEVEL, a_canary(**measured))  # type: ignore[arg-type]  # only measurements

    clean = all(check.verdict is Verdict.ADVANCE for check in answer.checks)
    assert (answer.verdict is Verdict.ADVANCE) == clean


@pytest.mark.parametrize(
    ("n", "k", "share", "expected"),
    [
        (100, 1, 0.001, 0.0952),
        (100, 0, 0.001, 1.0),
        (600, 3, 0.001, 0.0230),
        (10, 10, 0.5, 0.00098),
        (50, 60, 0.5, 0.0),
    ],
)
def test_the_chance_of_looking_this_bad_is_the_binomial_tail(n: int, k: int, share: float, expected: float) -> None:
    assert chance(n, k, share) == pytest.approx(expected, abs=1e-4)


def test_a_canary_that_just_keeps_its_promise_is_rolled_back_less_than_once_in_a_thousand_times() -> None:
    luck = random.Random(7)  # noqa: S311  # traffic, not a secret
    answers = [gate(slow=sum(luck.random() < 0.05 for _ in range(500)) / 500, requests=500) for _ in range(2000)]

    assert sum(answer.verdict is Verdict.ROLL_BACK for answer in answers) <= 2
