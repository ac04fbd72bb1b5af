from datetime import timedelta
from io import BytesIO

import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.response import StreamingBody
from tests.adapters.cloud import a_bucket, losing, scripted
from tests.world import NOON

from responder.adapters import aws
from responder.adapters.audit_bucket import AuditBucket
from responder.domain.audit import GENESIS, Actor, Record, make_record
from responder.errors import ActionFailed


def a_record(seq: int = 1, hours: int = 0) -> Record:
    actor, at = Actor("function", "respond", "test"), NOON + timedelta(hours=hours)
    return make_record("incident-1", seq, GENESIS, "received", "chat", {}, actor, "trace-1", at)


def test_a_record_is_created_once_with_a_checksum_the_bucket_checks() -> None:
    client, script = scripted("s3")
    asked = {
        "Bucket": "audit",
        "Key": "audit/v1/2026-11-25T12/incident-1/00000001.json",
        "Body": a_record().text.encode(),
        "ContentType": "application/json",
        "IfNoneMatch": "*",
        "ChecksumAlgorithm": "SHA256",
    }
    script.add_response("put_object", {}, asked)

    AuditBucket("audit", client).put(a_record())

    script.assert_no_pending_responses()


def test_losing_a_race_against_ones_own_earlier_try_is_fine() -> None:
    client, script = scripted("s3")
    script.add_client_error("put_object", "ConditionalRequestConflict", http_status_code=409)
    content = a_record().text.encode()
    script.add_response("get_object", {"Body": StreamingBody(BytesIO(content), len(content))})

    AuditBucket("audit", client).put(a_record())

    script.assert_no_pending_responses()


def test_a_name_that_is_taken_by_something_unreadable_has_failed() -> None:
    client, script = scripted("s3")
    script.add_client_error("put_object", "PreconditionFailed", http_status_code=412)
    script.add_client_error("get_object", "AccessDenied", http_status_code=403)

    with pytest.raises(ActionFailed, match="AccessDenied"):
        AuditBucket("audit", client).put(a_record())


def test_an_unreachable_bucket_has_failed() -> None:
    bucket = AuditBucket("audit", losing(aws.make_client("s3"), ReadTimeoutError(endpoint_url="https://s3")))

    with pytest.raises(ActionFailed):
        bucket.put(a_record())
    with pytest.raises(ActionFailed):
        bucket.read("incident-1")


@pytest.mark.usefixtures("cloud")
def test_the_bucket_keeps_the_records_own_digest() -> None:
    client = a_bucket("audit", locked=True)

    AuditBucket("audit", client).put(a_record())

    found = client.head_object(Bucket="audit", Key=a_record().key, ChecksumMode="ENABLED")
    assert found["ContentType"] == "application/json"
    assert found["ChecksumSHA256"]


@pytest.mark.usefixtures("cloud")
def test_hints_narrow_the_hours_that_are_looked_into() -> None:
    bucket = AuditBucket("audit", a_bucket("audit", locked=True))
    records = [a_record(seq, hours=seq) for seq in range(1, 6)]
    for record in records:
        bucket.put(record)

    found = bucket.read("incident-1", since=NOON + timedelta(hours=2), until=NOON + timedelta(hours=4, minutes=30))

    assert found == [record.text for record in records[1:4]]
