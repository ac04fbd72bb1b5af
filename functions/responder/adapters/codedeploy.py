"""CodeDeploy: its hooks wait until they are told whether traffic may move on, and a deployment can be stopped.

Stopping names one deployment, so what began since our look is left alone. Functions and services get their traffic
back by a deployment of CodeDeploy's own; machines keep what they have got, because giving it back would be another
rollout.
"""

from collections.abc import Mapping
from typing import Any

from responder.adapters import aws
from responder.adapters.answers import ask_once, look
from responder.adapters.roles import RemediationRoles
from responder.domain.plans.rollout import DEPLOYMENT, gives_back
from responder.domain.remediation import Outcome, Snapshot
from responder.domain.target import Target
from responder.domain.things.rollouts import CodeDeployGroup
from responder.errors import ActionFailed, NotThere

UNDER_WAY = ("Created", "Queued", "InProgress", "Baking", "Ready")
GIVING_BACK = ("codeDeployRollback", "CloudFormationRollback")


class CodeDeployRollout:
    """Look: what is under way in the group. Change: stop it."""

    def __init__(self, roles: RemediationRoles) -> None:
        self._roles = roles

    def observe(self, target: Target) -> Snapshot:
        named = _named(target)
        found = [self._deployment(target, one) for one in self._under_way(target, named)]
        rollouts = [one for one in found if one.get("creator") not in GIVING_BACK]
        if rollouts:
            newest = max(rollouts, key=lambda one: one["createTime"])
            platform = (newest.get("computePlatform", ""),)
            return Snapshot({DEPLOYMENT: newest["deploymentId"]}, newest["status"], settled=True, shape=platform)
        back = {DEPLOYMENT: ""} if found else {}
        return Snapshot({DEPLOYMENT: ""}, "giving back" if found else "quiet", settled=not found, pending=back)

    def apply(self, target: Target, seen: Snapshot, desired: Mapping[str, str], token: str) -> Outcome:  # noqa: ARG002  # there is one way to stop
        asked = {"deploymentId": seen.current[DEPLOYMENT], "autoRollbackEnabled": gives_back(seen)}
        return ask_once(self._roles, "codedeploy", target, token, lambda c: c.stop_deployment(**asked))

    def _under_way(self, target: Target, named: CodeDeployGroup) -> list[str]:
        asked = {
            "applicationName": named.application,
            "deploymentGroupName": named.group,
            "includeOnlyStatuses": list(UNDER_WAY),
        }
        found = look(self._roles, "codedeploy", target, named.name, lambda c: c.list_deployments(**asked))
        return list(found["deployments"])

    def _deployment(self, target: Target, name: str) -> dict[str, Any]:
        found = look(self._roles, "codedeploy", target, name, lambda c: c.get_deployment(deploymentId=name))
        info: dict[str, Any] = found["deploymentInfo"]
        return info


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


def _named(target: Target) -> CodeDeployGroup:
    if not target.touch.codedeploy_group:
        raise NotThere(f"{target.name} names no CodeDeploy group")
    return target.touch.codedeploy_group
