"""Dead letters get a second chance, and never go round in circles."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.world import CHAT, NOON

from responder.domain.plans.requeue import ENDED, NEVER, RATE, STARTED, STOPPED, Requeued, plan_requeue, too_often
from responder.domain.remediation import NoPlan, Plan, Snapshot, Standing, Surroundings, classify
from responder.domain.runbook import Action, FollowUp
from responder.domain.things.queue import DeadLetters
from responder.domain.touch import Touch, TouchKind

AT = "arn:aws:sqs:us-east-1:123456789012"
QUEUE = DeadLetters(f"{AT}:chat-dead", (f"{AT}:chat-work",), most=100, rate=5, per_day=2)
TARGET = replace(CHAT, touch=Touch(dead_letters=QUEUE))
SEEN = Snapshot({**NEVER, STARTED: "7", ENDED: "7"}, "completed", True, shape=QUEUE.of, numbered=True, waiting=12)


def _planned(**changes: Any) -> Plan | NoPlan:  # noqa: ANN401  # fields of Snapshot
    around = Surroundings(replace(SEEN, **changes))
    return plan_requeue(TARGET, TouchKind.DEAD_LETTERS, FollowUp(Action.REQUEUE).step, around)


def test_a_plan_asks_for_a_move_after_the_last_one_and_says_how_many_letters_it_is_about() -> None:
    made = _planned()

    assert isinstance(made, Plan)
    assert (made.before, made.desired) == ({STARTED: "7"}, {STARTED: "after 7", RATE: "5", STOPPED: "no"})
    assert (made.stop, made.undoable, made.letters) == ({ENDED: "after 7"}, False, 12)
    assert made.says == "move 12 dead letters of chat-dead back to where they died, 5 a second"
    assert made.command.endswith(f"--source-arn {QUEUE.queue} --max-number-of-messages-per-second 5")
    assert "cancel-message-move-task" in made.undo_command


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"waiting": 0}, "no_letters"),
        ({"waiting": 101}, "too_many"),
        ({"settled": False}, "not_settled"),
        ({"failed": True}, "last_move_failed"),
        ({"shape": ()}, "no_source"),
        ({"shape": (*QUEUE.of, f"{AT}:somebody-else")}, "other_sources"),
    ],
)
def test_what_speaks_against_a_move_is_named(changes: dict[str, Any], reason: str) -> None:
    made = _planned(**changes)

    assert isinstance(made, NoPlan)
    assert made.reason == reason


def test_as_many_as_may_be_are_moved() -> None:
    assert isinstance(_planned(waiting=100), Plan)


@pytest.mark.parametrize(
    ("started", "settled", "rate", "stopped", "standing"),
    [
        ("7", True, "", "no", Standing.BEFORE),
        ("8", False, "5", "no", Standing.DESIRED),
        ("8", True, "5", "no", Standing.DESIRED),
        ("10", True, "5", "no", Standing.DESIRED),
        ("8", True, "500", "no", Standing.OTHER),
        ("8", False, "5", "yes", Standing.IN_PROGRESS),
        ("8", True, "5", "yes", Standing.OTHER),
        ("6", True, "5", "no", Standing.OTHER),
    ],
)
def test_where_a_move_stands_is_read_from_when_it_began(
    started: str,
    settled: bool,  # noqa: FBT001  # a column of the table
    rate: str,
    stopped: str,
    standing: Standing,
) -> None:
    made = _planned()
    assert isinstance(made, Plan)

    seen = replace(SEEN, current={STARTED: started, RATE: rate, STOPPED: stopped}, settled=settled)

    assert classify(seen, made.before, made.desired) is standing


def _moved(letters: int, **ago: float) -> Requeued:
    return Requeued(QUEUE.queue, NOON - timedelta(**ago), letters)


def test_a_queue_is_moved_so_many_times_a_day_and_no_more() -> None:
    past = [_moved(500, hours=20), _moved(500, hours=10)]

    assert too_often(past[:1], QUEUE, 12, NOON) is None
    assert "2 of 2 times within a day" in (too_often(past, QUEUE, 12, NOON) or "")
    assert too_often(past, QUEUE, 12, NOON + timedelta(hours=5)) is None


def test_letters_that_came_back_are_not_moved_again_within_a_day() -> None:
    past = [_moved(12, hours=1)]

    assert too_often(past, QUEUE, 5, NOON) is None
    assert "12 dead letters of chat-dead were moved within a day, and 6 are there again" in (
        too_often(past, QUEUE, 6, NOON) or ""
    )
    assert too_often(past, QUEUE, 6, NOON + timedelta(days=1)) is None


def test_another_queue_has_a_counter_of_its_own() -> None:
    other = replace(_moved(12, hours=1), queue=f"{AT}:other-dead")

    assert too_often([other, other], QUEUE, 12, NOON) is None
