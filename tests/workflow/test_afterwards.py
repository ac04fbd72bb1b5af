"""What is done once the service is well again, guarded as everything is, by counters of its own."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.stories.letters import LETTERS, outage
from tests.world import Practice, a_message, an_alert

from responder.adapters.in_memory_dead_letters import InMemoryDeadLetters
from responder.domain.alert import Alert, Status
from responder.domain.guard import Reason
from responder.domain.hearing import hear
from responder.domain.incident import Disposition, State
from responder.domain.journal import VERSION, write_state
from responder.domain.message import decode, encode
from responder.domain.plain import canonical
from responder.domain.plans.requeue import Requeued
from responder.domain.proposing import answer_to
from responder.domain.runbook import parse_quota
from responder.domain.said import Did, Said
from responder.domain.touch import TouchKind
from responder.errors import CannotKnow
from responder.workflow.hold import Written
from responder.workflow.measures import of_steps

SLOW = {"runbook": "runbooks/api_timeout.md"}


def _alert() -> Alert:
    return replace(an_alert(alertname="LLMRequestTimeouts"), annotations=SLOW)


def _queue(practice: Practice) -> InMemoryDeadLetters:
    queue = practice.things[TouchKind.DEAD_LETTERS]
    assert isinstance(queue, InMemoryDeadLetters)
    return queue


def _well_again(letters: int = 12) -> Practice:
    """An outage is over, the circuit was closed again, and the alert still fires."""
    practice = Practice()
    outage(practice, letters)
    _until_well(practice)
    return practice


def _until_well(practice: Practice) -> None:
    practice.fires(_alert())
    practice.deliver(a_message(_alert(), target=practice.target, at=practice.now))
    practice.wait(minutes=31)
    assert practice.state is State.FOLLOWING, practice.incident.says


def _ends(practice: Practice, minutes: int = 12) -> None:
    practice.resolve(replace(_alert(), status=Status.RESOLVED, ends_at=practice.now))
    practice.wait(minutes=minutes)


def _moves(practice: Practice) -> int:
    return len(_queue(practice).applied)


def _records(practice: Practice, kind: str) -> list[dict[str, Any]]:
    entries = [json.loads(text) for text in practice.audit.read(practice.incident.id)]
    return [one["data"] for one in entries if one["type"].endswith(f".{kind}")]


def test_letters_wait_until_the_alert_has_ended_and_are_then_moved() -> None:
    practice = _well_again()
    practice.wait(minutes=5)
    assert _moves(practice) == 0

    _ends(practice)

    assert _moves(practice) == 1
    assert practice.incident.disposition is Disposition.RECOVERED
    (followed,) = _records(practice, "followed")
    assert followed["intent"]["plan"]["letters"] == 12
    assert _records(practice, "verified")[-1]["left"] == 0


def test_an_alert_that_does_not_end_is_a_persons_and_nothing_is_moved() -> None:
    practice = _well_again()

    practice.wait(minutes=20)

    assert _moves(practice) == 0
    assert (practice.state, practice.incident.says) == (
        State.ESCALATED,
        "recovery was verified, but the alert still fires",
    )
    assert practice.told("page")


def test_an_alert_that_comes_back_meanwhile_is_a_persons() -> None:
    practice = _well_again()
    again = replace(_alert(), starts_at=practice.now, labels={**_alert().labels, "pod": "b"}, fingerprint="again")
    practice.fires(again)

    practice.deliver(a_message(again, target=practice.target, at=practice.now))

    assert practice.state is State.ESCALATED
    assert _moves(practice) == 0


def _spent_budget(practice: Practice) -> Alert:
    """What remembers the outage for days, and asks for no more than a ticket."""
    alert = an_alert(alertname="LLMErrorBudgetSpent", severity="ticket", at=practice.now)
    return replace(alert, annotations={"runbook": "runbooks/error_rate.md"})


@pytest.mark.parametrize("minutes", [0, 32])
def test_a_quieter_alert_that_outlives_the_outage_holds_up_nothing_and_takes_nothing_back(minutes: int) -> None:
    practice = Practice()
    outage(practice, 12)
    practice.fires(_alert())
    practice.deliver(a_message(_alert(), target=practice.target, at=practice.now))
    practice.wait(minutes=minutes)
    spent = _spent_budget(practice)
    practice.fires(spent)
    practice.deliver(a_message(spent, target=practice.target, at=practice.now))
    practice.wait(minutes=32 - minutes)

    _ends(practice, minutes=60)

    assert _moves(practice) == 1
    assert practice.state is State.RECOVERED, practice.incident.says
    assert not practice.told("page")


def test_without_letters_nothing_is_said_but_it_stands_in_the_record() -> None:
    practice = _well_again(letters=0)
    told = len(practice.letters)

    _ends(practice, minutes=3)

    assert practice.incident.disposition is Disposition.RECOVERED
    assert [one["says"] for one in _records(practice, "followed")] == ["no dead letters in chat-dead"]
    assert len(practice.letters) == told


def test_what_was_done_afterwards_is_told_beside_what_healed_it() -> None:
    practice = _well_again()

    _ends(practice)

    update = practice.told("update")[-1]
    assert "What we did, and led back: open the circuit app/prod/routing" in update.body
    assert "What we did afterwards: move 12 dead letters of chat-dead back to where they died" in update.body


def test_while_letters_are_moved_people_hear_that_it_is_well_and_what_goes_on() -> None:
    update = _well_again().told("update")[-1]

    assert "recovered; automation is clearing up" in update.subject
    assert "To take it back by hand" not in update.body


def _off(practice: Practice) -> None:
    practice.modes.settings["global"] = "off"


def _moved_today(practice: Practice) -> None:
    _remember(practice, Requeued(LETTERS.queue, practice.now - timedelta(hours=2), 500))


def _spent(practice: Practice) -> None:
    practice.library = replace(practice.library, fleet=(parse_quota("1 per 1h"),))


def _too_many(practice: Practice) -> None:
    _queue(practice).fill(practice.target, 1001)


def _another_move(practice: Practice) -> None:
    queue, target = _queue(practice), practice.target
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
    practice = _well_again()
    arrange(practice)

    _ends(practice)

    assert _moves(practice) == 0
    assert (practice.incident.refusal, practice.incident.disposition) == (reason, Disposition.ESCALATED)
    assert not practice.told("page")
    assert practice.told("ticket")


def test_nobody_moves_letters_while_nobody_can_say_whether_the_alert_ended() -> None:
    practice = _well_again()
    practice.alerts.trouble = CannotKnow("connection refused")

    practice.wait(minutes=5)
    assert (practice.state, _moves(practice)) == (State.FOLLOWING, 0)
    practice.wait(minutes=15)

    assert _moves(practice) == 0
    assert practice.incident.says == "recovery was verified, but nobody can say whether the alert ended"
    assert practice.told("page")


def test_one_look_at_which_nobody_can_tell_only_delays_it() -> None:
    practice = _well_again()
    practice.alerts.trouble = CannotKnow("connection refused")
    practice.wait(minutes=2)
    practice.alerts.trouble = None

    _ends(practice)

    assert _moves(practice) == 1


def test_the_pages_own_limits_do_not_count_for_letters_nor_letters_for_them() -> None:
    practice = _well_again()
    spent = len(practice.journal.read(practice.target.resource).actions)

    _ends(practice)

    record = practice.journal.read(practice.target.resource)
    assert len(record.actions) == spent == 1
    assert [(one.queue, one.letters) for one in record.requeued] == [(LETTERS.queue, 12)]


def test_a_second_outage_on_the_same_day_moves_nothing_a_third_time() -> None:
    practice = _well_again()
    _ends(practice)
    practice.wait(hours=2)
    outage(practice, 12)
    practice.alerts.firing.clear()
    later = replace(_alert(), starts_at=practice.now)
    practice.fires(later)
    practice.deliver(a_message(later, target=practice.target, at=practice.now))
    practice.wait(minutes=31)

    practice.resolve(replace(later, status=Status.RESOLVED, ends_at=practice.now))
    practice.wait(minutes=5)

    assert practice.incident.refusal == Reason.LOOP
    assert _moves(practice) == 1


def test_letters_that_die_again_are_a_persons_and_no_command_is_offered_to_move_them_once_more() -> None:
    practice = _well_again()
    _queue(practice).die_again = 1.0

    _ends(practice)

    assert practice.incident.disposition is Disposition.ESCALATED
    assert "12 dead letters moved, and 12 are there again" in practice.incident.says
    update = practice.told("update")[-1]
    assert "aws sqs receive-message" in update.body
    assert "start-message-move-task" not in update.body


def test_what_can_wait_wakes_nobody_whatever_quieter_alert_began_meanwhile() -> None:
    practice = _well_again()
    _queue(practice).die_again = 1.0
    spent = _spent_budget(practice)
    practice.fires(spent)
    practice.deliver(a_message(spent, target=practice.target, at=practice.now))

    _ends(practice)
    practice.wait(minutes=30)

    assert "are there again" in practice.incident.says
    assert not practice.told("page")


def test_a_few_that_die_again_are_no_loop() -> None:
    practice = _well_again()
    _queue(practice).die_again = 0.4

    _ends(practice)

    assert practice.incident.disposition is Disposition.RECOVERED
    assert _records(practice, "verified")[-1]["left"] == 5


def test_a_move_is_stopped_the_moment_the_service_is_not_well_any_more_and_a_person_is_paged() -> None:
    practice = _well_again()
    practice.converge_after = timedelta(hours=1)
    _ends(practice, minutes=3)
    assert _moves(practice) == 1

    practice.metrics.timeouts = lambda _: 0.2
    practice.wait(minutes=3)

    seen = _queue(practice).observe(practice.target)
    assert (seen.state, seen.waiting) == ("cancelled", 12)
    assert practice.state in (State.ESCALATED, State.CLOSED)
    (page,) = practice.told("page")
    assert "the service did not stay well; it was stopped" in page.body
    assert "and stopped it" in page.body


def test_a_move_that_does_not_come_to_its_end_is_stopped() -> None:
    practice = _well_again()
    practice.converge_after = timedelta(hours=3)

    _ends(practice, minutes=60)

    assert _queue(practice).observe(practice.target).state == "cancelled"
    assert "it was not done in time" in practice.incident.says


def test_whoever_takes_over_while_letters_are_moved_hears_that_the_move_goes_on() -> None:
    practice = _well_again()
    practice.converge_after = timedelta(hours=1)
    _ends(practice, minutes=3)
    who = Said(practice.incident.id, Did.ACKNOWLEDGED, "ann", "pagerduty", practice.now, "event-1")

    moved = hear(practice.incident, who, practice.now)

    assert moved is not None
    assert moved.incident.state is State.ESCALATED
    assert "what was begun goes on by itself" in moved.incident.says


def test_a_person_may_be_asked_about_letters_too() -> None:
    practice = _well_again()
    practice.modes.settings["global"] = "suggest"
    _ends(practice, minutes=2)
    assert (practice.state, _moves(practice)) == (State.PROPOSED, 0)

    answer = answer_to(practice.incident, "ann", True, practice.now)
    practice.deliver(decode(encode(answer)))
    practice.wait(minutes=12)

    assert _moves(practice) == 1
    assert practice.incident.disposition is Disposition.RECOVERED


def test_nobody_answering_about_letters_wakes_nobody() -> None:
    practice = _well_again()
    practice.modes.settings["global"] = "suggest"

    _ends(practice, minutes=40)

    assert _moves(practice) == 0
    assert practice.incident.refusal == Reason.NOT_APPROVED
    assert not practice.told("page")


def test_an_older_responder_leaves_a_follow_up_to_a_newer_one_and_nothing_else() -> None:
    practice = Practice()
    outage(practice, 12)
    practice.fires(_alert())
    practice.deliver(a_message(_alert(), target=practice.target, at=practice.now))
    before = write_state(practice.journal.read(practice.target.resource))

    _until_well(practice)

    after = write_state(practice.journal.read(practice.target.resource))
    assert (before["v"], after["v"]) == (1, VERSION)


def test_a_target_without_dead_letters_recovers_as_it_always_did() -> None:
    practice = Practice()
    outage(practice, 0)
    (target,) = practice.library.targets
    practice.library = replace(
        practice.library, targets=(replace(target, touch=replace(target.touch, dead_letters=None)),)
    )
    practice.fires(_alert())
    practice.deliver(a_message(_alert(), target=practice.target, at=practice.now))
    practice.wait(minutes=31)

    assert practice.state is State.RECOVERED
    assert _records(practice, "followed") == []


def test_how_soon_we_act_is_measured_of_what_heals_and_not_of_what_clears_up() -> None:
    practice = _well_again()
    acting = replace(practice.incident, follows=0, acted_at=practice.now)
    facts = {"action": "requeue", "outcome": {"result": "accepted"}}

    measured = [
        [m.name for m in of_steps([Written("acted", facts, incident)], practice.now)]
        for incident in (acting, practice.incident)
    ]

    assert measured == [["Actions", "TimeToAct"], ["Actions"]]
