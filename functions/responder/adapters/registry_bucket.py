"""Snapshots of the model registry beside the audit, in the same locked bucket: created once, never changed."""

from datetime import datetime, timedelta
from typing import Any

from responder.adapters import aws
from responder.domain.plain import stamp
from responder.domain.plans.registry import PREFIX, RegistrySnapshot, read_snapshot
from responder.errors import ActionFailed

FAR_BACK = timedelta(days=14)  # how old a snapshot may be to be of use


class RegistryBucket:
    """Names are times, so that the order of names is the order of snapshots."""

    def __init__(self, bucket: str, client: Any) -> None:  # noqa: ANN401  # boto3 has no types
        self._bucket, self._s3 = bucket, client

    def keep(self, snapshot: RegistrySnapshot) -> None:
        try:
            self._s3.put_object(
                Bucket=self._bucket,
                Key=snapshot.key,
                Body=snapshot.text.encode(),
                ContentType="application/json",
                IfNoneMatch="*",
                ChecksumAlgorithm="SHA256",
            )
        except aws.TROUBLE as error:
            raise ActionFailed(f"snapshot {snapshot.key}: {aws.code_of(error)}") from error

    def before(self, moment: datetime, most: int) -> list[RegistrySnapshot]:
        keys = [key for key in self._keys(moment - FAR_BACK) if key < f"{PREFIX}{stamp(moment)}"]
        return [self._get(key) for key in sorted(keys, reverse=True)[:most]]

    def _keys(self, since: datetime) -> list[str]:
        asked = {"Bucket": self._bucket, "Prefix": PREFIX, "StartAfter": f"{PREFIX}{stamp(since)}"}
        try:
            pages = self._s3.get_paginator("list_objects_v2").paginate(**asked)
            return [found["Key"] for page in pages for found in page.get("Contents", [])]
        except aws.TROUBLE as error:
            raise ActionFailed(f"snapshots: {aws.code_of(error)}") from error

    def _get(self, key: str) -> RegistrySnapshot:
        try:
            text = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read().decode()
        except aws.TROUBLE as error:
            raise ActionFailed(f"snapshot {key}: {aws.code_of(error)}") from error
        return read_snapshot(text, key)
