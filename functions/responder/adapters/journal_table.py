"""The journal in DynamoDB, where one change is one transaction.

    TARGET#<resource>   / STATE              epoch, state (packed when large), due/due_at/due_kind while due
    TARGET#<resource>   / EPISODE#<place>    episode, fires while it does: one that the state has no room for
    INCIDENT#<id>       / <seq, 8 digits>    record; the first also opened/opened_at/resource
    STREAM#<name>       / <seq, 8 digits>    the same for `control`, `release/<target>`, `release-gate/<target>`
    BUDGET#<name>       / STATE              version, state

A transaction cancelled by a condition is a refusal (Fenced); by anything else it is "try again". Both can be
among the reasons of one cancellation: then nothing is known about the condition, and it is "try again" too.
"""

import json
import zlib
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from responder.adapters import aws
from responder.domain.audit import Record
from responder.domain.incident import Apart, place_of
from responder.domain.journal import MOST_APART, Budget, Change, TargetRecord, read_state, write_state
from responder.domain.plain import canonical, from_plain, millis, to_plain
from responder.errors import Fenced, TryAgain

STATE = "STATE"
EPISODE = "EPISODE#"
MOST_READ = 100  # items in one call
READABLE = 64 * 1024  # characters of a state that is stored as text
Attribute = dict[str, Any]
Item = dict[str, Attribute]


class JournalTable:
    """One call per read, one per write."""

    def __init__(self, table: str, client: Any) -> None:  # noqa: ANN401  # boto3 has no types
        self._table, self._dynamodb = table, client

    def read(self, resource: str) -> TargetRecord:
        try:
            found = self._dynamodb.get_item(TableName=self._table, Key=target_key(resource), ConsistentRead=True)
        except aws.TROUBLE as error:
            raise TryAgain(f"journal: {aws.code_of(error)}") from error
        if "Item" not in found:
            return TargetRecord(resource)
        return read_state(json.loads(_unpacked(found["Item"]["state"])))

    def write(self, change: Change) -> None:
        puts = [
            _target_put(change),
            *(_entry_put(entry, change.record) for entry in change.entries),
            *(_budget_put(budget) for budget in change.budgets),
            *(_apart_put(one, change.record.resource) for one in change.apart),
        ]
        try:
            self._dynamodb.transact_write_items(TransactItems=[{"Put": {"TableName": self._table, **p}} for p in puts])
        except aws.TROUBLE as error:
            raise _refusal(change.record.resource, error) from error

    def entries(self, stream: str, since: int) -> list[str]:
        asked = {
            "KeyConditionExpression": "pk = :pk AND sk >= :sk",
            "ExpressionAttributeValues": {":pk": {"S": stream_pk(stream)}, ":sk": {"S": f"{since:08d}"}},
            "ConsistentRead": True,
        }
        return [item["record"]["S"] for item in query_all(self._dynamodb, TableName=self._table, **asked)]

    def apart(self, resource: str, keys: Collection[tuple[str, str]]) -> list[Apart]:
        wanted = [_apart_key(resource, place_of(key)) for key in dict.fromkeys(keys)]
        parts = [wanted[start : start + MOST_READ] for start in range(0, len(wanted), MOST_READ)]
        return [_apart(item) for part in parts for item in read_items(self._dynamodb, self._table, part)]

    def open_apart(self, resource: str, after: str) -> tuple[list[Apart], str]:
        asked = {
            "KeyConditionExpression": "pk = :pk AND sk BETWEEN :first AND :last",
            "FilterExpression": "fires = :yes",
            "ExpressionAttributeValues": {
                ":pk": target_key(resource)["pk"],
                ":first": {"S": f"{EPISODE}{after}\0" if after else EPISODE},
                ":last": {"S": f"{EPISODE}~"},
                ":yes": {"BOOL": True},
            },
            "ConsistentRead": True,
        }
        try:
            page = self._dynamodb.query(TableName=self._table, **asked)
        except aws.TROUBLE as error:
            raise TryAgain(f"journal: {aws.code_of(error)}") from error
        found = [_apart(item) for item in page["Items"]]
        if len(found) > MOST_APART:
            return found[:MOST_APART], place_of(found[MOST_APART - 1].key)
        return found, page.get("LastEvaluatedKey", {}).get("sk", {"S": ""})["S"].removeprefix(EPISODE)


def target_key(resource: str) -> Item:
    return {"pk": {"S": f"TARGET#{resource}"}, "sk": {"S": STATE}}


