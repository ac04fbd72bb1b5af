"""An OpsCenter for practice: CreateOpsItem and UpdateOpsItem as SSM speaks them (JSON 1.1), with its rules.

While an item with the same deduplication string is open, a second create is refused with the id of the first;
once it is resolved a new one may be made. The string itself can never be changed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.local.desk import Fact, Reply

DEDUP = "/aws/dedup"
OPEN = ("Open", "InProgress", "Pending")
LONGEST = {"Title": 1024, "Description": 2048, "Source": 128, "Category": 64, "Severity": 64}
LONGEST_DATA = 20_480


@dataclass
class OpsCenter:
    """All items by id."""

    items: dict[str, Fact] = field(default_factory=dict)
    down: bool = False

    def __call__(self, _method: str, _path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Answer one request."""
        if self.down:
            return 400, {"__type": "OpsItemAccessDeniedException", "Message": "no"}
        asked = json.loads(body)
        match headers.get("x-amz-target"):
            case "AmazonSSM.CreateOpsItem":
                return self._create(asked)
            case "AmazonSSM.UpdateOpsItem":
                return self._update(asked)
        return 400, {"__type": "UnknownOperationException"}

    def _create(self, asked: Fact) -> Reply:
        if wrong := _wrong(asked):
            return wrong
        key = _dedup(asked)
        same = next((i for i, one in self.items.items() if key and _dedup(one) == key and one["Status"] in OPEN), None)
        if same:
            return 400, {"__type": "OpsItemAlreadyExistsException", "Message": "exists", "OpsItemId": same}
        made = f"oi-{len(self.items) + 1:012x}"
        self.items[made] = {**asked, "Status": "Open"}
        return 200, {"OpsItemId": made}

    def _update(self, asked: Fact) -> Reply:
        if asked["OpsItemId"] not in self.items:
            return 400, {"__type": "OpsItemNotFoundException", "Message": "no such item"}
        item = self.items[asked["OpsItemId"]]
        if DEDUP in asked.get("OperationalData", {}):
            return _invalid("the deduplication string cannot be changed")
        changed = {**item, **asked, "OperationalData": {**item["OperationalData"], **asked.get("OperationalData", {})}}
        if wrong := _wrong(changed):
            return wrong
        self.items[asked["OpsItemId"]] = changed
        return 200, {}


def _wrong(item: Fact) -> Reply | None:
    for name, most in LONGEST.items():
        if len(item.get(name, "")) > most:
            return _invalid(f"{name} is longer than {most}")
    for name in ("Title", "Description", "Source"):
        if not item.get(name, "").strip():
            return _invalid(f"{name} is missing")
    if sum(len((k + one["Value"]).encode()) for k, one in item.get("OperationalData", {}).items()) > LONGEST_DATA:
        return 400, {"__type": "OpsItemLimitExceededException", "Message": "too much operational data"}
    return None


def _dedup(item: Fact) -> str | None:
    written = item.get("OperationalData", {}).get(DEDUP, {}).get("Value")
    return json.loads(written)["dedupString"] if written else None


def _invalid(says: str) -> Reply:
    return 400, {"__type": "OpsItemInvalidParameterException", "Message": says}
