"""The audit bucket: every record is created once, and nothing here can change or remove it.

A put that finds its name taken is fine when the bytes are the same (our own earlier try) and a failure when
they are not: two truths under one name must stop an action, never be papered over.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from responder.adapters import aws
from responder.domain.audit import Record
from responder.errors import ActionFailed

ROOT = "audit/v1/"


class AuditBucket:
    """One call per record; reading a stream lists every hour's folder, unless hints narrow it."""

    def __init__(self, bucket: str, client: Any) -> None:  # noqa: ANN401  # boto3 has no types
        self._bucket, self._s3 = bucket, client

    def put(self, record: Record) -> None:
        try:
            self._s3.put_object(
                Bucket=self._bucket,
                Key=record.key,
                Body=record.text.encode(),
                ContentType="application/json",
                IfNoneMatch="*",
                ChecksumAlgorithm="SHA256",
            )
        except aws.TROUBLE as error:
            if aws.code_of(error) not in {aws.TAKEN, aws.RACED}:
                raise ActionFailed(f"audit: {aws.code_of(error)}") from error
            self._compare(record)

    def read(self, stream: str, *, since: datetime | None = None, until: datetime | None = None) -> list[str]:
        hours = self._hours(since, until)
        keys = [key for hour in hours for key in self._list("Contents", "Key", Prefix=f"{hour}{stream}/")]
        return [self._get(key).decode() for key in sorted(keys, key=lambda key: key.rsplit("/", 1)[-1])]

    def _compare(self, record: Record) -> None:
        if self._get(record.key) != record.text.encode():
            raise ActionFailed(f"audit: {record.key} exists with other bytes")

    def _get(self, key: str) -> bytes:
        try:
            content: bytes = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except aws.TROUBLE as error:
            raise ActionFailed(f"audit: {key}: {aws.code_of(error)}") from error
        return content

    def _hours(self, since: datetime | None, until: datetime | None) -> list[str]:
        after = {"StartAfter": _hour(since)} if since else {}
        folders = self._list("CommonPrefixes", "Prefix", Prefix=ROOT, Delimiter="/", **after)
        return [folder for folder in folders if until is None or folder <= f"{_hour(until)}/"]

    def _list(self, what: str, name: str, **asked: str) -> Iterator[str]:
        try:
            for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, **asked):
                yield from (found[name] for found in page.get(what, []))
        except aws.TROUBLE as error:
            raise ActionFailed(f"audit: {aws.code_of(error)}") from error


def _hour(moment: datetime) -> str:
    return f"{ROOT}{moment.astimezone(UTC):%Y-%m-%dT%H}"
