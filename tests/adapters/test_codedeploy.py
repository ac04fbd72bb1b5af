from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from tests.adapters.cloud import OneClient, scripted
from tests.world import CHAT, NOON

from responder.adapters.codedeploy import UNDER_WAY, CodeDeployHooks, CodeDeployRollout
from responder.adapters.roles import RemediationRoles
from responder.domain.plans.rollout import DEPLOYMENT
from responder.domain.remediation import Standing, classify
from responder.domain.things.rollouts import CodeDeployGroup
from responder.domain.touch import Touch
from responder.errors import ActionFailed, CannotKnow, NotThere

OPERATION = "put_lifecycle_event_hook_execution_status"


@pytest.mark.parametrize(("advance", "status"), [(True, "Succeeded"), (False, "Failed")])
def test_codedeploy_hears_one_of_the_two_answers_it_knows(advance: bool, status: str) -> None:  # noqa: FBT001  # a column of the table
    client = boto3.client("codedeploy", "us-east-1", aws_access_key_id="practice", aws_secret_access_key="practice")  # noqa: S106  # nobody's key
    with Stubber(client) as stub:
        stub.add_response(OPERATION, {}, {"deploymentId": "d", "lifecycleEventHookExecutionId": "e", "status": status})

        CodeDeployHooks(client).answer("d", "e", advance=advance)

        stub.assert_no_pending_responses()


def test_an_answer_that_does_not_arrive_is_a_failure() -> None:
    client = boto3.client("codedeploy", "us-east-1", aws_access_key_id="practice", aws_secret_access_key="practice")  # noqa: S106  # as above
    with Stubber(client) as stub:
        stub.add_client_error(OPERATION, "DeploymentDoesNotExistException")

        with pytest.raises(ActionFailed, match="DeploymentDoesNotExist"):
            CodeDeployHooks(client).answer("d", "e", advance=True)


SEEN = {"applicationName": "chat", "deploymentGroupName": "live", "includeOnlyStatuses": list(UNDER_WAY)}
GROUP = replace(CHAT, touch=Touch(codedeploy_group=CodeDeployGroup("chat", "live")))


def _with(*deployments: dict[str, Any]) -> tuple[CodeDeployRollout, Stubber]:
    """Script one look: the list, and each deployment on it."""
    client, script = scripted("codedeploy")
    script.add_response("list_deployments", {"deployments": [d["deploymentId"] for d in deployments]}, SEEN)
    for one in deployments:
        script.add_response("get_deployment", {"deploymentInfo": one}, {"deploymentId": one["deploymentId"]})
    return CodeDeployRollout(OneClient(client)), script


def _deployment(name: str, minute: int = 0, creator: str = "user", platform: str = "ECS") -> dict[str, Any]:
    at = NOON + timedelta(minutes=minute)
    facts = {"status": "InProgress", "creator": creator, "createTime": at, "computePlatform": platform}
    return {"deploymentId": name, **facts}


def test_a_group_in_which_nothing_is_under_way_is_quiet() -> None:
    rollout, _ = _with()

    seen = rollout.observe(GROUP)

    assert (seen.current, seen.state, seen.settled) == ({DEPLOYMENT: ""}, "quiet", True)


def test_the_newest_deployment_is_the_rollout() -> None:
    rollout, _ = _with(_deployment("d-2", 5), _deployment("d-1", 0))

    seen = rollout.observe(GROUP)

    assert (seen.current, seen.state, seen.shape) == ({DEPLOYMENT: "d-2"}, "InProgress", ("ECS",))


def test_giving_the_traffic_back_is_no_rollout_but_on_its_way_to_none() -> None:
    rollout, _ = _with(_deployment("d-3", creator="codeDeployRollback"))

    seen = rollout.observe(GROUP)

    assert classify(seen, {DEPLOYMENT: "d-2"}, {DEPLOYMENT: ""}) is Standing.IN_PROGRESS


@pytest.mark.parametrize(("platform", "back"), [("ECS", True), ("Lambda", True), ("Server", False)])
def test_it_is_stopped_by_its_id_and_only_traffic_is_given_back(platform: str, back: bool) -> None:  # noqa: FBT001  # a column of the table
    rollout, script = _with(_deployment("d-1", platform=platform))
    seen = rollout.observe(GROUP)
    script.add_response("stop_deployment", {"status": "Pending"}, {"deploymentId": "d-1", "autoRollbackEnabled": back})

    assert rollout.apply(GROUP, seen, {DEPLOYMENT: ""}, "action-1").result == "accepted"
    script.assert_no_pending_responses()


def test_a_rollout_that_ended_meanwhile_is_a_refusal() -> None:
    rollout, script = _with(_deployment("d-1"))
    seen = rollout.observe(GROUP)
    script.add_client_error("stop_deployment", "DeploymentAlreadyCompletedException", http_status_code=400)

    assert rollout.apply(GROUP, seen, {DEPLOYMENT: ""}, "action-1").result == "refused"


@pytest.mark.parametrize(
    ("code", "kind"), [("DeploymentGroupDoesNotExistException", NotThere), ("ThrottlingException", CannotKnow)]
)
def test_a_group_that_is_not_there_is_told_from_one_that_cannot_be_seen(code: str, kind: type[Exception]) -> None:
    client, script = scripted("codedeploy")
    script.add_client_error("list_deployments", code, http_status_code=400)

    with pytest.raises(kind):
        CodeDeployRollout(OneClient(client)).observe(GROUP)


def test_a_target_without_a_group_has_none() -> None:
    with pytest.raises(NotThere):
        CodeDeployRollout(RemediationRoles("", None)).observe(CHAT)
