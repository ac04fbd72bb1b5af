"""An MLflow server for practice, as far as registered models, their versions and aliases go.

What it answers, and refuses, is what the server itself (3.17) answered and refused when asked the same.
"""

import base64
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from infra.local.desk import Reply, door

API = "/api/2.0/mlflow/"
KEY = "mlflow-practice"
NOTHING: Reply = (404, "<!doctype html>\n<title>404 Not Found</title>\n")
Fact = dict[str, Any]


@dataclass
class Tracking:
    """Its versions and aliases by model, and the token callers must show, if any. Called like a desk.

    `logged` is where a logged model (`models:/m-1`) has its files. `broken` are models whose aliases it fails to write.
    """

    key: str = ""
    models: dict[str, list[Fact]] = field(default_factory=dict)
    aliases: dict[tuple[str, str], str] = field(default_factory=dict)
    logged: dict[str, str] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    asked: list[Fact] = field(default_factory=list)

    def __call__(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        if self.key and headers.get("authorization") not in (f"Bearer {self.key}", _basic(self.key)):
            return 401, "You are not authenticated. Please provide a username and password."
        where = urlsplit(path)
        if where.path == "/health":
            return 200, "OK"
        asked: Fact = {name: values[0] for name, values in parse_qs(where.query).items()}
        what = where.path.removeprefix(API)
        return self._show(what, asked) if method == "GET" else self._change(what, json.loads(body))

    def _show(self, what: str, asked: Fact) -> Reply:
        match what:
            case "registered-models/alias":
                return self._alias(asked)
            case "model-versions/search":
                return self._search(asked)
            case "model-versions/get-download-uri":
                return self._place(asked)
            case _:
                return NOTHING

    def _change(self, what: str, said: Fact) -> Reply:
        match what:
            case "registered-models/create":
                return self._model(said)
            case "model-versions/create":
                return self._create(said)
            case "registered-models/alias":
                return self._point(said)
            case _:
                return NOTHING

    def _model(self, said: Fact) -> Reply:
        if said["name"] in self.models:
            return _error(400, "RESOURCE_ALREADY_EXISTS", f"Registered Model (name={said['name']}) already exists.")
        self.models[said["name"]] = []
        return 200, {"registered_model": {"name": said["name"]}}

    def _create(self, said: Fact) -> Reply:
        if said["name"] not in self.models:
            return _no_model(said["name"])
        versions = self.models[said["name"]]
        made = {"name": said["name"], "version": str(len(versions) + 1), "source": said["source"], "status": "READY"}
        versions.append({**made, **({"tags": said["tags"]} if said.get("tags") else {})})
        return 200, {"model_version": self._shown(versions[-1])}

    def _search(self, said: Fact) -> Reply:
        """Understand the one filter that is asked with; a model it does not know has no versions."""
        name, most = said["filter"].removeprefix("name='").removesuffix("'"), int(said["max_results"])
        newest = [self._shown(version) for version in reversed(self.models.get(name, []))]
        return 200, {"model_versions": newest[:most]} if newest else {}

    def _place(self, said: Fact) -> Reply:
        found = self._find(said["name"], said["version"])
        if found is None:
            return _no_version(said)
        return 200, {"artifact_uri": self.logged.get(found["source"], found["source"])}

    def _alias(self, said: Fact) -> Reply:
        if said["name"] not in self.models:
            return _no_model(said["name"])
        number = self.aliases.get((said["name"], said["alias"]))
        found = self._find(said["name"], number) if number else None
        if found is None:
            return _error(400, "INVALID_PARAMETER_VALUE", f"Registered model alias {said['alias']} not found.")
        return 200, {"model_version": self._shown(found)}

    def _point(self, said: Fact) -> Reply:
        self.asked.append(said)
        if self._find(said["name"], said["version"]) is None:
            return _no_version(said)
        if said["name"] in self.broken:
            return _error(500, "INTERNAL_ERROR", "database is locked")
        self.aliases[said["name"], said["alias"]] = said["version"]
        return 200, {}

    def _find(self, model: str, number: str) -> Fact | None:
        return next((one for one in self.models.get(model, []) if one["version"] == number), None)

    def _shown(self, version: Fact) -> Fact:
        at = (version["name"], version["version"])
        names = [alias for (model, alias), number in self.aliases.items() if (model, number) == at]
        return {**version, **({"aliases": names} if names else {})}


def _basic(key: str) -> str:
    return f"Basic {base64.b64encode(f'responder:{key}'.encode()).decode()}"


def _no_model(name: str) -> Reply:
    return _error(404, "RESOURCE_DOES_NOT_EXIST", f"Registered Model with name={name} not found")


def _no_version(said: Fact) -> Reply:
    where = f"(name={said['name']}, version={said['version']})"
    return _error(404, "RESOURCE_DOES_NOT_EXIST", f"Model Version {where} not found")


def _error(status: int, code: str, message: str) -> Reply:
    return status, {"error_code": code, "message": message}


if __name__ == "__main__":
    door(Tracking(KEY), int(sys.argv[1])).serve_forever()
