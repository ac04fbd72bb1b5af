from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.domain.duration import longest_range, parse_duration, write_duration


@given(st.integers(min_value=0, max_value=10**10))
def test_what_is_written_is_read_back(milliseconds: int) -> None:
    length = timedelta(milliseconds=milliseconds)

    assert parse_duration(write_duration(length)) == length


@pytest.mark.parametrize(
    ("written", "seconds"), [("90s", 90), ("5m", 300), ("1h30m", 5400), ("2d", 172800), ("500ms", 0.5), ("0s", 0)]
)
def test_durations_are_written_as_prometheus_does(written: str, seconds: float) -> None:
    assert parse_duration(written) == timedelta(seconds=seconds)


@pytest.mark.parametrize("written", ["", "5", "5 minutes", "m", "-5m", "5m ", "1w", None, 5])
def test_anything_else_is_refused_with_an_example(written: object) -> None:
    with pytest.raises(ValueError, match="write for example 30s, 5m or 1h30m"):
        parse_duration(written)


@pytest.mark.parametrize(
    ("query", "longest"),
    [
        ("up", timedelta()),
        ("rate(errors[5m])", timedelta(minutes=5)),
        ("rate(errors[5m]) / rate(requests[1h30m])", timedelta(minutes=90)),
        ("max_over_time(rate(errors[1m])[2h:30s])", timedelta(hours=2)),
        ('up{path="[5m"}', timedelta()),
    ],
)
def test_the_longest_range_of_a_query_is_found(query: str, longest: timedelta) -> None:
    assert longest_range(query) == longest
