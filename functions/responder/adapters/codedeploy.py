"""CodeDeploy's lifecycle hooks: it waits until it is told whether traffic may move on."""

from typing import Any

from responder.adapters import aws
from responder.errors import ActionFailed


class CodeDeployHooks:
    """One call per hook; CodeDeploy knows two answers, and everything but "go on" takes the deployment back."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401  # boto3 has no types
        self._codedeploy = client

    def answer(self, deployment: str, execution: str, *, advance: bool) -> None:
        """Tell it; raise ActionFailed when it does not hear, and then it takes the deployment back by itself."""
        try:
            self._codedeploy.put_lifecycle_event_hook_execution_status(
                deploymentId=deployment,
                lifecycleEventHookExecutionId=execution,
                status="Succeeded" if advance else "Failed",
            )
        except aws.TROUBLE as error:
            raise ActionFailed(f"CodeDeploy: {aws.code_of(error)}") from error
