"""Read what the responder wrote: the journal in the table, and its export in the locked bucket."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.local.clouds import Clouds

TYPE_PREFIX = "llm.responder."


@dataclass(frozen=True)
class Entry:
    """One step of one incident."""

    incident: str
    seq: int
    kind: str
    time: str
    data: Mapping[str, Any]
    text: str = ""


@dataclass(frozen=True)
class Locked:
    """One object of the audit bucket, with how it is locked."""

    key: str
    record: Mapping[str, Any]
    mode: str | None


def read_journal(clouds: Clouds, table: str) -> list[Entry]:
    """Read every entry of every incident, in the order of the steps."""
    pages = (
        clouds.client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=table,
            FilterExpression="begins_with(pk, :incident)",
            ExpressionAttributeValues={":incident": {"S": "INCIDENT#"}},
            ConsistentRead=True,
        )
    )
    entries = [_read(item) for page in pages for item in page["Items"] if "record" in item]
    return sorted(entries, key=lambda entry: (entry.time, entry.seq))


def read_audit(clouds: Clouds, bucket: str) -> list[Locked]:
    """Read every object of the audit, and ask of each how it is locked."""
    s3 = clouds.client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    keys = [one["Key"] for page in pages for one in page.get("Contents", [])]
    heads = [s3.get_object(Bucket=bucket, Key=key) for key in keys]
    return [
        Locked(key, json.loads(head["Body"].read()), head.get("ObjectLockMode"))
        for key, head in zip(keys, heads, strict=True)
    ]


def _read(item: Mapping[str, Mapping[str, str]]) -> Entry:
    record = json.loads(item["record"]["S"])
    return Entry(
        incident=item["pk"]["S"].removeprefix("INCIDENT#"),
        seq=int(item["sk"]["S"]),
        kind=record["type"].removeprefix(TYPE_PREFIX),
        time=record["time"],
        data=record["data"],
        text=item["record"]["S"],
    )
