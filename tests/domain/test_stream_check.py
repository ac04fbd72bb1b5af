import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.world import NOON

from responder.domain.audit import GENESIS, Actor, make_record
from responder.domain.finding import Fault, Finding
from responder.domain.plain import sha256
from responder.domain.seal import Version
from responder.domain.stream_check import Followed, Line, finish, follow, read_line
from responder.errors import CannotRead

ACTOR = Actor("function", "respond", "test")
INTENT = {"state": "acting", "intent": {"action_id": "a1"}}
Told = tuple[str, dict[str, Any]]
HEALED: list[Told] = [
    ("received", {"state": "received", "started": [{"name": "Slow"}]}),
    ("decided", INTENT),
    ("acted", {"state": "converging", "action_id": "a1"}),
    ("verified", {"state": "recovered", "action_id": "a1"}),
    ("closed", {"state": "closed", "episodes": [{"disposition": "recovered"}]}),
]


def lines(told: list[Told]) -> list[Line]:
    written: list[Line] = []
    for seq, (kind, facts) in enumerate(told, start=1):
        previous = written[-1].sha256 if written else GENESIS
        at = NOON + timedelta(minutes=seq)
        record = make_record("i1", seq, previous, kind, "chat", facts, ACTOR, "t", at)
        written.append(
            read_line(Version(record.key, f"v{seq}", False, 1, at), record.sha256, record.text.encode())
        )  # a field
    return written


def check(written: list[Line], as_of: datetime = NOON + timedelta(days=1)) -> list[Finding]:
    state, found = Followed(), []
    for line in written:
        state, more = follow(state, line)
        found += more
    return found + finish(state, as_of)


def test_a_story_that_is_told_to_its_end_has_nothing_wrong() -> None:
    assert check(lines(HEALED)) == []


def test_records_a_little_out_of_order_over_the_edge_of_an_hour_are_put_in_order() -> None:
    one, two, three, four, five = lines(HEALED)

    assert check([one, three, two, four, five]) == []


@pytest.mark.parametrize("place", range(4))
def test_a_number_that_is_left_out_is_named(place: int) -> None:
    written = lines(HEALED)
    del written[place]

    found = check(written)

    assert [f.fault for f in found if f.fault is Fault.SEQUENCE_GAP] == [Fault.SEQUENCE_GAP]
    assert f"number {place + 1} of stream i1" in next(f.says for f in found if f.fault is Fault.SEQUENCE_GAP)


def test_a_second_record_of_one_number_is_named() -> None:
    written = lines(HEALED)

    assert [(f.fault, f.version) for f in check([*written, written[2]])] == [(Fault.CHAIN_BREAK, "v3")]


def test_an_effect_that_nothing_intended_is_named() -> None:
    told = [HEALED[0], ("decided", {"state": "received"}), *HEALED[2:]]

    assert [(f.fault, f.version) for f in check(lines(told))] == [(Fault.NO_INTENTION, "v3")]


def test_an_intention_without_an_end_is_named_when_the_trail_goes_on_without_it() -> None:
    written = lines(HEALED[:3])

    assert [f.fault for f in check(written)] == [Fault.NO_END]
    assert check(written, as_of=NOON + timedelta(hours=2)) == []


def test_closing_while_an_action_is_under_way_is_named() -> None:
    assert [f.fault for f in check(lines([*HEALED[:3], HEALED[4]]))] == [Fault.NO_END]


@pytest.mark.parametrize("episodes", [[], [{"name": "Slow"}]])
def test_an_episode_without_a_disposition_is_named(episodes: list[dict[str, str]]) -> None:
    told = [*HEALED[:4], ("closed", {"state": "closed", "episodes": episodes})]

    assert [f.fault for f in check(lines(told))] == [Fault.NO_DISPOSITION]


def test_a_record_that_says_it_is_older_than_the_one_before_it_is_named() -> None:
    written = lines(HEALED)
    line = written[3]
    early = make_record("i1", 4, line.previous, "verified", "chat", HEALED[3][1], ACTOR, "t", NOON - timedelta(hours=1))
    told_early = read_line(Version(early.key, "v4", False, 1, NOON), early.sha256, early.text.encode())  # a field

    assert Fault.BACKDATED in [f.fault for f in check([*written[:3], told_early])]


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"data":{}}', b'{"data":{"seq":"x"}}', json.dumps({"data": 1}).encode()]
)
def test_what_is_no_record_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(CannotRead):
        read_line(Version("k", "v", False, 1, NOON), sha256(content), content)  # a field
