from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from tests.adapters.cloud import TABLE, a_table, losing, scripted
from tests.world import CHAT, NOON

from responder.adapters import aws
from responder.adapters.agenda_table import AgendaTable
from responder.adapters.journal_table import JournalTable, budget_key, target_key
from responder.domain.alert import Severity
from responder.domain.audit import GENESIS, Actor, make_record
from responder.domain.incident import Episode, Incident
from responder.domain.journal import Budget, Change, TargetRecord
from responder.domain.plain import millis, sha256
from responder.errors import Fenced, TryAgain

ENTRY = make_record("incident-1", 1, GENESIS, "received", "chat", {}, Actor("function", "respond", "test"), "t", NOON)
INCIDENT = Incident(id="incident-1", resource=CHAT.resource, opened_at=NOON, trace_id="t")
CHANGE = Change(TargetRecord(CHAT.resource, 1, incident=INCIDENT), 0, (ENTRY,), (Budget("fleet"),), NOON, "tell")


def refused(*codes: str, code: str = "TransactionCanceledException") -> TryAgain:
    """Return what a write raises when the transaction is cancelled for these reasons."""
    client, script = scripted("dynamodb")
    reasons = {"CancellationReasons": [{"Code": each} for each in codes]} if codes else None
    script.add_client_error("transact_write_items", code, http_status_code=400, modeled_fields=reasons)
    with pytest.raises(TryAgain) as raised:
        JournalTable(TABLE, client).write(CHANGE)
    return raised.value


def items(client: Any, key: str) -> Sequence[dict[str, Any]]:  # noqa: ANN401  # boto3 has no types
    found: list[dict[str, Any]] = client.scan(TableName=TABLE)["Items"]
    return [item for item in found if item["pk"]["S"].startswith(key)]


def test_a_condition_that_fails_means_somebody_else_holds_it() -> None:
    assert isinstance(refused("ConditionalCheckFailed", "None", "None"), Fenced)


@pytest.mark.parametrize("busy", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_conflict_is_try_again_and_not_a_refusal(busy: str) -> None:
    assert not isinstance(refused("None", busy, "None"), Fenced)


def test_a_conflict_beside_a_failed_condition_says_nothing_about_the_condition() -> None:
    assert not isinstance(refused("ConditionalCheckFailed", "TransactionConflict", "None"), Fenced)


def test_a_throttled_table_is_try_again() -> None:
    assert not isinstance(refused(code="ProvisionedThroughputExceededException"), Fenced)


def test_an_unreachable_table_is_try_again() -> None:
    client = losing(aws.make_client("dynamodb"), EndpointConnectionError(endpoint_url="https://dynamodb"))

    with pytest.raises(TryAgain):
        JournalTable(TABLE, client).write(CHANGE)
    with pytest.raises(TryAgain):
        JournalTable(TABLE, client).read(CHAT.resource)
    with pytest.raises(TryAgain):
        AgendaTable(TABLE, client).due(NOON)


def test_a_state_is_read_consistently() -> None:
    client, script = scripted("dynamodb")
    asked = {"TableName": TABLE, "Key": target_key(CHAT.resource), "ConsistentRead": True}
    script.add_response("get_item", {}, asked)

    JournalTable(TABLE, client).read(CHAT.resource)

    script.assert_no_pending_responses()


def test_half_an_answer_about_budgets_is_no_answer() -> None:
    client, script = scripted("dynamodb")
    left = {TABLE: {"Keys": [budget_key("fleet")]}}
    script.add_response("batch_get_item", {"Responses": {TABLE: []}, "UnprocessedKeys": left})

    with pytest.raises(TryAgain):
        AgendaTable(TABLE, client).budgets(["fleet"])


@pytest.mark.usefixtures("cloud")
def test_only_what_is_due_stands_in_the_index() -> None:
    client = a_table()
    journal = JournalTable(TABLE, client)

    journal.write(Change(TargetRecord("due", 1), 0, due_at=NOON, due_kind="tell"))
    journal.write(Change(TargetRecord("quiet", 1), 0))

    assert items(client, "TARGET#due")[0]["due_at"] == {"N": str(millis(NOON))}
    assert not items(client, "TARGET#quiet")[0].keys() & {"due", "due_at", "due_kind"}


@pytest.mark.usefixtures("cloud")
def test_the_first_entry_of_an_incident_opens_it() -> None:
    client = a_table()

    JournalTable(TABLE, client).write(CHANGE)

    first = items(client, "INCIDENT#incident-1")[0]
    assert (first["sk"], first["opened"]) == ({"S": "00000001"}, {"S": "incident"})
    assert first["record"] == {"S": ENTRY.text}


@pytest.mark.usefixtures("cloud")
def test_named_streams_stand_apart_from_incidents() -> None:
    client = a_table()
    flip = make_record("control", 1, GENESIS, "flipped", "control", {}, Actor("function", "sweep", "test"), "t", NOON)

    JournalTable(TABLE, client).write(Change(TargetRecord("control", 1), 0, (flip,)))

    assert items(client, "STREAM#control")
    assert not items(client, "INCIDENT#")


@pytest.mark.usefixtures("cloud")
def test_an_agenda_longer_than_a_page_is_read_to_its_end() -> None:
    client = a_table()
    for number in range(30):
        due_at = NOON - timedelta(minutes=number)
        JournalTable(TABLE, client).write(Change(TargetRecord(f"r-{number:02d}", 1), 0, due_at=due_at, due_kind="tell"))
    client.meta.events.register("provide-client-params.dynamodb.Query", lambda params, **_: {**params, "Limit": 7})

    due = AgendaTable(TABLE, client).due(NOON)

    assert [resource for resource, _ in due] == [f"r-{number:02d}" for number in range(29, -1, -1)]


@pytest.mark.usefixtures("cloud")
def test_what_an_older_version_left_of_a_storm_in_one_item_is_read_back() -> None:
    client = a_table()
    names = [f"{number:016x}" for number in range(5000)]
    episodes = tuple(Episode("am", sha256(n)[:16], f"Alert{n}", Severity.CRITICAL, NOON, NOON) for n in names)
    record = TargetRecord(CHAT.resource, 1, incident=replace(INCIDENT, episodes=episodes))
    books = JournalTable(TABLE, client)

    books.write(Change(record, 0))

    (item,) = items(client, "TARGET#")
    assert len(item["state"]["B"]) < 400_000
    assert books.read(CHAT.resource) == record
