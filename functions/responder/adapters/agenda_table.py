"""What is due, what was spent and what was opened, asked of the journal's table and its two indexes."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from responder.adapters import aws
from responder.adapters.journal_table import budget_key, query_all, read_items
from responder.domain.journal import Budget
from responder.domain.plain import from_plain, millis
from responder.domain.storm import NAMED, Member, name_in
from responder.errors import TryAgain


class AgendaTable:
    """One call for each question, as long as the answer fits into one page."""

    def __init__(self, table: str, client: Any) -> None:  # noqa: ANN401  # boto3 has no types
        self._table, self._dynamodb = table, client

    def due(self, now: datetime) -> list[tuple[str, str]]:
        asked = {
            "IndexName": "due",
            "KeyConditionExpression": "#due = :due AND due_at <= :now",
            "ExpressionAttributeNames": {"#due": "due"},
            "ExpressionAttributeValues": {":due": {"S": "due"}, ":now": {"N": str(millis(now))}},
        }
        found = query_all(self._dynamodb, TableName=self._table, **asked)
        return [(item["pk"]["S"].removeprefix("TARGET#"), item["due_kind"]["S"]) for item in found]

    def budgets(self, names: Sequence[str]) -> list[Budget]:
        found = {item["pk"]["S"]: item for item in self._items([budget_key(name) for name in names])}
        return [_budget(name, found.get(budget_key(name)["pk"]["S"])) for name in names]

    def incidents(self, limit: int) -> list[tuple[str, str, datetime]]:
        """Return (id, resource, opened at) of the incidents opened last, newest first."""
        asked = {
            "IndexName": "opened",
            "KeyConditionExpression": "opened = :opened",
            "ExpressionAttributeValues": {":opened": {"S": "incident"}},
            "ScanIndexForward": False,
            "Limit": min(limit, 100),
        }
        try:
            found = self._dynamodb.query(TableName=self._table, **asked)["Items"]
        except aws.TROUBLE as error:
            raise TryAgain(f"journal: {aws.code_of(error)}") from error
        firsts = {item["pk"]["S"]: item for item in self._items([{"pk": i["pk"], "sk": i["sk"]} for i in found])}
        return [_opened(firsts[item["pk"]["S"]]) for item in found if item["pk"]["S"] in firsts]

    def opened_since(self, moment: datetime) -> tuple[list[Member], int]:
        asked = {
            "IndexName": "opened",
            "KeyConditionExpression": "opened = :opened AND opened_at >= :since",
            "ExpressionAttributeValues": {":opened": {"S": "incident"}, ":since": {"N": str(millis(moment))}},
        }
        found = query_all(self._dynamodb, TableName=self._table, **asked)
        firsts = {
            item["pk"]["S"]: item for item in self._items([{"pk": i["pk"], "sk": i["sk"]} for i in found[:NAMED]])
        }
        members = [_member(firsts[item["pk"]["S"]]) for item in found[:NAMED] if item["pk"]["S"] in firsts]
        return members, len(found)

    def _items(self, keys: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return read_items(self._dynamodb, self._table, keys)


def _budget(name: str, item: dict[str, Any] | None) -> Budget:
    return from_plain(Budget, json.loads(item["state"]["S"]), f"budget {name}") if item else Budget(name)


def _member(item: dict[str, Any]) -> Member:
    return Member(*_opened(item), name_in(item["record"]["S"]))


def _opened(item: dict[str, Any]) -> tuple[str, str, datetime]:
    opened_at = datetime.fromtimestamp(int(item["opened_at"]["N"]) / 1000, UTC)
    return item["pk"]["S"].removeprefix("INCIDENT#"), item["resource"]["S"], opened_at
