"""The quarantine bucket: bytes nobody could read, under their SHA-256."""

from datetime import UTC, datetime
from typing import Any

from responder.adapters import aws
from responder.domain.plain import sha256
from responder.errors import NotThere, TryAgain

LONGEST_CAUSE = 1000  # S3 takes 2 KB of metadata


class S3Quarantine:
    """Written by the functions, read by nobody but the reader role."""

    def __init__(self, bucket: str, client: Any) -> None:  # noqa: ANN401  # boto3 has no types
        self._bucket, self._s3 = bucket, client

    def keep(self, content: bytes, cause: str, now: datetime) -> str:
        key = f"quarantine/{now.astimezone(UTC):%Y-%m-%d}/{sha256(content)}"
        try:
            self._s3.put_object(
                Bucket=self._bucket, Key=key, Body=content, IfNoneMatch="*", Metadata={"cause": _header(cause)}
            )
        except aws.TROUBLE as error:
            if aws.code_of(error) != aws.TAKEN:
                raise TryAgain(f"quarantine: {aws.code_of(error)}") from error
        return key

    def read(self, key: str) -> bytes:
        try:
            found: bytes = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except aws.TROUBLE as error:
            raise NotThere(f"quarantine: {key} cannot be read: {aws.code_of(error)}") from error
        return found


def _header(cause: str) -> str:
    """Metadata travels in a header: printable ASCII on one line."""
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in cause)[:LONGEST_CAUSE].strip()
