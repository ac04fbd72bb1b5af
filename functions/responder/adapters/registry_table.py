"""The model registry in DynamoDB: look at a target's entries, and move its pointers, all of them or none.

    MODEL#<model> / ALIAS#<alias>       version
    MODEL#<model> / VERSION#<version>   digests and objects, as maps from part (model, tokenizer, …) to text

Every pointer is moved on the condition that it still stands where it was looked at. Versions are never written.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from responder.adapters.answers import ask_once, look
from responder.adapters.roles import RemediationRoles
from responder.adapters.stored_parts import parts_now
from responder.domain.plans.registry import ModelVersion, Registry
from responder.domain.plans.restore import key_of, moves
from responder.domain.release import Artefacts
from responder.domain.remediation import Outcome, Snapshot
from responder.domain.target import Target
from responder.domain.things.registries import Registry as Named
from responder.errors import NotThere

Item = dict[str, dict[str, Any]]


class RegistryTable:
    """One query for each model to look, one transaction to move."""

    def __init__(self, roles: RemediationRoles) -> None:
        self._roles = roles

    def observe(self, target: Target) -> Snapshot:
        named = _named(target)
        entries = self.read(target).entries(named.models)
        if not entries:
            raise NotThere(f"registry {named.name} has no entry")
        return Snapshot(entries, f"{len(entries)} entries", settled=True)

    def apply(self, target: Target, seen: Snapshot, desired: Mapping[str, str], token: str) -> Outcome:
        table = _named(target).table
        updates = [{"Update": _update(table, *move)} for move in moves(seen.current, desired)]
        return ask_once(self._roles, "dynamodb", target, token, lambda c: c.transact_write_items(TransactItems=updates))

    def read(self, target: Target) -> Registry:
        named = _named(target)
        items = [item for model in named.models for item in self._items(target, named.table, model)]
        aliases = {_entry(i): i["version"]["S"] for i in items if i["sk"]["S"].startswith("ALIAS#")}
        return Registry(aliases, tuple(_version(i) for i in items if i["sk"]["S"].startswith("VERSION#")))

    def artefacts(self, target: Target, version: ModelVersion) -> Artefacts:
        return parts_now(self._roles.client("s3", target), version)

    def _items(self, target: Target, table: str, model: str) -> Iterator[Item]:
        asked: dict[str, Any] = {
            "TableName": table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": f"MODEL#{model}"}},
            "ConsistentRead": True,
        }
        while True:
            found = look(self._roles, "dynamodb", target, f"registry {table}", lambda c: c.query(**asked))
            yield from found["Items"]
            if "LastEvaluatedKey" not in found:
                return
            asked["ExclusiveStartKey"] = found["LastEvaluatedKey"]


def _update(table: str, entry: str, old: str, new: str) -> dict[str, Any]:
    return {
        "TableName": table,
        "Key": {name: {"S": value} for name, value in key_of(entry).items()},
        "UpdateExpression": "SET version = :new",
        "ConditionExpression": "version = :old",
        "ExpressionAttributeValues": {":old": {"S": old}, ":new": {"S": new}},
    }


def _entry(item: Item) -> str:
    return f"{item['pk']['S'].removeprefix('MODEL#')}@{item['sk']['S'].removeprefix('ALIAS#')}"


def _version(item: Item) -> ModelVersion:
    parts = [{k: v["S"] for k, v in item.get(name, {}).get("M", {}).items()} for name in ("digests", "objects")]
    return ModelVersion(item["pk"]["S"].removeprefix("MODEL#"), item["sk"]["S"].removeprefix("VERSION#"), *parts)


def _named(target: Target) -> Named:
    if not target.touch.registry:
        raise NotThere(f"{target.name} names no registry")
    return target.touch.registry
