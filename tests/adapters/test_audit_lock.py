import pytest
from botocore.exceptions import ReadTimeoutError
from tests.adapters.cloud import losing, scripted

from responder.adapters import aws
from responder.adapters.audit_lock import AuditLock
from responder.errors import CannotKnow, NotThere


@pytest.mark.parametrize(
    ("retention", "says"),
    [
        ({"Mode": "COMPLIANCE", "Days": 400}, "COMPLIANCE, 400 days"),
        ({"Mode": "COMPLIANCE", "Years": 7}, "COMPLIANCE, 7 years"),
    ],
)
def test_the_length_is_said_in_the_unit_it_was_set(retention: dict[str, object], says: str) -> None:
    client, script = scripted("s3")
    rule = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}}
    script.add_response("get_object_lock_configuration", {"ObjectLockConfiguration": rule}, {"Bucket": "audit"})

    assert AuditLock("audit", client).describe() == says


def test_a_lock_without_a_default_protects_nothing() -> None:
    client, script = scripted("s3")
    script.add_response("get_object_lock_configuration", {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}})

    with pytest.raises(NotThere, match="locks nothing by default"):
        AuditLock("audit", client).describe()


def test_a_bucket_that_does_not_answer_is_not_known() -> None:
    client = losing(aws.make_client("s3"), ReadTimeoutError(endpoint_url="https://s3"))

    with pytest.raises(CannotKnow):
        AuditLock("audit", client).describe()
