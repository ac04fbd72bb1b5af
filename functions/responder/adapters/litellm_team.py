"""The limits of a team of LiteLLM's proxy as a target: look at them, and set them.

An update compares nothing, so it is asked once and looked at again. Limits the team does not have stay unset. Other
processes of the proxy remember a team for up to a minute.
"""

from collections.abc import Mapping
from typing import Literal

from responder.adapters.http import Answer
from responder.adapters.keys import http_for
from responder.adapters.roles import RemediationRoles
from responder.domain.plain import canonical
from responder.domain.plans.throttle import PER_MINUTE
from responder.domain.remediation import Outcome, Snapshot
from responder.domain.target import Target
from responder.domain.things.gateway import LiteLlmTeam as Team
from responder.errors import ActionFailed, CannotKnow, NotThere

SECONDS = 5.0
_NOT_FOUND = 404
_THEIR_FAULT = 500


class LiteLlmTeam:
    """GET /team/info to look, POST /team/update to change."""

    def __init__(self, roles: RemediationRoles) -> None:
        self._roles = roles

    def observe(self, target: Target) -> Snapshot:
        named = _named(target)
        answer = http_for(self._roles, target, named.token, SECONDS).ask(
            "GET", f"{named.url}/team/info?team_id={named.team}"
        )
        if answer.status == _NOT_FOUND:
            raise NotThere(f"team {named.name}: the proxy knows no such team")
        if not answer.ok:
            raise CannotKnow(f"team {named.name}: HTTP {answer.status}")
        limits = {name: str(int(limit)) for name, limit in _limits(answer, named).items() if limit is not None}
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
        try:
            answer = http.ask("POST", f"{named.url}/team/update", canonical(body).encode())
        except CannotKnow as error:
            return Outcome("unknown", f"the answer was lost: {error}")
        if answer.ok:
            return Outcome("accepted", "accepted")
        result: Literal["refused", "unknown"] = "refused" if answer.status < _THEIR_FAULT else "unknown"
        return Outcome(result, f"HTTP {answer.status}: {answer.excerpt}")


def _limits(answer: Answer, named: Team) -> dict[str, float | None]:
    try:
        team = answer.json()["team_info"]
        return {name: team[name] for name in PER_MINUTE}
    except (KeyError, TypeError) as error:
        raise CannotKnow(f"team {named.name}: the answer has no {error}") from error


def _named(target: Target) -> Team:
    if not target.touch.litellm_team:
        raise NotThere(f"{target.name} names no team of LiteLLM")
    return target.touch.litellm_team
