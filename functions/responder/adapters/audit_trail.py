"""The audit bucket with all its versions, delete markers and locks; and the one place seals are put."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from responder.adapters import aws
from responder.domain.seal import Held, Lock, Policy, Version
from responder.errors import ActionFailed

SIDE_BY_SIDE = 8  # a client keeps ten connections, and listing goes on meanwhile
AHEAD = 64
GONE = frozenset({"NoSuchKey", "NoSuchVersion", "MethodNotAllowed", "404", "405"})


class AuditTrail:
    """One call per thousand versions listed, and one per version looked at."""

    def __init__(self, bucket: str, client: Any) -> None:  # noqa: ANN401  # boto3 has no types
        self._bucket, self._s3 = bucket, client

    def versions(self, start: str, stop: str) -> Iterator[Version]:
        alike = stop == _behind(start)
        asked = {"Prefix": start if alike else _shared(start, stop), "KeyMarker": "" if alike else start}
        for version in self._listed(**{name: value for name, value in asked.items() if value}):
            if version.key >= stop:
                return
            yield version

    def look(self, versions: Iterable[Version]) -> Iterator[tuple[Version, Held | None]]:
        waiting: deque[tuple[Version, Future[Held | None]]] = deque()
        source = iter(versions)
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            while True:
                more = islice(source, AHEAD - len(waiting))
                waiting.extend((version, pool.submit(self._get, version)) for version in more)
                if not waiting:
                    return
                version, held = waiting.popleft()
                yield version, held.result()

    def put(self, key: str, text: str) -> bytes:
        try:
            self._s3.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=text.encode(),
                ContentType="application/json",
                IfNoneMatch="*",
                ChecksumAlgorithm="SHA256",
            )
        except aws.TROUBLE as error:
            if aws.code_of(error) not in {aws.TAKEN, aws.RACED}:
                raise ActionFailed(f"audit: {key}: {aws.code_of(error)}") from error
            return self._first(key)
        return text.encode()

    def policy(self) -> Policy | None:
        """Return how the bucket locks by default; nothing when it does not."""
        try:
            found = self._s3.get_object_lock_configuration(Bucket=self._bucket)["ObjectLockConfiguration"]
        except aws.TROUBLE as error:
            if aws.code_of(error) == "ObjectLockConfigurationNotFoundError":
                return None
            raise ActionFailed(f"audit: its lock cannot be read: {aws.code_of(error)}") from error
        rule = found.get("Rule", {}).get("DefaultRetention", {})
        return Policy(rule["Mode"], int(rule.get("Days") or 365 * rule["Years"])) if rule else None

    def _listed(self, **asked: str) -> Iterator[Version]:
        try:
            for page in self._s3.get_paginator("list_object_versions").paginate(Bucket=self._bucket, **asked):
                yield from _in_order(page)
        except aws.TROUBLE as error:
            raise ActionFailed(f"audit: the versions cannot be listed: {aws.code_of(error)}") from error

    def _first(self, key: str) -> bytes:
        """Return the version that was written first: what was laid over it later is not the seal."""
        found = [version for version in self._listed(Prefix=key) if version.key == key and not version.marker]
        held = self._get(found[-1]) if found else None
        if held is None:
            raise ActionFailed(f"audit: {key} is taken, but cannot be read")
        return held.content

    def _get(self, version: Version) -> Held | None:
        if version.marker:
            return None
        try:
            found = self._s3.get_object(Bucket=self._bucket, Key=version.key, VersionId=version.id)
            content: bytes = found["Body"].read()
        except aws.TROUBLE as error:
            if aws.code_of(error) in GONE:
                return None
            raise ActionFailed(f"audit: {version.key} version {version.id}: {aws.code_of(error)}") from error
        return Held(content, Lock(found.get("ObjectLockMode"), found.get("ObjectLockRetainUntilDate")))


def _shared(start: str, stop: str) -> str:
    """Return how two keys begin alike, character by character."""
    length = next((place for place, pair in enumerate(zip(start, stop, strict=False)) if len(set(pair)) > 1), None)
    return start[: min(len(start), len(stop)) if length is None else length]


def _in_order(page: dict[str, Any]) -> list[Version]:
    """Merge a page's versions and delete markers: by key, the newest first; a bucket's clock knows only seconds."""
    found = [(not one["IsLatest"], _version(one, marker=True)) for one in page.get("DeleteMarkers", [])]
    found += [(not one["IsLatest"], _version(one, marker=False)) for one in page.get("Versions", [])]
    return [version for _, version in sorted(found, key=lambda one: (one[1].key, one[0], -_seconds(one[1])))]


def _behind(prefix: str) -> str:
    """Return the first key behind all that begin like this."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1) if prefix else ""


def _version(one: dict[str, Any], *, marker: bool) -> Version:
    return Version(one["Key"], one["VersionId"], marker, int(one.get("Size", 0)), one["LastModified"].astimezone(UTC))


def _seconds(version: Version) -> float:
    modified: datetime | None = version.modified
    return modified.timestamp() if modified else 0.0
