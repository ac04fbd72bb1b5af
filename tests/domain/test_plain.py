import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.domain.plain import canonical, from_plain, millis, sha256, stamp, to_plain
from responder.errors import CannotRead

TEXTS = st.text(max_size=20)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@dataclass(frozen=True)
class _Fact:
    name: str
    size: int = 0
    note: str | None = None


@given(PLAIN)
def test_the_canonical_form_is_ascii_and_loses_nothing(fact: object) -> None:
    text = canonical(fact)

    assert text.isascii()
    assert json.loads(text) == fact


def test_the_order_in_which_a_fact_was_built_does_not_change_its_hash() -> None:
    assert sha256(canonical({"a": 1, "b": 2})) == sha256(canonical({"b": 2, "a": 1}))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_json_cannot_say_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical({"value": value})


def test_what_is_none_is_left_out_of_records() -> None:
    assert to_plain(_Fact("chat")) == {"name": "chat", "size": 0}


def test_keys_of_a_newer_version_are_ignored() -> None:
    assert from_plain(_Fact, {"name": "chat", "from_the_future": 1}, "fact") == _Fact("chat")


def test_what_cannot_be_read_is_named_with_its_place() -> None:
    with pytest.raises(CannotRead, match=r"^fact: size: Input should be a valid integer"):
        from_plain(_Fact, {"name": "chat", "size": "many"}, "fact")


def test_moments_are_written_in_utc_with_milliseconds() -> None:
    in_berlin = datetime(2026, 11, 25, 13, 0, 0, 123456, tzinfo=timezone(timedelta(hours=1)))

    assert stamp(in_berlin) == "2026-11-25T12:00:00.123Z"
    assert millis(in_berlin) == millis(datetime(2026, 11, 25, 12, 0, 0, 123456, tzinfo=UTC))
