"""A circuit: open, half open, closed, with values that services.yaml declares."""

from dataclasses import replace
from typing import Any

import pytest
from tests.world import CHAT

from responder.adapters.in_memory_levers import document
from responder.domain.plans.circuit import plan_circuit
from responder.domain.remediation import NoPlan, Plan, Snapshot, Surroundings
from responder.domain.runbook import Action, IfNotRecovered, Step
from responder.domain.things.documents import Circuit
from responder.domain.touch import Touch, TouchKind

STEP = Step(Action.OPEN_CIRCUIT, IfNotRecovered.UNDO)
FLAG = Circuit("app", "prod", "routing", {"primary": 0}, {"primary": 0.1})
TARGET = replace(CHAT, touch=Touch(circuit=FLAG))
CLOSED, HALF_OPEN, OPEN = (document(primary=share, cache=True) for share in (1, 0.1, 0))


def _planned(current: dict[str, str] = CLOSED, step: Step = STEP, **changes: Any) -> Plan | NoPlan:  # noqa: ANN401  # fields of Snapshot
    seen = replace(Snapshot(current, "COMPLETE", settled=True), **changes)
    return plan_circuit(TARGET, TouchKind.CIRCUIT, step, Surroundings(seen))


def test_it_is_opened_and_closed_again_over_a_probe() -> None:
    made = _planned()

    assert isinstance(made, Plan)
    assert (made.before, made.desired, made.lift) == (CLOSED, OPEN, (HALF_OPEN, CLOSED))
    assert made.says == "open the circuit app/prod/routing (primary 1 -> 0), then half open, then closed again"


def test_it_stays_open_where_a_person_is_to_close_it() -> None:
    made = _planned(step=replace(STEP, lift_in=0))

    assert isinstance(made, Plan)
    assert made.lift == ()
    assert made.says.endswith("until a person closes it")


def test_what_was_half_open_is_left_half_open() -> None:
    made = _planned(HALF_OPEN)

    assert isinstance(made, Plan)
    assert made.lift == (HALF_OPEN,)


@pytest.mark.parametrize(
    ("current", "changes", "reason"),
    [
        (OPEN, {}, "as_declared"),
        (document(secondary=1), {}, "not_in_document"),
        (CLOSED, {"settled": False}, "not_settled"),
        (CLOSED, {"failed": True}, "not_settled"),
    ],
)
def test_where_it_cannot_be_opened_that_is_said(current: dict[str, str], changes: dict[str, Any], reason: str) -> None:
    made = _planned(current, **changes)

    assert isinstance(made, NoPlan)
    assert made.reason == reason


def test_a_probe_the_document_does_not_know_is_found_before_anything_is_done() -> None:
    odd = replace(TARGET, touch=Touch(circuit=replace(FLAG, half_open={"probe": 0.1})))

    made = plan_circuit(odd, TouchKind.CIRCUIT, STEP, Surroundings(Snapshot(CLOSED, "COMPLETE", settled=True)))

    assert isinstance(made, NoPlan)
    assert "probe is not there" in made.says
