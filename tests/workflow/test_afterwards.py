"""What is done once the service is well again: when it waits, and what may keep it from being done."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.afterwards import a_spent_budget, it_ends, moves, queue_of, records, the_alert, until_well, well_again
from tests.stories.letters import LETTERS, outage
from tests.world import Practice, a_message

from responder.domain.alert import Status
from responder.domain.guard import Reason
from responder.domain.incident import Disposition, State
from responder.domain.journal import VERSION, write_state
from responder.domain.message import decode, encode
from responder.domain.plain import canonical
from responder.domain.plans.requeue import Requeued
from responder.domain.proposing import answer_to
from responder.domain.runbook import parse_quota
from responder.errors import CannotKnow


def test_letters_wait_until_the_alert_has_ended_and_are_then_moved() -> None:
    practice = well_again()
    practice.wait(minutes=5)
    assert moves(practice) == 0

    it_ends(practice)

    assert moves(practice) == 1
    assert practice.incident.disposition is Disposition.RECOVERED
    (followed,) = records(practice, "followed")
    assert followed["intent"]["plan"]["letters"] == 12
    assert records(practice, "verified")[-1]["left"] == 0


def test_an_alert_that_does_not_end_is_a_persons_and_nothing_is_moved() -> None:
    practice = well_again()

    practice.wait(minutes=20)

    assert moves(practice) == 0
    assert (practice.state, practice.incident.says) == (
        State.ESCALATED,
        "recovery was verified, but the alert still fires",
    )
    assert practice.told("page")


def test_an_alert_that_comes_back_meanwhile_is_a_persons() -> None:
    practice = well_again()
    again = replace(the_alert(), starts_at=practice.now, labels={**the_alert().labels, "pod": "b"}, fingerprint="again")
    practice.fires(again)

    practice.deliver(a_message(again, target=practice.target, at=practice.now))

    assert practice.state is State.ESCALATED
    assert moves(practice) == 0


@pytest.mark.parametrize("minutes", [0, 32])
def test_a_quieter_alert_that_outlives_the_outage_holds_up_nothing_and_takes_nothing_back(minutes: int) -> None:
    practice = Practice()
    outage(practice, 12)
    practice.fires(the_alert())
    practice.deliver(a_message(the_alert(), target=practice.target, at=practice.now))
    practice.wait(minutes=minutes)
    spent = a_spent_budget(practice)
    practice.fires(spent)
    practice.deliver(a_message(spent, target=practice.target, at=practice.now))
    practice.wait(minutes=32 - minutes)

    it_ends(practice, minutes=60)

    assert moves(practice) == 1
    assert practice.state is State.RECOVERED, practice.incident.says
    assert not practice.told("page")


def test_without_letters_nothing_is_said_but_it_stands_in_the_record() -> None:
    practice = well_again(letters=0)
    told = len(practice.letters)

    it_ends(practice, minutes=3)

    assert practice.incident.disposition is Disposition.RECOVERED
    assert [one["says"] for one in records(practice, "followed")] == ["no dead letters in chat-dead"]
    assert len(practice.letters) == told


def _off(practice: Practice) -> None:
    practice.modes.settings["global"] = "off"


def _moved_today(practice: Practice) -> None:
    _remember(practice, Requeued(LETTERS.queue, practice.now - timedelta(hours=2), 500))


def _spent(practice: Practice) -> None:
    practice.library = replace(practice.library, fleet=(parse_quota("1 per 1h"),))


def _too_many(practice: Practice) -> None:
    queue_of(practice).fill(practice.target, 1001)


def _another_move(practice: Practice) -> None:
    queue, target = queue_of(practice), practice.target
    queue.apply(target, queue.observe(target), {"letters_per_second": "500"}, "a person")
    queue.applied.clear()
    practice.converge_after = timedelta(hours=1)


def _remember(practice: Practice, move: Requeued) -> None:
    resource = practice.target.resource
    record = practice.journal.read(resource)
    practice.journal.states[resource] = canonical(write_state(replace(record, requeued=(*record.requeued, move))))


@pytest.mark.parametrize(
    ("arrange", "reason"),
    [
        (_off, Reason.MODE),
        (_moved_today, Reason.LOOP),
        (_spent, Reason.BUDGET),
        (_too_many, Reason.PRECONDITION),
        (_another_move, Reason.PRECONDITION),
    ],
)
def test_what_may_not_be_moved_is_left_to_a_person_by_ticket(
    arrange: Callable[[Practice], None], reason: Reason
) -> None:
    practice = well_again()
    arrange(practice)

    it_ends(practice)

    assert moves(practice) == 0
    assert (practice.incident.refusal, practice.incident.disposition) == (reason, Disposition.ESCALATED)
    assert not practice.told("page")
    assert practice.told("ticket")


def test_nobody_moves_letters_while_nobody_can_say_whether_the_alert_ended() -> None:
    practice = well_again()
    practice.alerts.trouble = CannotKnow("connection refused")

    practice.wait(minutes=5)
    assert (practice.state, moves(practice)) == (State.FOLLOWING, 0)
    practice.wait(minutes=15)

    assert moves(practice) == 0
    assert practice.incident.says == "recovery was verified, but nobody can say whether the alert ended"
    assert practice.told("page")


def test_one_look_at_which_nobody_can_tell_only_delays_it() -> None:
    practice = well_again()
    practice.alerts.trouble = CannotKnow("connection refused")
    practice.wait(minutes=2)
    practice.alerts.trouble = None

    it_ends(practice)

    assert moves(practice) == 1


def test_the_pages_own_limits_do_not_count_for_letters_nor_letters_for_them() -> None:
    practice = well_again()
    spent = len(practice.journal.read(practice.target.resource).actions)

    it_ends(practice)

    record = practice.journal.read(practice.target.resource)
    assert len(record.actions) == spent == 1
    assert [(one.queue, one.letters) for one in record.requeued] == [(LETTERS.queue, 12)]


def test_a_second_outage_on_the_same_day_moves_nothing_a_third_time() -> None:
    practice = well_again()
    it_ends(practice)
    practice.wait(hours=2)
    outage(practice, 12)
    practice.alerts.firing.clear()
    later = replace(the_alert(), starts_at=practice.now)
    practice.fires(later)
    practice.deliver(a_message(later, target=practice.target, at=practice.now))
    practice.wait(minutes=31)

    practice.resolve(replace(later, status=Status.RESOLVED, ends_at=practice.now))
    practice.wait(minutes=5)

    assert practice.incident.refusal == Reason.LOOP
    assert moves(practice) == 1


def test_a_person_may_be_asked_about_letters_too() -> None:
    practice = well_again()
    practice.modes.settings["global"] = "suggest"
    it_ends(practice, minutes=2)
    assert (practice.state, moves(practice)) == (State.PROPOSED, 0)

    answer = answer_to(practice.incident, "ann", True, practice.now)
    practice.deliver(decode(encode(answer)))
    practice.wait(minutes=12)

    assert moves(practice) == 1
    assert practice.incident.disposition is Disposition.RECOVERED


def test_nobody_answering_about_letters_wakes_nobody() -> None:
    practice = well_again()
    practice.modes.settings["global"] = "suggest"

    it_ends(practice, minutes=40)

    assert moves(practice) == 0
    assert practice.incident.refusal == Reason.NOT_APPROVED
    assert not practice.told("page")


def test_an_older_responder_leaves_a_follow_up_to_a_newer_one_and_nothing_else() -> None:
    practice = Practice()
    outage(practice, 12)
    practice.fires(the_alert())
    practice.deliver(a_message(the_alert(), target=practice.target, at=practice.now))
    before = write_state(practice.journal.read(practice.target.resource))

    until_well(practice)

    after = write_state(practice.journal.read(practice.target.resource))
    assert (before["v"], after["v"]) == (1, VERSION)


def test_a_target_without_dead_letters_recovers_as_it_always_did() -> None:
    practice = Practice()
    outage(practice, 0)
    (target,) = practice.library.targets
    practice.library = replace(
        practice.library, targets=(replace(target, touch=replace(target.touch, dead_letters=None)),)
    )
    practice.fires(the_alert())
    practice.deliver(a_message(the_alert(), target=practice.target, at=practice.now))
    practice.wait(minutes=31)

    assert practice.state is State.RECOVERED
    assert records(practice, "followed") == []
