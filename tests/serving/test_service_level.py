from datetime import timedelta

import pytest

from responder.domain.serving.service_level import ServiceLevel, parse_service_levels
from responder.errors import CannotRead


def read(entry: str) -> tuple[ServiceLevel, ...]:
    return parse_service_levels(f"service_levels:\n{entry}", "service_levels.yaml")


def refusal(entry: str) -> str:
    with pytest.raises(CannotRead) as caught:
        read(entry)
    return str(caught.value)


def test_a_part_that_is_left_out_promises_nothing() -> None:
    (level,) = read("  chat: {match: {model: chat}, latency: {}}")

    assert level.latency
    assert (level.latency.p50_ms, level.latency.p95_ms, level.sustained) == (400, 1200, timedelta(minutes=5))
    assert (level.availability, level.cost) == (None, None)


def test_the_error_budget_is_what_the_promise_leaves() -> None:
    (level,) = read("  chat: {match: {}, availability: {at_least: 0.999}}")

    assert level.availability
    assert level.availability.budget == 0.001


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("  chat: {match: {}, latency: {p95_ms: 1100}}", "1100 is no edge of the latency histogram"),
        ("  chat: {match: {env: prod}}", "match names no model"),
        ("  chat: {match: {}, latencies: {}}", "did you mean latency?"),
        ("  chat: {match: {}}\n  code: {match: {model: code}}", "another entry judges the same series"),
        ("  a: {match: {model: code}}\n  b: {match: {model: code}}", "another entry judges the same series"),
        ("  chat: {match: {}, cost: {weekly_budget_usd: 10}}", "a weekly budget, but no model it is for"),
        ("  chat: {match: {}, safety: {below: 1.5}}", "less than 1"),
        ('  chat: {match: {}, labels: {"a b": c}}', "is not a label name"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(entry: str, says: str) -> None:
    refused = refusal(entry)

    assert says in refused
    assert refused.startswith("service_levels.yaml:")


@pytest.mark.parametrize(
    "text", ["", "service_levels: {}", "service_levels: [a]", "levels: {}\nservice_levels: {a: {}}"]
)
def test_a_file_of_another_kind_is_refused(text: str) -> None:
    with pytest.raises(CannotRead):
        parse_service_levels(text, "service_levels.yaml")
