"""Who answers a model of a gateway, by the weights of its deployments."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from tests.world import CHAT

from responder.domain.plans.circuit import plan_circuit
from responder.domain.plans.deployments import BLOCKED, moves
from responder.domain.remediation import NoPlan, Plan, Snapshot, Surroundings
from responder.domain.runbook import Action, IfNotRecovered, Step
from responder.domain.things.gateway import LiteLlmCircuit
from responder.domain.touch import Touch, TouchKind

STEP = Step(Action.OPEN_CIRCUIT, IfNotRecovered.UNDO)
GATEWAY = LiteLlmCircuit("http://gateway:4000", "chat", ("spare",), 0.1, "chat/gateway")
CLOSED, HALF_OPEN, OPEN = (
    {"first": "1", "spare": "0"},
    {"first": "1", "spare": "9"},
    {"first": "0", "spare": "9"},
)


def _planned(current: dict[str, str], step: Step = STEP, **changes: Any) -> Plan | NoPlan:  # noqa: ANN401  # fields of the circuit
    target = replace(CHAT, touch=Touch(litellm_circuit=replace(GATEWAY, **changes)))
    return plan_circuit(target, TouchKind.LITELLM_CIRCUIT, step, Surroundings(Snapshot(current, "", settled=True)))


def test_it_is_opened_and_closed_again_over_a_probe() -> None:
    made = _planned(CLOSED)

    assert isinstance(made, Plan)
    assert (made.before, made.desired, made.lift) == (CLOSED, OPEN, (HALF_OPEN, CLOSED))
    assert (
        made.says
        == "open the circuit gateway:4000/chat (first 1 -> 0, spare 0 -> 9), then half open, then closed again"
    )
    assert made.resource.endswith("/litellm-circuit/gateway:4000/chat")


def test_a_person_is_told_the_calls_in_the_order_in_which_they_are_safe() -> None:
    made = _planned(CLOSED)

    assert isinstance(made, Plan)
    forward, back = made.command.split(" && "), made.undo_command.split(" && ")
    assert ["/model/spare/update" in call for call in forward] == [True, False]
    assert "+ {weight: 9})" in forward[0]
    assert ["/model/first/update" in call for call in back] == [True, False]
    assert "+ {weight: 0})" in back[1]


def test_it_stays_open_where_a_person_is_to_close_it() -> None:
    made = _planned(CLOSED, replace(STEP, lift_in=0))

    assert isinstance(made, Plan)
    assert made.lift == ()


def test_the_probe_is_spread_over_all_that_stand_by_and_what_has_more_keeps_it() -> None:
    made = _planned({"a": "2", "b": "1", "c": "0", "d": "50"}, fallback=("c", "d"), half_open=0.25)

    assert isinstance(made, Plan)
    assert made.lift[0] == {"a": "2", "b": "1", "c": "5", "d": "50"}
    assert made.desired == {"a": "0", "b": "0", "c": "5", "d": "50"}


def test_where_they_stand_by_with_most_of_the_calls_already_there_is_no_probe_on_the_way() -> None:
    made = _planned({"first": "1", "spare": "20"})

    assert isinstance(made, Plan)
    assert made.lift == ({"first": "1", "spare": "20"},)


def test_what_somebody_blocked_stays_as_it_is() -> None:
    made = _planned({"first": "1", "bad": BLOCKED, "spare": "0"})

    assert isinstance(made, Plan)
    assert made.desired == {"first": "0", "bad": BLOCKED, "spare": "9"}
    assert "bad" not in made.command


@pytest.mark.parametrize(
    ("current", "reason"),
    [
        ({"first": "1", "spare": BLOCKED}, "no_fallback"),
        ({"first": "0", "spare": "0"}, "no_weight"),
        (OPEN, "as_declared"),
        ({"first": BLOCKED, "spare": "1"}, "as_declared"),
        ({"spare": "1"}, "as_declared"),
    ],
)
def test_where_it_cannot_be_opened_that_is_said(current: dict[str, str], reason: str) -> None:
    made = _planned(current)

    assert isinstance(made, NoPlan)
    assert made.reason == reason


@given(
    first=st.lists(st.integers(1, 10_000), min_size=1, max_size=4),
    spare=st.lists(st.integers(0, 10_000), min_size=1, max_size=4),
    share=st.floats(0.01, 0.5),
)
def test_open_nobody_else_is_asked_and_half_open_no_more_than_the_declared_share(
    first: list[int], spare: list[int], share: float
) -> None:
    current = {f"first-{n}": str(weight) for n, weight in enumerate(first)}
    standing_by = {f"spare-{n}": str(weight) for n, weight in enumerate(spare)}
    made = _planned(current | standing_by, fallback=tuple(standing_by), half_open=share)

    assert isinstance(made, Plan)
    assert _share(made.desired, current) == 0
    assert 0 < _share(made.lift[0], current) <= share + 1e-6
    assert made.lift[-1] == made.before


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=5))
def test_on_the_way_somebody_always_has_a_weight(pairs: list[tuple[int, int]]) -> None:
    now, wanted = ({f"d{n}": str(pair[side]) for n, pair in enumerate(pairs)} for side in (0, 1))
    stands = dict(now)
    for one, weight in moves(now, wanted):
        stands[one] = weight

        assert any(map(int, stands.values())) or not (any(map(int, now.values())) and any(map(int, wanted.values())))
    assert stands == wanted


@pytest.mark.parametrize(
    "fault",
    [
        {"half_open": 0},
        {"half_open": 0.6},
        {"fallback": []},
        {"fallback": ["a/../b"]},
        {"model": "chat?x=1"},
        {"url": "http://gateway/x"},
    ],
)
def test_what_is_declared_is_checked_before_it_is_used(fault: dict[str, object]) -> None:
    declared = {"url": "http://g", "model": "chat", "fallback": ["spare"], "half_open": 0.1, "token": "t"}
    adapter = TypeAdapter(LiteLlmCircuit)

    assert adapter.validate_python(declared).name == "g/chat"
    with pytest.raises(ValidationError):
        adapter.validate_python(declared | fault)


def _share(weights: dict[str, str], first: dict[str, str]) -> float:
    return sum(float(weights[one]) for one in first) / sum(map(float, weights.values()))
