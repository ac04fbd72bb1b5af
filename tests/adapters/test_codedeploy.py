import boto3
import pytest
from botocore.stub import Stubber

from responder.adapters.codedeploy import CodeDeployHooks
from responder.errors import ActionFailed

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
