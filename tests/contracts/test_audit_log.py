"""The audit log: created once, read in order."""

from datetime import datetime, timedelta

import pytest
from tests.adapters.cloud import a_bucket
from tests.world import CHAT, NOON

from responder.adapters.audit_bucket import AuditBucket
from responder.adapters.in_memory import InMemoryAudit
from responder.domain.audit import GENESIS, Actor, Record, check_chain, make_record
from responder.errors import ActionFailed
from responder.ports import AuditLog


@pytest.fixture(params=["twin", "bucket"])
def log(request: pytest.FixtureRequest) -> AuditLog:
    if request.param == "twin":
        return InMemoryAudit()
    request.getfixturevalue("cloud")
    return AuditBucket("audit", a_bucket("audit", locked=True))


def a_record(
    seq: int, stream: str = "incident-1", *, at: datetime = NOON, previous: str = GENESIS, says: str = ""
) -> Record:
    actor = Actor("function", "respond", "test")
    return make_record(stream, seq, previous, "received", CHAT.resource, {"says": says}, actor, "trace-1", at)


def test_the_same_record_again_is_fine(log: AuditLog) -> None:
    log.put(a_record(1))
    log.put(a_record(1))

    assert log.read("incident-1") == [a_record(1).text]


def test_other_bytes_under_the_same_name_fail(log: AuditLog) -> None:
    log.put(a_record(1, says="this happened"))

    with pytest.raises(ActionFailed):
        log.put(a_record(1, says="that happened"))
    assert log.read("incident-1") == [a_record(1, says="this happened").text]


def test_a_stream_is_read_in_order_over_the_hours(log: AuditLog) -> None:
    first = a_record(1)
    second = a_record(2, at=NOON + timedelta(hours=3), previous=first.sha256)
    third = a_record(3, at=NOON + timedelta(days=2), previous=second.sha256)
    for record in (third, first, second):
        log.put(record)

    found = log.read("incident-1")

    assert found == [first.text, second.text, third.text]
    assert check_chain(found) == []


def test_streams_whose_names_begin_alike_do_not_mix(log: AuditLog) -> None:
    for stream in ("chat", "chat-2", "release/chat", "control"):
        log.put(a_record(1, stream))

    assert log.read("release/chat") == [a_record(1, "release/chat").text]
    assert log.read("chat") == [a_record(1, "chat").text]


def test_a_stream_nobody_wrote_is_empty(log: AuditLog) -> None:
    assert log.read("incident-9") == []
