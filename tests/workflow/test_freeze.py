"""Several things of a target may be rolling out: a freeze stops the one that is."""

from tests.world import Practice

from responder.domain.remediation import Plan
from responder.domain.things.rollouts import CodeDeployGroup, ConfigRollout
from responder.domain.touch import LambdaAlias, Touch, TouchKind
from responder.errors import CannotKnow

EVERYTHING = Touch(
    lambda_alias=LambdaAlias("chat", "live"),
    codedeploy_group=CodeDeployGroup("chat", "live"),
    config_rollout=ConfigRollout("app", "prod", "prompts"),
)


def _rolling_out(*, canary: str = "", deployment: str = "", number: str = "") -> Practice:
    practice = Practice()
    practice.touch(EVERYTHING)
    practice.things[TouchKind.LAMBDA_ALIAS].stand(practice.target, version="chat-v1", canary=canary)
    practice.things[TouchKind.CODEDEPLOY_GROUP].stand(practice.target, deployment=deployment)
    practice.things[TouchKind.CONFIG_ROLLOUT].stand(practice.target, deployment=number)
    practice.releases.markers.clear()
    practice.metrics.p95["chat-v1"] = 2.5
    return practice


def _frozen(practice: Practice) -> TouchKind | None:
    practice.deliver()
    plan = practice.incident.intent.plan if practice.incident.intent else None
    return plan.kind if isinstance(plan, Plan) else None


def test_a_deployment_is_stopped_rather_than_the_alias_it_moves() -> None:
    assert _frozen(_rolling_out(canary="chat-v2=0.1", deployment="d-1")) is TouchKind.CODEDEPLOY_GROUP


def test_while_no_deployment_runs_a_configuration_that_does_is_stopped() -> None:
    assert _frozen(_rolling_out(canary="chat-v2=0.1", number="7")) is TouchKind.CONFIG_ROLLOUT


def test_while_nothing_else_runs_a_canary_set_by_hand_loses_its_traffic() -> None:
    assert _frozen(_rolling_out(canary="chat-v2=0.1")) is TouchKind.LAMBDA_ALIAS


def test_while_nothing_rolls_out_there_is_nothing_to_freeze() -> None:
    practice = _rolling_out()

    assert _frozen(practice) is None
    assert practice.applied == []


def test_a_rollout_nobody_can_look_at_is_doubt_and_no_reason_to_stop_another() -> None:
    practice = _rolling_out(canary="chat-v2=0.1", number="7")
    practice.things[TouchKind.CODEDEPLOY_GROUP].trouble = CannotKnow("throttled")

    assert _frozen(practice) is None
    assert practice.applied == []
