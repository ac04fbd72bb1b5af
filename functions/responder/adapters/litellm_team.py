"""The limits of a team of LiteLLM's proxy as a target: look at them, and set them.

Limits the team does not have stay unset. Other processes of the proxy remember a team for up to a minute.
"""

from collections.abc import Mapping
from typing import Any

from responder.adapters.http_changes import SECONDS, change, look
from responder.adapters.keys import http_for
from responder.adapters.roles import RemediationRoles
from responder.domain.plans.throttle import PER_MINUTE
from responder.domain.remediation import Outcome, Snapshot
from responder.domain.target import Target
from responder.domain.things.gateway import LiteLlmTeam as Team
from responder.errors import ActionFailed, CannotKnow, NotThere


class LiteLlmTeam:
    """GET /team/info to look, POST /team/update to change."""

    def __init__(self, roles: RemediationRoles) -> None:
        self._roles = roles

    def observe(self, target: Target) -> Snapshot:
        named = _named(target)
        http = http_for(self._roles, target, named.token, SECONDS)
        found = look(http, f"{named.url}/team/info?team_id={named.team}", f"team {named.name}")
        limits = {name: str(int(limit)) for name, limit in _limits(found, named).items() if limit is not None}
        return Snapshot(
            limits, ", ".join(f"{name} {value}" for name, value in limits.items()) or "no limit", settled=True
        )

    def apply(self, target: Target, seen: Snapshot, desired: Mapping[str, str], token: str) -> Outcome:  # noqa: ARG002  # the proxy compares nothing and knows no sessions
        named = _named(target)
        body = {"team_id": named.team, **{name: int(value) for name, value in desired.items()}}
        try:
            http = http_for(self._roles, target, named.token, SECONDS)
        except ActionFailed as error:
            return Outcome("refused", str(error))  # nothing was asked yet
        return change(http, "POST", f"{named.url}/team/update", body)


def _limits(found: Any, named: Team) -> dict[str, float | None]:  # noqa: ANN401  # its shape is what is checked here
    try:
        return {name: found["team_info"][name] for name in PER_MINUTE}
    except (KeyError, TypeError) as error:
        raise CannotKnow(f"team {named.name}: the answer has no {error}") from error


def _named(target: Target) -> Team:
    if not target.touch.litellm_team:
        raise NotThere(f"{target.name} names no team of LiteLLM")
    return target.touch.litellm_team
