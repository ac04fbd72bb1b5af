"""The published schema of a record, held against records of real stories."""

import json
from copy import deepcopy
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator
from tests.audit.trails import honest_records
from tests.world import NOON, ROOT, a_message

from responder.domain.audit import DATASCHEMA, GENESIS, Actor, make_record
from responder.domain.dead_letter import Cause, quarantined
from responder.domain.incident import Disposition, Kind, State
from responder.domain.seal import Version
from responder.domain.stream_check import Followed, follow, read_line

SCHEMA = json.loads((ROOT / "docs" / "audit-record.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)


def records(kind: str = "") -> list[dict[str, Any]]:
    every = [json.loads(text) for text in honest_records().values()]
    return [one for one in every if one["type"].endswith(f".{kind}" if kind else "")]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"] == DATASCHEMA


def test_every_record_of_the_stories_keeps_to_it() -> None:
    faults = [
        f"{one['id']} {one['type']}: {error.json_path} {error.message[:200]}"
        for one in records()
        for error in VALIDATOR.iter_errors(one)
    ]

    assert faults == []


def test_the_stories_tell_of_nearly_everything_that_can_be_recorded() -> None:
    kinds = {one["type"].rsplit(".", 1)[-1] for one in records()}

    assert kinds >= {"received", "decided", "acted", "converged", "verified", "undone", "reverted", "told", "closed"}


def test_every_kind_of_the_journal_is_described() -> None:
    described = {rule["if"]["properties"]["type"]["const"].rsplit(".", 1)[-1] for rule in SCHEMA["allOf"]}

    assert set(get_args(Kind)) - described == set(), "describe it in docs/audit-record.schema.json"


def test_the_closed_lists_are_those_of_the_code() -> None:
    assert SCHEMA["$defs"]["disposition"]["enum"] == [d.value for d in Disposition]


@pytest.mark.parametrize(
    ("kind", "fact"),
    [
        ("received", "notification"),
        ("decided", "guards"),
        ("acted", "outcome"),
        ("verified", "measured"),
        ("closed", "episodes"),
        ("told", "actor"),
    ],
)
def test_a_record_that_leaves_something_out_is_refused(kind: str, fact: str) -> None:
    record = deepcopy(records(kind)[0])
    del record["data"][fact]

    assert not VALIDATOR.is_valid(record)


def test_a_message_that_was_set_aside_is_recorded_with_a_disposition_for_each_episode() -> None:
    moved = quarantined("body", a_message(), Cause.EXHAUSTED, "it broke", "quarantine/1", NOON)
    facts = {"incident_id": moved.incident.id, "state": moved.incident.state, **moved.facts}
    record = make_record("i1", 1, GENESIS, "received", "chat", facts, Actor("function", "drain", "t"), "t", NOON)
    line = read_line(Version(record.key, "v1", False, 1, NOON), record.sha256, record.text.encode())  # a field

    assert list(VALIDATOR.iter_errors(json.loads(record.text))) == []
    assert follow(Followed(), line)[1] == []
    assert line.episodes == line.settled == 1


def test_every_episode_that_was_accepted_has_a_final_disposition() -> None:
    started = [e["fingerprint"] for one in records("received") for e in one["data"]["started"]]
    unseen = [e["fingerprint"] for one in records("received") for e in one["data"]["never_seen_firing"]]
    ended = [e["fingerprint"] for one in records("closed") for e in one["data"]["episodes"]]

    assert sorted(started) == sorted(ended)
    assert len(unseen) == 2
    assert records("closed")[-1]["data"]["state"] == State.CLOSED
