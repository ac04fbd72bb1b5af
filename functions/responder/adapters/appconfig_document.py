"""A JSON document in AppConfig as a target: look at what is deployed, and deploy another one.

StartDeployment compares the number of the latest deployment with our look, so two changes cannot overtake each
other. The document is stored as a version of its own first; storing the same twice harms nobody.
"""

import json
from collections.abc import Mapping
from typing import Any

from responder.adapters.answers import ask_once, look
from responder.adapters.roles import RemediationRoles
from responder.domain.plain import canonical
from responder.domain.plans.document import DOCUMENT
from responder.domain.remediation import Outcome, Snapshot
from responder.domain.target import Target
from responder.domain.things.documents import Document
from responder.domain.touch import TouchKind
from responder.errors import CannotKnow, NotThere

_MOVING = frozenset({"BAKING", "VALIDATING", "DEPLOYING", "ROLLING_BACK", "REVERTING"})
_DONE = "COMPLETE"


class AppConfigDocument:
    """One kind of document. Look: the newest deployments, the document of the last complete one. Change: deploy one."""

    def __init__(self, kind: TouchKind, roles: RemediationRoles) -> None:
        self._kind, self._roles = kind, roles

    def observe(self, target: Target) -> Snapshot:
        named = self._named(target)
        everything = self._deployments(target, named)
        ours = (d for d in everything if self._profile(target, named, d) == named.profile)
        newest = next(ours, None)
        done = (
            newest
            if newest is None or newest["State"] == _DONE
            else next((d for d in ours if d["State"] == _DONE), None)
        )
        if newest is None or done is None:
            raise NotThere(f"{_word(self._kind)} {named.name}: nothing was ever deployed")
        moving = newest["State"] in _MOVING
        return Snapshot(
            current={DOCUMENT: self._document(target, named, done)},
            state=newest["State"],
            settled=not moving,
            pending={DOCUMENT: self._document(target, named, newest)} if moving else {},
            revision=str(everything[0]["DeploymentNumber"]),
        )

    def apply(self, target: Target, seen: Snapshot, desired: Mapping[str, str], token: str) -> Outcome:
        named = self._named(target)

        def deploy(client: Any) -> dict[str, Any]:  # noqa: ANN401  # boto3 has no types
            stored = client.create_hosted_configuration_version(
                ApplicationId=named.application,
                ConfigurationProfileId=named.profile,
                Content=desired[DOCUMENT].encode(),
                ContentType="application/json",
                Description=f"responder action {token}",
            )
            answer: dict[str, Any] = client.start_deployment(
                ApplicationId=named.application,
                EnvironmentId=named.environment,
                ConfigurationProfileId=named.profile,
                DeploymentStrategyId=named.strategy,
                ConfigurationVersion=str(stored["VersionNumber"]),
                Description=f"responder action {token}",
                LatestDeploymentNumber=int(seen.revision),
            )
            return answer

        return ask_once(self._roles, "appconfig", target, token, deploy)

    def _deployments(self, target: Target, named: Document) -> list[dict[str, Any]]:
        asked = {"ApplicationId": named.application, "EnvironmentId": named.environment, "MaxResults": 50}
        what = f"{_word(self._kind)} {named.name}"
        found = look(self._roles, "appconfig", target, what, lambda c: c.list_deployments(**asked))
        return sorted(found["Items"], key=lambda d: int(d["DeploymentNumber"]), reverse=True)

    def _profile(self, target: Target, named: Document, deployment: dict[str, Any]) -> str:
        """Where the list does not name it, the deployment itself is asked."""
        if "ConfigurationProfileId" in deployment:
            return str(deployment["ConfigurationProfileId"])
        number = int(deployment["DeploymentNumber"])
        asked = {"ApplicationId": named.application, "EnvironmentId": named.environment, "DeploymentNumber": number}
        found = look(self._roles, "appconfig", target, f"deployment {number}", lambda c: c.get_deployment(**asked))
        return str(found["ConfigurationProfileId"])

    def _document(self, target: Target, named: Document, deployment: dict[str, Any]) -> str:
        asked = {
            "ApplicationId": named.application,
            "ConfigurationProfileId": named.profile,
            "VersionNumber": int(deployment["ConfigurationVersion"]),
        }
        what = f"version {asked['VersionNumber']} of {named.name}"
        found = look(self._roles, "appconfig", target, what, lambda c: c.get_hosted_configuration_version(**asked))
        try:
            return canonical(json.loads(found["Content"].read()))
        except ValueError as error:
            raise CannotKnow(f"{what} is not JSON: {error}") from error

    def _named(self, target: Target) -> Document:
        named = target.touch.document(self._kind)
        if not named:
            raise NotThere(f"{target.name} names no {_word(self._kind)}")
        return named


def _word(kind: TouchKind) -> str:
    return kind.replace("_", " ")
