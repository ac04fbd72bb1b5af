"""A LiteLLM proxy for practice, as far as the limits of its teams and the weights of its deployments go.

What it says and refuses is what the proxy itself (1.108) said and refused when it was asked the same.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from infra.local.desk import Reply, door

KEY = "sk-practice"
FLAGS = ("use_in_pass_through", "merge_reasoning_content_in_choices", "use_litellm_proxy", "use_xai_oauth")
NOTHING: Reply = (404, {"detail": "Not Found"})
Team = dict[str, Any]


@dataclass
class Deployment:
    """One of those that answer a model; only what lies in the proxy's database can be changed."""

    model: str
    weight: float | None = None
    blocked: bool = False
    in_database: bool = True
    order: int | None = None
    flags: dict[str, bool] = field(default_factory=dict)

    def row(self, one: str) -> dict[str, Any]:
        """Show it as a list of models does: what it has not, is not there."""
        params = {"model": f"openai/{one}", "weight": self.weight, "order": self.order, **self.flags}
        return {
            "model_name": self.model,
            "litellm_params": {name: value for name, value in params.items() if value is not None},
            "model_info": {"id": one, "db_model": self.in_database, "blocked": self.blocked},
        }


@dataclass
class Proxy:
    """Its teams and deployments by id, and the key that may change them. Called like a desk.

    What a change does not name stays, flags excepted. `broken` are deployments that it fails to write.
    """

    teams: dict[str, Team]
    key: str
    deployments: dict[str, Deployment] = field(default_factory=dict)
    settings: dict[str, Any] = field(
        default_factory=lambda: {"routing_strategy": "simple-shuffle", "routing_groups": []}
    )
    broken: set[str] = field(default_factory=set)
    asked: list[Team] = field(default_factory=list)

    def __call__(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        if headers.get("authorization") != f"Bearer {self.key}":
            return _error(401, "token_not_found_in_db", "Authentication Error, Invalid API key provided.")
        where = urlsplit(path)
        parts = where.path.strip("/").split("/")
        if method == "GET":
            return self._show(parts, {name: values[0] for name, values in parse_qs(where.query).items()})
        return self._change(method, parts, json.loads(body))

    def _show(self, parts: list[str], asked: Mapping[str, str]) -> Reply:
        match parts:
            case ["team", "info"]:
                return self._info(asked.get("team_id", ""))
            case ["router", "settings"]:
                return 200, {"fields": [], "current_values": self.settings}
            case ["v2", "model", "info"]:
                return self._models(asked.get("model", ""), int(asked.get("size", "50")))
            case _:
                return NOTHING

    def _change(self, method: str, parts: list[str], wanted: Team) -> Reply:
        match method, parts:
            case "POST", ["team" | "model" as kind, "new"]:
                return self._add(kind, wanted)
            case "POST", ["team", "update"]:
                return self._update(wanted)
            case "PATCH", ["model", one, "update"]:
                return self._move(one, wanted)
            case _:
                return NOTHING

    def _add(self, kind: str, wanted: Team) -> Reply:
        if kind == "team":
            self.teams[wanted["team_id"]] = {name: value for name, value in wanted.items() if name != "team_id"}
            return 200, wanted
        one, params = wanted["model_info"]["id"], wanted["litellm_params"]
        self.deployments[one] = Deployment(wanted["model_name"], params.get("weight"), order=params.get("order"))
        return 200, {"model_id": one, **self.deployments[one].row(one)}

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

    def _models(self, model: str, size: int) -> Reply:
        rows = [deployment.row(one) for one, deployment in self.deployments.items() if deployment.model == model]
        counted = {"total_count": len(rows), "current_page": 1, "total_pages": -(-len(rows) // size), "size": size}
        return 200, {"data": rows[:size], **counted}

    def _move(self, one: str, wanted: dict[str, Any]) -> Reply:
        self.asked.append({"deployment": one, **wanted})
        found = self.deployments.get(one)
        if found is None:
            return _error(404, "not_found_error", f"Model {one} not found on proxy.")
        if not found.in_database:
            says = "Cannot edit config-based model. Store model in DB via /model/new first."
            return _error(400, "validation_error", says)
        if one in self.broken:
            return _error(500, "internal_server_error", "Error updating model")
        params = wanted["litellm_params"]
        if (weight := params["weight"]) is not None:  # nothing takes a weight away
            found.weight = weight
        found.flags = {name: bool(params.get(name)) for name in FLAGS}  # what is not sent is switched off
        return 200, {"model_id": one, **found.row(one)}


def _no_team(team: str) -> Reply:
    return _error(404, "auth_error", f"{{'message': 'Team not found, passed team id: {team}.'}}")


def _error(status: int, kind: str, message: str) -> Reply:
    return status, {"error": {"message": message, "type": kind, "param": None, "code": str(status)}}


if __name__ == "__main__":
    door(Proxy({}, KEY), int(sys.argv[1])).serve_forever()
