"""Serving gently: the declared values over the document in force, and nothing else."""

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.world import CHAT

from responder.domain.plans.document import DOCUMENT, differences, overlay
from responder.domain.plans.profile import plan_profile
from responder.domain.remediation import NoPlan, Plan, Snapshot, Surroundings
from responder.domain.runbook import Action, IfNotRecovered, Step
from responder.domain.things.documents import ServingProfile
from responder.domain.touch import Touch, TouchKind

STEP = Step(Action.SWITCH_PROFILE, IfNotRecovered.NEXT, lift_in=1)
GENTLE = ServingProfile("app", "prod", "serving", {"max_num_seqs": 16, "engine": {"gpu_memory_utilization": 0.85}})
TARGET = replace(CHAT, touch=Touch(serving_profile=GENTLE))
IN_FORCE = {"max_num_seqs": 64, "engine": {"gpu_memory_utilization": 0.92, "dtype": "bf16"}}


def _document(content: object) -> dict[str, str]:
    return {DOCUMENT: json.dumps(content, sort_keys=True, separators=(",", ":"))}


def _planned(content: object = IN_FORCE, step: Step = STEP, **changes: Any) -> Plan | NoPlan:  # noqa: ANN401  # fields of Snapshot
    seen = replace(Snapshot(_document(content), "COMPLETE", settled=True), **changes)
    return plan_profile(TARGET, TouchKind.SERVING_PROFILE, step, Surroundings(seen))


def test_the_declared_values_are_written_and_everything_else_stays() -> None:
    made = _planned()

    assert isinstance(made, Plan)
    wanted = {"max_num_seqs": 16, "engine": {"gpu_memory_utilization": 0.85, "dtype": "bf16"}}
    assert (made.before, made.desired) == (_document(IN_FORCE), _document(wanted))


def test_a_tired_person_reads_what_changes() -> None:
    made = _planned()

    assert isinstance(made, Plan)
    changes = "engine.gpu_memory_utilization 0.92 -> 0.85, max_num_seqs 64 -> 16"
    assert made.says == f"serve app/prod/serving gently ({changes}), and back once it is well"
    assert "--application-id app --configuration-profile-id serving" in made.command


def test_it_is_taken_back_in_one_step_or_by_a_person() -> None:
    back, kept = _planned(), _planned(step=replace(STEP, lift_in=0))

    assert isinstance(back, Plan)
    assert isinstance(kept, Plan)
    assert back.lift == (_document(IN_FORCE),)
    assert kept.lift == ()
    assert kept.drift
    assert "max_num_seqs 16 -> 64" in kept.drift


@pytest.mark.parametrize(
    ("content", "changes", "reason"),
    [
        ({"max_num_seqs": 16, "engine": {"gpu_memory_utilization": 0.85}}, {}, "as_declared"),
        ({"max_num_seqs": 64}, {}, "not_in_document"),
        ({"max_num_seqs": "many", "engine": {"gpu_memory_utilization": 0.9}}, {}, "not_in_document"),
        ([64], {}, "not_in_document"),
        (IN_FORCE, {"settled": False}, "not_settled"),
        (IN_FORCE, {"failed": True}, "not_settled"),
    ],
)
def test_where_it_cannot_be_done_that_is_said(content: object, changes: dict[str, Any], reason: str) -> None:
    made = _planned(content, **changes)

    assert isinstance(made, NoPlan)
    assert made.reason == reason


def test_what_the_document_does_not_have_is_named() -> None:
    refused = overlay(_document({"a": {"b": 1}, "on": True}), {"a": {"c": 2}, "on": 1})

    assert isinstance(refused, NoPlan)
    assert refused.says.endswith("a.c is not there, not a number, on is yes or no, not a number")


def test_a_whole_number_and_a_fraction_are_both_numbers() -> None:
    assert overlay(_document({"share": 1}), {"share": 0.5}) == _document({"share": 0.5})


def test_only_what_differs_is_told() -> None:
    assert differences(_document({"a": 1, "b": {"c": 2}}), _document({"a": 1, "b": {"c": 3}})) == "b.c 2 -> 3"
