"""An alias of a Lambda function as a target: look at it, and point it at another version.

UpdateAlias compares the `RevisionId` of our look, so a change of somebody else in between is refused there. A
canary is the weight the alias gives to a second version; that version is then the newest release in service.
"""

from collections.abc import Mapping
from typing import Any

from responder.adapters.answers import ask_once, look
from responder.adapters.roles import RemediationRoles
from responder.domain.plans.rollback import CANARY, VERSION
from responder.domain.release import Artefacts, Configuration
from responder.domain.remediation import Outcome, Snapshot
from responder.domain.target import Target
from responder.domain.touch import LambdaAlias as Named
from responder.errors import ActionFailed, NotThere


class LambdaAlias:
    """One call to look, one to change; the alias is moved at once."""

    def __init__(self, roles: RemediationRoles) -> None:
        self._roles = roles

    def observe(self, target: Target) -> Snapshot:
        named = _named(target)
        asked = {"FunctionName": named.function, "Name": named.alias}
        return _snapshot(look(self._roles, "lambda", target, f"alias {named.name}", lambda c: c.get_alias(**asked)))

    def configuration(self, target: Target, name: str) -> Configuration:
        asked = {"FunctionName": _named(target).function, "Qualifier": name}
        what = f"version {name} of {asked['FunctionName']}"
        try:
            found = look(self._roles, "lambda", target, what, lambda c: c.get_function_configuration(**asked))
        except ActionFailed as error:
            return Configuration((), Artefacts(missing=(str(error),)))
        return Configuration((), Artefacts({"code": found["CodeSha256"]}))

    def apply(self, target: Target, seen: Snapshot, desired: Mapping[str, str], token: str) -> Outcome:
        named = _named(target)
        asked = {
            "FunctionName": named.function,
            "Name": named.alias,
            "FunctionVersion": desired[VERSION],
            "RoutingConfig": {"AdditionalVersionWeights": _weights(desired.get(CANARY, ""))},
            "RevisionId": seen.revision,
        }
        return ask_once(self._roles, "lambda", target, token, lambda c: c.update_alias(**asked))


def _named(target: Target) -> Named:
    if not target.touch.lambda_alias:
        raise NotThere(f"{target.name} names no Lambda alias")
    return target.touch.lambda_alias


def _snapshot(found: dict[str, Any]) -> Snapshot:
    weights = found.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    version = found["FunctionVersion"]
    return Snapshot(
        current={VERSION: version, CANARY: ",".join(f"{v}={w:g}" for v, w in sorted(weights.items()))},
        state=f"on version {version}" + (f" with a canary on {', '.join(sorted(weights))}" if weights else ""),
        settled=True,
        release=next(iter(sorted(weights)), version),
        revision=found.get("RevisionId", ""),
    )


def _weights(written: str) -> dict[str, float]:
    return {version: float(weight) for version, _, weight in (w.partition("=") for w in written.split(",") if w)}
