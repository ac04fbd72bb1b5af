"""What becomes of letters that were moved: told, watched, stopped, never moved in a circle."""

from dataclasses import replace
from datetime import timedelta

from tests.afterwards import a_spent_budget, it_ends, moves, queue_of, records, well_again
from tests.world import a_message

from responder.domain.hearing import hear
from responder.domain.incident import Disposition, State
from responder.domain.said import Did, Said
from responder.workflow.hold import Written
from responder.workflow.measures import of_steps


def test_what_was_done_afterwards_is_told_beside_what_healed_it() -> None:
    practice = well_again()

    it_ends(practice)

    update = practice.told("update")[-1]
    assert "What we did, and led back: open the circuit app/prod/routing" in update.body
    assert "What we did afterwards: move 12 dead letters of chat-dead back to where they died" in update.body


def test_while_letters_are_moved_people_hear_that_it_is_well_and_what_goes_on() -> None:
    update = well_again().told("update")[-1]

    assert "recovered; automation is clearing up" in update.subject
    assert "To take it back by hand" not in update.body


def test_letters_that_die_again_are_a_persons_and_no_command_is_offered_to_move_them_once_more() -> None:
    practice = well_again()
    queue_of(practice).die_again = 1.0

    it_ends(practice)

    assert practice.incident.disposition is Disposition.ESCALATED
    assert "12 dead letters moved, and 12 are there again" in practice.incident.says
    update = practice.told("update")[-1]
    assert "aws sqs receive-message" in update.body
    assert "start-message-move-task" not in update.body


def test_what_can_wait_wakes_nobody_whatever_quieter_alert_began_meanwhile() -> None:
    practice = well_again()
    queue_of(practice).die_again = 1.0
    spent = a_spent_budget(practice)
    practice.fires(spent)
    practice.deliver(a_message(spent, target=practice.target, at=practice.now))

    it_ends(practice)
    practice.wait(minutes=30)

    assert "are there again" in practice.incident.says
    assert not practice.told("page")


def test_a_few_that_die_again_are_no_loop() -> None:
    practice = well_again()
    queue_of(practice).die_again = 0.4

    it_ends(practice)

    assert practice.incident.disposition is Disposition.RECOVERED
    assert records(practice, "verified")[-1]["left"] == 5


def test_a_move_is_stopped_the_moment_the_service_is_not_well_any_more_and_a_person_is_paged() -> None:
    practice = well_again()
    practice.converge_after = timedelta(hours=1)
    it_ends(practice, minutes=3)
    assert moves(practice) == 1

    practice.metrics.timeouts = lambda _: 0.2
    practice.wait(minutes=3)

    seen = queue_of(practice).observe(practice.target)
    assert (seen.state, seen.waiting) == ("cancelled", 12)
    assert practice.state in (State.ESCALATED, State.CLOSED)
    (page,) = practice.told("page")
    assert "the service did not stay well; it was stopped" in page.body
    assert "and stopped it" in page.body


def test_a_move_that_does_not_come_to_its_end_is_stopped() -> None:
    practice = well_again()
    practice.converge_after = timedelta(hours=3)

    it_ends(practice, minutes=60)

    assert queue_of(practice).observe(practice.target).state == "cancelled"
    assert "it was not done in time" in practice.incident.says


def test_whoever_takes_over_while_letters_are_moved_hears_that_the_move_goes_on() -> None:
    practice = well_again()
    practice.converge_after = timedelta(hours=1)
    it_ends(practice, minutes=3)
    who = Said(practice.incident.id, Did.ACKNOWLEDGED, "ann", "pagerduty", practice.now, "event-1")

    moved = hear(practice.incident, who, practice.now)

    assert moved is not None
    assert moved.incident.state is State.ESCALATED
    assert "what was begun goes on by itself" in moved.incident.says


def test_how_soon_we_act_is_measured_of_what_heals_and_not_of_what_clears_up() -> None:
    practice = well_again()
    acting = replace(practice.incident, follows=0, acted_at=practice.now)
    facts = {"action": "requeue", "outcome": {"result": "accepted"}}

    measured = [
        [m.name for m in of_steps([Written("acted", facts, incident)], practice.now)]
        for incident in (acting, practice.incident)
    ]

    assert measured == [["Actions", "TimeToAct"], ["Actions"]]
