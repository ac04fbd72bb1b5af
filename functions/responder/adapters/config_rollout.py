"""A rollout of AppConfig as a target: look whether one is under way to the environment, and stop it.

A deployment that is stopped is rolled back by AppConfig itself. While it only bakes, it has reached everybody, and
AppConfig stops it only when told that going back is wanted.
"""

from collections.abc import Mapping
from typing import Any

from responder.adapters.answers import ask_once, look
from responder.adapters.roles import RemediationRoles
from responder.domain.plans.rollout import DEPLOYMENT
from responder.domain.remediation import Outcome, Snapshot
from responder.domain.target import Target
from responder.domain.things.rollouts import ConfigRollout as Named
from responder.errors import NotThere

BAKING = "BAKING"
UNDER_WAY = frozenset({BAKING, "VALIDATING", "DEPLOYING"})
GIVING_BACK = "ROLLING_BACK"


class ConfigRollout:
    """Look: the newest deployment of the profile. Change: stop it."""

    def __init__(self, roles: RemediationRoles) -> None:
        self._roles = roles

    def observe(self, target: Target) -> Snapshot:
        named = _named(target)
        under_way = [d for d in self._deployments(target, named) if d["State"] in {*UNDER_WAY, GIVING_BACK}]
        ours = next((d for d in under_way if self._profile(target, named, d) == named.profile), None)
        if ours is None:
            return Snapshot({DEPLOYMENT: ""}, "quiet", settled=True)
        if ours["State"] == GIVING_BACK:
            return Snapshot({DEPLOYMENT: ""}, "giving back", settled=False, pending={DEPLOYMENT: ""})
        return Snapshot({DEPLOYMENT: str(ours["DeploymentNumber"])}, ours["State"], settled=True)

    def apply(self, target: Target, seen: Snapshot, desired: Mapping[str, str], token: str) -> Outcome:  # noqa: ARG002  # there is one way to stop
        named = _named(target)
        asked: dict[str, Any] = {**_where(named), "DeploymentNumber": int(seen.current[DEPLOYMENT])}
        if seen.state == BAKING:
            asked["AllowRevert"] = True
        return ask_once(self._roles, "appconfig", target, token, lambda c: c.stop_deployment(**asked))

    def _deployments(self, target: Target, named: Named) -> list[dict[str, Any]]:
        """Return the newest first; AppConfig runs one at a time in an environment."""
        asked = {**_where(named), "MaxResults": 50}
        found = look(self._roles, "appconfig", target, named.name, lambda c: c.list_deployments(**asked))
        return sorted(found["Items"], key=lambda d: int(d["DeploymentNumber"]), reverse=True)

    def _profile(self, target: Target, named: Named, deployment: dict[str, Any]) -> str:
        """Where the list does not name it, the deployment itself is asked."""
        if "ConfigurationProfileId" in deployment:
            return str(deployment["ConfigurationProfileId"])
        asked = {**_where(named), "DeploymentNumber": int(deployment["DeploymentNumber"])}
        found = look(self._roles, "appconfig", target, named.name, lambda c: c.get_deployment(**asked))
        return str(found["ConfigurationProfileId"])


def _where(named: Named) -> dict[str, str]:
    return {"ApplicationId": named.application, "EnvironmentId": named.environment}


def _named(target: Target) -> Named:
    if not target.touch.config_rollout:
        raise NotThere(f"{target.name} names no rollout of AppConfig")
    return target.touch.config_rollout