def read_items(dynamodb: Any, table: str, keys: Sequence[Item]) -> list[Item]:  # noqa: ANN401  # boto3 has no types
    """Read up to a hundred items consistently; a partial answer is no answer."""
    if not keys:
        return []
    try:
        answer = dynamodb.batch_get_item(RequestItems={table: {"Keys": keys, "ConsistentRead": True}})
    except aws.TROUBLE as error:
        raise TryAgain(f"journal: {aws.code_of(error)}") from error
    if answer.get("UnprocessedKeys"):
        raise TryAgain("journal: throttled in the middle of a read")
    items: list[Item] = answer["Responses"].get(table, [])
    return items


def budget_key(name: str) -> Item:
    return {"pk": {"S": f"BUDGET#{name.replace('/', '#')}"}, "sk": {"S": STATE}}


def stream_pk(stream: str) -> str:
    return f"INCIDENT#{stream}" if _is_incident(stream) else f"STREAM#{stream}"


def query_all(dynamodb: Any, **asked: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # boto3 has no types
    """Ask page after page; DynamoDB ends one at 1 MB."""
    items: list[dict[str, Any]] = []
    while True:
        try:
            page = dynamodb.query(**asked)
        except aws.TROUBLE as error:
            raise TryAgain(f"journal: {aws.code_of(error)}") from error
        items += page["Items"]
        if "LastEvaluatedKey" not in page:
            return items
        asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _target_put(change: Change) -> dict[str, Any]:
    due: Item = {}
    if change.due_at:
        due = {
            "due": {"S": "due"},
            "due_at": {"N": str(millis(change.due_at))},
            "due_kind": {"S": change.due_kind},
        }
    state = {"epoch": {"N": str(change.record.epoch)}, "state": _packed(canonical(write_state(change.record)))}
    return {"Item": {**target_key(change.record.resource), **state, **due}, **_unmoved("epoch", change.expected_epoch)}


def _packed(text: str) -> Attribute:
    """Keep a state readable while it is small; in a storm it would outgrow the 400 KB of an item."""
    return {"S": text} if len(text) <= READABLE else {"B": zlib.compress(text.encode())}


def _unpacked(attribute: Attribute) -> str:
    if "S" in attribute:
        return str(attribute["S"])
    return zlib.decompress(bytes(attribute["B"])).decode()


def _entry_put(entry: Record, record: TargetRecord) -> dict[str, Any]:
    item = {
        "pk": {"S": stream_pk(entry.stream)},
        "sk": {"S": f"{entry.seq:08d}"},
        "record": {"S": entry.text},
        "resource": {"S": record.resource},
    }
    if record.incident and entry.stream == record.incident.id and entry.seq == 1:
        item |= {"opened": {"S": "incident"}, "opened_at": {"N": str(millis(record.incident.opened_at))}}
    return {"Item": item, "ConditionExpression": "attribute_not_exists(pk)"}


def _apart_put(one: Apart, resource: str) -> dict[str, Any]:
    """Its place is overwritten: who writes holds the record, and the record's epoch stands in the same transaction."""
    fires: Item = {} if one.episode.ends_at else {"fires": {"BOOL": True}}
    return {
        "Item": {**_apart_key(resource, place_of(one.key)), "episode": {"S": canonical(to_plain(one))}, **fires},
    }


def _apart_key(resource: str, place: str) -> Item:
    return {"pk": target_key(resource)["pk"], "sk": {"S": f"{EPISODE}{place}"}}


def _apart(item: Item) -> Apart:
    return from_plain(Apart, json.loads(item["episode"]["S"]), "an episode apart")


def _budget_put(budget: Budget) -> dict[str, Any]:
    spent = replace(budget, version=budget.version + 1)
    state = {"version": {"N": str(spent.version)}, "state": {"S": canonical(to_plain(spent))}}
    return {"Item": {**budget_key(budget.name), **state}, **_unmoved("version", budget.version)}


def _unmoved(attribute: str, expected: int) -> dict[str, Any]:
    """Ask that the number is still as it was read; what does not exist yet counts as 0."""
    absent = " OR attribute_not_exists(pk)" if expected == 0 else ""
    return {
        "ConditionExpression": f"#moved = :expected{absent}",
        "ExpressionAttributeNames": {"#moved": attribute},
        "ExpressionAttributeValues": {":expected": {"N": str(expected)}},
    }


def _refusal(resource: str, error: Exception) -> TryAgain:
    reasons = getattr(error, "response", {}).get("CancellationReasons", [])
    codes = {reason.get("Code", "None") for reason in reasons} - {"None"}
    if codes == {"ConditionalCheckFailed"}:
        return Fenced(f"{resource}: epoch, entry or budget moved since it was read")
    return TryAgain(f"journal: {', '.join(sorted(codes)) or aws.code_of(error)}")


def _is_incident(stream: str) -> bool:
    return stream != "control" and not stream.startswith(("release/", "release-gate/"))
