import json

import pytest
from tests.world import NOON

from responder.domain.audit import GENESIS, Actor, Record, check_chain, make_record, record_of

ACTOR = Actor("function", "respond", "abc123", "respond:7", "c0ffee")


def _chain(length: int) -> list[Record]:
    records: list[Record] = []
    for seq in range(1, length + 1):
        previous = records[-1].sha256 if records else GENESIS
        records.append(make_record("i1", seq, previous, "acted", "chat", {"n": seq}, ACTOR, "trace-1", NOON))
    return records


def _texts(length: int = 4) -> list[str]:
    return [record.text for record in _chain(length)]


def test_a_record_is_a_cloud_event_that_stands_alone() -> None:
    (record,) = _chain(1)

    event = json.loads(record.text)
    assert event["specversion"] == "1.0"
    assert event["id"] == "i1/1"
    assert event["type"] == "llm.responder.acted"
    assert event["subject"] == "chat"
    assert event["data"]["actor"] == {
        "kind": "function",
        "name": "respond",
        "version": "abc123",
        "instance": "respond:7",
    }
    assert event["data"]["config_sha256"] == "c0ffee"
    assert event["data"]["trace_id"] == "trace-1"
    assert event["data"]["n"] == 1


def test_a_record_goes_under_the_hour_in_which_it_was_recorded() -> None:
    assert _chain(2)[1].key == "audit/v1/2026-11-25T12/i1/00000002.json"


def test_a_record_is_rebuilt_from_its_bytes_with_its_key() -> None:
    (record,) = _chain(1)

    assert record_of(record.text) == record


def test_an_untouched_chain_holds() -> None:
    assert check_chain(_texts()) == []
    assert check_chain([]) == []


@pytest.mark.parametrize("place", range(3))
def test_an_edited_record_breaks_the_chain_behind_it(place: int) -> None:
    texts = _texts()
    texts[place] = texts[place].replace('"n":', '"m":')

    assert check_chain(texts) == [f"record {place + 2}: does not follow the record before it"]


@pytest.mark.parametrize("place", range(3))
def test_a_dropped_record_is_noticed(place: int) -> None:
    texts = _texts()
    del texts[place]

    assert check_chain(texts)[0] == f"record {place + 1}: sequence says {place + 2}"


def test_records_in_another_order_are_noticed() -> None:
    first, second, *rest = _texts()

    assert check_chain([second, first, *rest]) != []


def test_a_record_put_in_between_is_noticed() -> None:
    first, *rest = _texts()

    assert check_chain([first, first, *rest]) != []
