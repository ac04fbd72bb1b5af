"""A LiteLLM proxy for practice, as far as the limits of its teams go."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from infra.local.desk import Reply

Team = dict[str, Any]


@dataclass
class Proxy:
    """Its teams by id, and the key that may change them; what an update does not name stays. Called like a desk."""

    teams: dict[str, Team]
    key: str
    asked: list[Team] = field(default_factory=list)

    def __call__(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        if headers.get("authorization") != f"Bearer {self.key}":
            return 401, {"error": {"message": "Authentication Error", "type": "auth_error", "code": "401"}}
        where = urlsplit(path)
        match method, where.path:
            case "GET", "/team/info":
                return self._info(parse_qs(where.query).get("team_id", [""])[0])
            case "POST", "/team/update":
                return self._update(json.loads(body))
            case _:
                return 404, {"detail": "Not Found"}

    def _info(self, team: str) -> Reply:
        if team not in self.teams:
            return _no_team(team)
        return 200, {"team_id": team, "team_info": {"team_id": team, **self.teams[team]}, "keys": []}

    def _update(self, wanted: Team) -> Reply:
        self.asked.append(wanted)
        team = str(wanted.get("team_id", ""))
        if team not in self.teams:
            return _no_team(team)
        self.teams[team] |= {name: value for name, value in wanted.items() if name != "team_id"}
        return 200, {"team_id": team, "data": {"team_id": team, **self.teams[team]}}


def _no_team(team: str) -> Reply:
    return 404, {"detail": {"error": f"Team not found, passed team id: {team}."}}
