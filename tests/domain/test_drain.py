"""Draining: the one shard that stands out, named by its measured load and by nothing else."""

from dataclasses import replace
from typing import Any

import pytest
from tests.world import CHAT

from responder.domain.plans.drain import plan_drain
from responder.domain.remediation import NoPlan, Plan, Snapshot, Surroundings
from responder.domain.runbook import Action, IfNotRecovered, Step
from responder.domain.things.load import TargetGroup
from responder.domain.touch import Touch, TouchKind

STEP = Step(Action.DRAIN, IfNotRecovered.NEXT, lift_in=1)
GROUP = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/chat/1"
TARGET = replace(CHAT, touch=Touch(target_group=TargetGroup(GROUP, least=2)))
ALL = ("i-1:80", "i-2:80", "i-3:80")
HOT = {"i-1:80": 1.0, "i-2:80": 9.0, "i-3:80": 1.0}


def _planned(
    loads: dict[str, float],
    step: Step = STEP,
    shards: tuple[str, ...] = ALL,
    **changes: Any,  # noqa: ANN401  # fields of Snapshot
) -> Plan | NoPlan:
    at = Snapshot({"shards": ",".join(shards)}, "3 registered", settled=True, shape=shards)
    return plan_drain(TARGET, TouchKind.TARGET_GROUP, step, Surroundings(replace(at, **changes), loads=loads))


def test_the_one_that_stands_out_is_taken_out_and_comes_back() -> None:
    made = _planned(HOT)

    assert isinstance(made, Plan)
    assert (made.desired, made.lift) == ({"shards": "i-1:80,i-3:80"}, ({"shards": "i-1:80,i-2:80,i-3:80"},))
    assert made.says == "drain i-2:80 of targetgroup/chat/1 (2.5 times the mean), and back once it is well"
    assert "deregister-targets" in made.command
    assert made.undo_command.endswith(
        f"register-targets --region us-east-1 --target-group-arn {GROUP} --targets Id=i-2,Port=80"
    )


def test_a_metric_may_name_a_shard_by_its_id_alone() -> None:
    made = _planned({"i-1": 1.0, "i-2": 9.0, "i-3": 1.0})

    assert isinstance(made, Plan)
    assert made.desired == {"shards": "i-1:80,i-3:80"}


def test_an_id_that_two_shards_share_names_neither() -> None:
    made = _planned({"i-1": 9.0, "i-3": 1.0}, shards=("i-1:80", "i-1:81", "i-3:80"))

    assert isinstance(made, NoPlan)
    assert made.says.startswith("nobody measures the load of i-1:80, i-1:81")


@pytest.mark.parametrize(
    ("loads", "changes", "reason"),
    [
        ({"i-1:80": 1.0, "i-2:80": 1.2, "i-3:80": 1.0}, {}, "even"),
        ({"i-1:80": 0.0, "i-2:80": 0.0, "i-3:80": 0.0}, {}, "even"),
        ({}, {}, "no_load"),
        ({"i-1:80": 1.0, "i-2:80": 9.0}, {}, "no_load"),
        ({"elsewhere:80": 99.0}, {}, "no_load"),
        (HOT, {"shape": ("i-1:80", "i-2:80")}, "at_least"),
        (HOT, {"settled": False}, "not_settled"),
        (HOT, {"failed": True}, "not_settled"),
    ],
)
def test_where_nothing_can_be_drained_that_is_said(
    loads: dict[str, float], changes: dict[str, Any], reason: str
) -> None:
    made = _planned(loads, **changes)

    assert isinstance(made, NoPlan)
    assert made.reason == reason


def test_an_unhealthy_one_that_is_hot_may_go_when_enough_healthy_ones_stay() -> None:
    made = _planned(HOT, shape=("i-1:80", "i-3:80"))

    assert isinstance(made, Plan)


def test_it_stays_out_where_a_person_is_to_put_it_back() -> None:
    made = _planned(HOT, step=replace(STEP, lift_in=0))

    assert isinstance(made, Plan)
    assert made.lift == ()
    assert made.says.endswith("until a person puts it back")
