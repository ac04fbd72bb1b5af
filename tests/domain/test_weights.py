"""Rebalancing: the declared weights in the place of those in force."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from tests.world import CHAT

from responder.domain.plans.weights import plan_weights
from responder.domain.remediation import NoPlan, Plan, Snapshot, Surroundings
from responder.domain.runbook import Action, IfNotRecovered, Step
from responder.domain.target import Target
from responder.domain.things.load import ListenerWeights, VariantWeights
from responder.domain.touch import Touch, TouchKind

STEP = Step(Action.REBALANCE, IfNotRecovered.NEXT)
BALANCER = "arn:aws:elasticloadbalancing:us-east-1:123456789012"
RULE = f"{BALANCER}:listener-rule/app/chat/50dc/f2f7/9683"
VARIANTS = replace(CHAT, touch=Touch(variant_weights=VariantWeights("chat", {"a": 1, "b": 1})))
GROUPS = replace(CHAT, touch=Touch(listener_weights=ListenerWeights(RULE, {"chat-a": 50, "chat-b": 50})))


def _planned(current: dict[str, str], target: Target = VARIANTS, **changes: Any) -> Plan | NoPlan:  # noqa: ANN401  # fields of Snapshot
    seen = replace(Snapshot(current, "InService", settled=True), **changes)
    return plan_weights(target, next(iter(target.things)), STEP, Surroundings(seen))


def test_the_declared_weights_take_the_place_of_those_in_force() -> None:
    made = _planned({"a": "9", "b": "1"})

    assert isinstance(made, Plan)
    assert (made.before, made.desired, made.lift) == ({"a": "9", "b": "1"}, {"a": "1", "b": "1"}, ())
    assert made.says == "rebalance chat from a 9, b 1 to a 1, b 1"
    assert "VariantName=a,DesiredWeight=1 VariantName=b,DesiredWeight=1" in made.command


def test_groups_of_a_rule_are_spread_the_same_way() -> None:
    made = _planned({"chat-a": "100", "chat-b": "0"}, GROUPS)

    assert isinstance(made, Plan)
    assert made.kind is TouchKind.LISTENER_WEIGHTS
    assert made.desired == {"chat-a": "50", "chat-b": "50"}
    assert f"modify-rule --rule-arn {RULE}" in made.command


def test_a_listener_itself_is_asked_otherwise() -> None:
    listener = f"{BALANCER}:listener/app/chat/50dc/f2f7"
    itself = replace(CHAT, touch=Touch(listener_weights=ListenerWeights(listener, {"chat-a": 1, "chat-b": 1})))

    made = _planned({"chat-a": "9", "chat-b": "1"}, itself)

    assert isinstance(made, Plan)
    assert f"modify-listener --listener-arn {listener}" in made.command


@pytest.mark.parametrize(
    ("current", "changes", "reason"),
    [
        ({"a": "1", "b": "1"}, {}, "as_declared"),
        ({"a": "7", "b": "7"}, {}, "as_declared"),
        ({"a": "9", "c": "1"}, {}, "other_names"),
        ({"a": "9"}, {}, "other_names"),
        ({"a": "9", "b": "1"}, {"settled": False}, "not_settled"),
        ({"a": "9", "b": "1"}, {"failed": True}, "not_settled"),
    ],
)
def test_where_it_cannot_be_rebalanced_that_is_said(
    current: dict[str, str], changes: dict[str, Any], reason: str
) -> None:
    made = _planned(current, **changes)

    assert isinstance(made, NoPlan)
    assert made.reason == reason


def test_a_declaration_that_lets_nothing_through_is_never_carried_out() -> None:
    nothing = replace(CHAT, touch=Touch(variant_weights=VariantWeights("chat", {"a": 0, "b": 0})))

    made = _planned({"a": "9", "b": "1"}, nothing)

    assert isinstance(made, NoPlan)
    assert made.says.endswith("not all of it 0")


@pytest.mark.parametrize("weights", [{"a": 1}, {"a": 1, "b": -1}, {}])
def test_weights_that_spread_nothing_are_refused(weights: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(VariantWeights).validate_python({"endpoint": "chat", "weights": weights})


def test_two_targets_never_share_an_endpoint_whatever_is_touched_of_it() -> None:
    assert VARIANTS.claims == CHAT.claims


def test_what_a_person_pastes_for_a_listener_changes_the_weights_and_nothing_else() -> None:
    made = _planned({"chat-a": "100", "chat-b": "0"}, GROUPS)

    assert isinstance(made, Plan)
    assert "describe-rules --rule-arns" in made.command
    assert '{"chat-a":50,"chat-b":50}[.TargetGroupArn | split("/")[1]] // .Weight' in made.command
    assert '{"chat-a":100,"chat-b":0}[' in made.undo_command


def test_a_load_balancer_knows_whole_weights_only() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(ListenerWeights).validate_python({"listener": RULE, "weights": {"a": 0.5, "b": 0.5}})
