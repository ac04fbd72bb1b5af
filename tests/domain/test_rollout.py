from dataclasses import replace

import pytest
from tests.world import CHAT

from responder.domain.plans.rollout import DEPLOYMENT, plan_stop
from responder.domain.remediation import NoPlan, Plan, Snapshot, Surroundings
from responder.domain.runbook import Action, IfNotRecovered, Step
from responder.domain.things.rollouts import CodeDeployGroup, ConfigRollout
from responder.domain.touch import Touch, TouchKind

STEP = Step(Action.FREEZE, IfNotRecovered.KEEP)
GROUP = replace(CHAT, touch=Touch(codedeploy_group=CodeDeployGroup("chat", "live")))
CONFIG = replace(CHAT, touch=Touch(config_rollout=ConfigRollout("app-1", "env-1", "prof-1")))


def _stopped(running: str, platform: str = "ECS") -> Plan | NoPlan:
    seen = Snapshot({DEPLOYMENT: running}, "InProgress", settled=True, shape=(platform,))
    return plan_stop(GROUP, TouchKind.CODEDEPLOY_GROUP, STEP, Surroundings(seen))


def test_exactly_the_deployment_that_runs_is_stopped() -> None:
    made = _stopped("d-123")

    assert isinstance(made, Plan)
    assert (made.before, made.desired) == ({DEPLOYMENT: "d-123"}, {DEPLOYMENT: ""})
    assert made.command == (
        "aws deploy stop-deployment --region us-east-1 --deployment-id d-123 --auto-rollback-enabled"
    )


@pytest.mark.parametrize(
    ("platform", "says", "flag"),
    [
        ("ECS", "what served before serves again", "--auto-rollback-enabled"),
        ("Lambda", "what served before serves again", "--auto-rollback-enabled"),
        ("Server", "machines it has reached keep the new version", "--no-auto-rollback-enabled"),
    ],
)
def test_what_stopping_leaves_behind_is_said(platform: str, says: str, flag: str) -> None:
    made = _stopped("d-123", platform)

    assert isinstance(made, Plan)
    assert says in made.says
    assert made.command.endswith(flag)


def test_a_stop_is_not_undone_by_itself_but_a_person_is_told_how() -> None:
    made = _stopped("d-123")

    assert isinstance(made, Plan)
    assert not made.undoable
    assert "aws deploy create-deployment" in made.undo_command
    assert "the pipeline may still be waiting" in (made.drift or "")


def test_without_a_rollout_there_is_nothing_to_stop() -> None:
    made = _stopped("")

    assert isinstance(made, NoPlan)
    assert made.reason == "nothing_to_freeze"


def test_what_is_being_stopped_already_is_left_alone() -> None:
    seen = Snapshot({DEPLOYMENT: ""}, "giving back", settled=False, pending={DEPLOYMENT: ""})

    made = plan_stop(GROUP, TouchKind.CODEDEPLOY_GROUP, STEP, Surroundings(seen))

    assert isinstance(made, NoPlan)
    assert made.reason == "not_settled"


def test_a_rollout_of_a_configuration_is_stopped_by_its_number() -> None:
    seen = Snapshot({DEPLOYMENT: "7"}, "DEPLOYING", settled=True)

    made = plan_stop(CONFIG, TouchKind.CONFIG_ROLLOUT, STEP, Surroundings(seen))

    assert isinstance(made, Plan)
    assert made.command == (
        "aws appconfig stop-deployment --region us-east-1 --application-id app-1 --environment-id env-1"
        " --deployment-number 7"
    )
    assert "--configuration-profile-id prof-1" in made.undo_command
