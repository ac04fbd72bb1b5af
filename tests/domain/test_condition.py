import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.domain.condition import Unknown, fault_of, holds, paths_of

NONSENSE = st.none() | st.booleans() | st.just(math.nan) | st.just(math.inf) | st.lists(st.integers(), max_size=2)


@pytest.mark.parametrize(
    ("expression", "facts", "answer"),
    [
        ("value < `1.2`", {"value": 0.3}, True),
        ("value < `1.2`", {"value": 2.5}, False),
        ("value < `1.2`", {"value": 0}, True),
        ("a.b == 'x' && value > `1`", {"a": {"b": "x"}, "value": 2}, True),
        ("a.b == 'x' || value > `1`", {"a": {"b": "y"}, "value": 0}, False),
        ("!(value > `1`)", {"value": 0}, True),
        ("values[0] > `1`", {"values": [2]}, True),
        ("alert.\"name-with-dash\" == 'x'", {"alert": {"name-with-dash": "x"}}, True),
    ],
)
def test_a_condition_is_true_or_false_of_the_facts(expression: str, facts: dict[str, object], answer: object) -> None:
    assert holds(expression, facts) is answer


@pytest.mark.parametrize("expression", ["value < `1.2`", "value != `1.2`", "!(value > `1`)", "value != 'x' || a > `0`"])
@given(nonsense=NONSENSE)
def test_nonsense_is_never_a_yes(expression: str, nonsense: object) -> None:
    assert isinstance(holds(expression, {"value": nonsense, "a": 1}), Unknown)


@pytest.mark.parametrize("expression", ["x != 'a'", "!(x == 'a')", "x != 'a' && y == 'b'", "a.x != 'a'"])
def test_a_missing_path_is_unknown_even_where_jmespath_says_true(expression: str) -> None:
    assert isinstance(holds(expression, {"y": "b"}), Unknown)


@pytest.mark.parametrize(
    "expression", ["value < `1.2`", "!(value < `1.2`)", "value != `1.2`", "!(value > `null`)", "!(value == `[1]`)"]
)
def test_things_of_different_kinds_are_not_compared(expression: str) -> None:
    assert isinstance(holds(expression, {"value": "0.3"}), Unknown)


def test_unknown_says_what_is_missing() -> None:
    assert holds("release.age_s < `86400`", {"release": {}}) == Unknown('"release"."age_s" is missing')


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ("value <", "not JMESPath"),
        ("value", "compares nothing"),
        ("`true`", "compares nothing"),
        ("length(alerts) > `0`", "uses function_expression"),
        ("alerts[*].name == 'x'", "uses projection"),
        ("alerts[?name == 'x'] == 'x'", "uses filter_projection"),
    ],
)
def test_what_could_not_be_guarded_is_refused(expression: str, fault: str) -> None:
    assert fault in str(fault_of(expression))
    assert isinstance(holds(expression, {"value": 1, "alerts": []}), Unknown)


def test_every_path_of_a_condition_is_known() -> None:
    assert paths_of("alert.severity == 'page' && (evidence.p95 > `1` || !(a[0] == 'x'))") == (
        '"a"[0]',
        '"alert"."severity"',
        '"evidence"."p95"',
    )
