"""Registered models of an MLflow server: look at a target's aliases, and move them.

The server compares nothing: aliases are read again right before they are moved, and once more after. Its tags say of
what a version is made (`object.tokenizer`: s3://…); without any its source counts, where that is one object of S3.
"""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from responder.adapters.answers import one_by_one
from responder.adapters.http import Auth, Http, bearer
from responder.adapters.http_changes import SECONDS, change
from responder.adapters.roles import RemediationRoles
from responder.adapters.secret import Secret
from responder.adapters.stored_parts import parts_now, version_of
from responder.domain.plans.registry import ModelVersion, Registry
from responder.domain.plans.restore import SET_ALIAS, moves
from responder.domain.release import Artefacts
from responder.domain.remediation import Outcome, Snapshot
from responder.domain.target import Target
from responder.domain.things.registries import MlflowRegistry as Named
from responder.errors import ActionFailed, CannotKnow, NotThere

API = "/api/2.0/mlflow"
LOOKED_AT = 10  # the newest versions of a model: further back nothing is restored
_NO_SUCH = (400, 404)
Fact = dict[str, Any]


class MlflowRegistry:
    """GET registered-models/alias and model-versions/search to look, POST registered-models/alias to change."""

    def __init__(self, roles: RemediationRoles) -> None:
        self._roles = roles

    def observe(self, target: Target) -> Snapshot:
        found = self.read(target)
        return Snapshot(found.values(_named(target).models), found.told, settled=True, piecemeal=True)

    def apply(self, target: Target, seen: Snapshot, desired: Mapping[str, str], token: str) -> Outcome:  # noqa: ARG002  # the server knows no sessions
        named = _named(target)
        try:
            http = self._http(target, named)
            stands = {entry: _live(http, named, entry.partition("@")[0])["version"] for entry in seen.current}
        except ActionFailed as error:
            return Outcome("refused", str(error))  # nothing was asked for yet
        if stands != {entry: value.split(" ")[0] for entry, value in seen.current.items()}:
            return Outcome("refused", "the aliases moved since they were looked at")
        return _move(http, named, moves(seen.current, desired))

    def read(self, target: Target) -> Registry:
        named = _named(target)
        http, s3 = self._http(target, named), self._roles.client("s3", target)
        aliases: dict[str, str] = {}
        versions: list[ModelVersion] = []
        for model in named.models:
            live, *others = _rows(http, named, model)
            aliases[f"{model}@{named.alias}"] = live["version"]
            versions += [_version(http, named, s3, row) for row in (live, *others)]
        return Registry(aliases, tuple(versions))

    def artefacts(self, target: Target, version: ModelVersion) -> Artefacts:
        return parts_now(self._roles.client("s3", target), version)

    def _http(self, target: Target, named: Named) -> Http:
        if not named.token:
            return Http(seconds=SECONDS)
        return Http(_proof(Secret(named.token, self._roles.client("secretsmanager", target))), SECONDS)


def _move(http: Http, named: Named, wanted: Sequence[tuple[str, str, str]]) -> Outcome:
    def ask(move: tuple[str, str, str]) -> Outcome:
        model, _, alias = move[0].partition("@")
        return change(http, "POST", f"{named.url}{SET_ALIAS}", {"name": model, "alias": alias, "version": move[2]})

    outcome = one_by_one(wanted, ask, "aliases moved")
    if outcome.says != "accepted":
        return outcome
    return replace(outcome, says="; ".join(_after(http, named, entry, number) for entry, _, number in wanted))


def _after(http: Http, named: Named, entry: str, number: str) -> str:
    """Say where an alias points right after it was moved: somebody may have moved it in the same moment."""
    try:
        stands = _live(http, named, entry.partition("@")[0])["version"]
    except ActionFailed as error:
        return f"{entry} was moved to {number}, and could not be looked at again: {error}"
    moved = f"{entry} points at {number}"
    return (
        moved if stands == number else f"{entry} was moved to {number}, and points at {stands}: somebody else moved it"
    )


def _rows(http: Http, named: Named, model: str) -> list[Fact]:
    """Return the version in force, and the newest others."""
    live = _live(http, named, model)
    asked = {"filter": f"name='{model}'", "max_results": LOOKED_AT, "order_by": "version_number DESC"}
    found = _look(http, named, "/model-versions/search", asked).get("model_versions", [])
    try:
        others = [_row(row) for row in found[:LOOKED_AT]]
    except (KeyError, TypeError, ValueError) as error:
        raise CannotKnow(f"registry {named.name}: the answer has no {error}") from error
    return [live, *(row for row in others if row["version"] != live["version"])]


def _live(http: Http, named: Named, model: str) -> Fact:
    found = _look(http, named, "/registered-models/alias", {"name": model, "alias": named.alias})
    try:
        return _row(found["model_version"])
    except (KeyError, TypeError, ValueError) as error:
        raise CannotKnow(f"registry {named.name}: the answer has no {error}") from error


def _row(said: Fact) -> Fact:
    """Take what counts, checked: a version is a number."""
    tags = {str(tag["key"]): str(tag.get("value", "")) for tag in said.get("tags") or ()}
    return {"name": str(said["name"]), "version": str(int(said["version"])), "source": said.get("source"), "tags": tags}


def _version(http: Http, named: Named, s3: Any, row: Fact) -> ModelVersion:  # noqa: ANN401  # boto3 has no types
    return version_of(s3, row["name"], row["version"], row["tags"], dict(_source(http, named, row)))


def _source(http: Http, named: Named, row: Fact) -> Iterator[tuple[str, str]]:
    """Follow what names another thing of MLflow (`models:/m-1`, `runs:/…`) to where its files lie."""
    place = str(row["source"] or "")
    if place.startswith(("models:", "runs:")):
        asked = {"name": row["name"], "version": row["version"]}
        place = str(_look(http, named, "/model-versions/get-download-uri", asked).get("artifact_uri", ""))
    if place.startswith("s3://"):
        yield "model", place


def _look(http: Http, named: Named, path: str, asked: Mapping[str, Any]) -> Fact:
    answer = http.ask("GET", f"{named.url}{API}{path}?{urlencode(asked)}")
    if answer.status in _NO_SUCH:
        raise NotThere(f"registry {named.name}: {answer.excerpt}")
    if not answer.ok:
        raise CannotKnow(f"registry {named.name}: HTTP {answer.status}")
    said = answer.json()
    if not isinstance(said, dict):
        raise CannotKnow(f"registry {named.name}: the answer is no object")
    return said


def _proof(secret: Secret) -> Auth:
    """Show a token, or the name and the password MLflow's own authentication asks for."""

    def prove(method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Mapping[str, str]:
        try:
            text = secret.read()
        except ActionFailed as error:
            raise CannotKnow(str(error)) from error
        if not text.startswith("{"):
            return bearer(secret)(method, url, body, headers)
        try:
            said = json.loads(text)
            pair = f"{said['username']}:{said['password']}"
        except (ValueError, KeyError, TypeError):
            form = '{"username": ..., "password": ...}'
            raise CannotKnow(f"secret {secret.name} is neither a token nor of the form {form}") from None
        return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}

    return prove


def _named(target: Target) -> Named:
    if not target.touch.mlflow_registry:
        raise NotThere(f"{target.name} names no registry of MLflow")
    return target.touch.mlflow_registry
