"""The published schema of a record, held against records of real stories."""

import json
from copy import deepcopy
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator
from tests.audit.trails import honest_records
from tests.world import ROOT

from responder.domain.audit import DATASCHEMA
from responder.domain.incident import Disposition, Kind, State

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

    assert set(get_args(Kind)) <= described


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


def test_every_episode_that_was_accepted_has_a_final_disposition() -> None:
    started = [e["fingerprint"] for one in records("received") for e in one["data"]["started"]]
    unseen = [e["fingerprint"] for one in records("received") for e in one["data"]["never_seen_firing"]]
    ended = [e["fingerprint"] for one in records("closed") for e in one["data"]["episodes"]]

    assert sorted(started) == sorted(ended)
    assert len(unseen) == 2
    assert records("closed")[-1]["data"]["state"] == State.CLOSED
