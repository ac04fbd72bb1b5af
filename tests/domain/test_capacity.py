"""Scaling out: an absolute minimum that services.yaml declares, and nothing scaled in meanwhile."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from tests.world import CHAT

from responder.domain.plans.capacity import plan_capacity, suspended, write_suspended
from responder.domain.remediation import NoPlan, Plan, Snapshot, Surroundings
from responder.domain.runbook import Action, IfNotRecovered, Step
from responder.domain.things.load import Capacity
from responder.domain.touch import Touch, TouchKind

STEP = Step(Action.SCALE_OUT, IfNotRecovered.NEXT)
TARGET = replace(CHAT, touch=Touch(capacity=Capacity("service/prod/chat", 6)))


def _bounds(minimum: int, maximum: int, held: str = "") -> dict[str, str]:
    return {"minimum": str(minimum), "maximum": str(maximum), "suspended": held}


def _planned(current: dict[str, str], step: Step = STEP, **changes: Any) -> Plan | NoPlan:  # noqa: ANN401  # fields of Snapshot
    seen = replace(Snapshot(current, "2 of at least 2 run", settled=True), **changes)
    return plan_capacity(TARGET, TouchKind.CAPACITY, step, Surroundings(seen))


def test_the_minimum_becomes_what_is_declared_and_scaling_in_is_suspended() -> None:
    made = _planned(_bounds(2, 8))

    assert isinstance(made, Plan)
    assert (made.desired, made.lift) == (_bounds(6, 8, "scale_in"), (_bounds(2, 8),))
    assert made.says == "scale service/prod/chat out to at least 6 (before: 2 to 8), nothing is scaled in meanwhile"


def test_the_maximum_is_raised_only_where_it_is_lower() -> None:
    made = _planned(_bounds(2, 4))

    assert isinstance(made, Plan)
    assert made.desired == _bounds(6, 6, "scale_in")


def test_what_somebody_else_suspended_stays_so_and_is_put_back_so() -> None:
    made = _planned(_bounds(2, 8, "scheduled"))

    assert isinstance(made, Plan)
    assert made.desired["suspended"] == "scale_in,scheduled"
    assert made.lift == (_bounds(2, 8, "scheduled"),)


def test_without_steps_back_it_stays_until_a_person_takes_it_back() -> None:
    made = _planned(_bounds(2, 8), step=replace(STEP, lift_in=0))

    assert isinstance(made, Plan)
    assert made.lift == ()
    assert made.drift
    assert made.drift.endswith("before it was 2 to 8")


@pytest.mark.parametrize(
    ("current", "changes", "reason"),
    [
        (_bounds(6, 8), {}, "as_declared"),
        (_bounds(7, 8), {}, "as_declared"),
        (_bounds(2, 8), {"settled": False}, "not_settled"),
        (_bounds(2, 8), {"failed": True}, "not_settled"),
    ],
)
def test_where_it_cannot_be_scaled_that_is_said(current: dict[str, str], changes: dict[str, Any], reason: str) -> None:
    made = _planned(current, **changes)

    assert isinstance(made, NoPlan)
    assert made.reason == reason


def test_a_person_can_paste_the_way_there_and_the_way_back() -> None:
    made = _planned(_bounds(2, 4))

    assert isinstance(made, Plan)
    assert "--service-namespace ecs --resource-id service/prod/chat" in made.command
    assert "--min-capacity 6 --max-capacity 6 --suspended-state DynamicScalingInSuspended=true," in made.command
    assert "--min-capacity 2 --max-capacity 4 --suspended-state DynamicScalingInSuspended=false," in made.undo_command


@pytest.mark.parametrize("held", ["", "scale_in", "scale_in,scale_out,scheduled"])
def test_suspensions_are_read_back_as_they_were_written(held: str) -> None:
    assert write_suspended(suspended({"suspended": held})) == held


def test_what_is_no_scalable_target_of_ours_is_refused() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Capacity).validate_python({"resource": "table/chat", "most": 4})
