"""How the audit bucket is protected, as S3 says it."""

from typing import Any

from responder.adapters import aws
from responder.errors import CannotKnow, NotThere


class AuditLock:
    """One call: the bucket's default retention."""

    def __init__(self, bucket: str, client: Any) -> None:  # noqa: ANN401  # boto3 has no types
        self._bucket, self._s3 = bucket, client

    def describe(self) -> str:
        try:
            found = self._s3.get_object_lock_configuration(Bucket=self._bucket)["ObjectLockConfiguration"]
        except aws.TROUBLE as error:
            if aws.code_of(error) == "ObjectLockConfigurationNotFoundError":
                raise NotThere(f"bucket {self._bucket} has no Object Lock: records could be changed") from error
            raise CannotKnow(f"bucket {self._bucket}: {aws.code_of(error)}") from error
        retention = found.get("Rule", {}).get("DefaultRetention", {})
        if found.get("ObjectLockEnabled") != "Enabled" or not retention:
            raise NotThere(f"bucket {self._bucket} locks nothing by default: records could be deleted")
        unit = "Days" if "Days" in retention else "Years"
        return f"{retention['Mode']}, {retention[unit]} {unit.lower()}"
