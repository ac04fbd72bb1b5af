from dataclasses import replace

from tests.world import CHAT

from responder.domain.levers import PLANNERS, lever_of, levers_of, make_plan, ways_to
from responder.domain.remediation import Lever, NoPlan
from responder.domain.runbook import Action, IfNotRecovered, Step
from responder.domain.things.rollouts import CodeDeployGroup
from responder.domain.touch import ApiStage, LambdaAlias, Touch, TouchKind, UsagePlan

BOTH = replace(CHAT, touch=Touch(sagemaker_endpoint="chat", usage_plan=UsagePlan("plan-1", least=20)))


def test_every_action_of_the_list_can_be_done_to_something() -> None:
    assert {lever.action for lever in PLANNERS} == set(Action)


def test_every_kind_that_may_be_named_can_be_changed_by_something() -> None:
    assert {lever.kind for lever in PLANNERS} == set(TouchKind)


def test_an_action_is_done_on_the_thing_of_the_target_that_knows_it() -> None:
    assert lever_of(Action.ROLLBACK, BOTH) == Lever(Action.ROLLBACK, TouchKind.SAGEMAKER_ENDPOINT)
    assert lever_of(Action.THROTTLE, BOTH) == Lever(Action.THROTTLE, TouchKind.USAGE_PLAN)
    assert lever_of(Action.THROTTLE, CHAT) is None


def test_only_a_freeze_has_more_than_one_way_and_begins_with_whoever_moves_the_traffic() -> None:
    touch = Touch(
        lambda_alias=LambdaAlias("chat", "live"),
        usage_plan=UsagePlan("plan-1", least=20),
        api_stage=ApiStage("api-1", "live", least=20),
        codedeploy_group=CodeDeployGroup("chat", "live"),
    )
    target = replace(CHAT, touch=touch)

    assert [way.kind for way in ways_to(Action.FREEZE, target)] == [
        TouchKind.CODEDEPLOY_GROUP,
        TouchKind.LAMBDA_ALIAS,
    ]
    assert [way.kind for way in ways_to(Action.THROTTLE, target)] == [TouchKind.USAGE_PLAN]


def test_what_can_be_done_follows_from_what_may_be_touched() -> None:
    assert [str(lever) for lever in levers_of(BOTH)] == ["rollback sagemaker_endpoint", "throttle usage_plan"]
    assert levers_of(replace(CHAT, touch=Touch())) == []


def test_what_could_not_be_looked_at_is_not_planned() -> None:
    blind = NoPlan("cannot_look", "timeout")

    assert (
        make_plan(
            Lever(Action.ROLLBACK, TouchKind.SAGEMAKER_ENDPOINT),
            CHAT,
            Step(Action.ROLLBACK, IfNotRecovered.UNDO),
            blind,
        )
        is blind
    )
