from dataclasses import replace
from datetime import timedelta

import pytest
from tests.world import NOON, Given, a_plan, an_incident, an_intent

from responder.domain.acting import MOST_TRIES, acted, converge, direction, not_done, poll, the_intent
from responder.domain.guard import Reason, Verdict, refuse
from responder.domain.incident import Incident, Moved, State
from responder.domain.remediation import Outcome, Standing

LATER = NOON + timedelta(minutes=10)
NO = refuse("mode", Reason.MODE, "mode global is off")


def _in(state: State, **changes: Given) -> Incident:
    return an_incident(**{"state": state, "intent": an_intent(), "attempts": 1, **changes})


def _said(result: str, state: State = State.ACTING, **changes: Given) -> Moved:
    outcome = Outcome(result, "the outside's words")  # type: ignore[arg-type]  # parametrised
    return acted(_in(state, **changes), outcome, NOON)


def _pages(moved: Moved) -> list[str]:
    return [n.kind for n in moved.incident.notices if n.pending]


def test_a_change_goes_forward_until_it_is_taken_back() -> None:
    forward = ({"endpoint_config": "chat-v2"}, {"endpoint_config": "chat-v1"})

    assert direction(_in(State.ACTING)) == direction(_in(State.CONVERGING)) == forward
    assert direction(_in(State.UNDOING)) == direction(_in(State.REVERTING)) == forward[::-1]


@pytest.mark.parametrize("result", ["accepted", "reconciled"])
@pytest.mark.parametrize(("state", "to"), [(State.ACTING, State.CONVERGING), (State.UNDOING, State.REVERTING)])
def test_an_accepted_change_converges_until_a_deadline(result: str, state: State, to: State) -> None:
    incident = _said(result, state).incident

    assert incident.state is to
    assert incident.give_up_at == NOON + timedelta(minutes=45)
    assert incident.notices == ()


@pytest.mark.parametrize("state", [State.ACTING, State.UNDOING])
def test_a_refused_change_goes_to_a_person(state: State) -> None:
    moved = _said("refused", state)

    assert moved.incident.state is State.ESCALATED
    assert "refused: the outside's words" in moved.incident.says
    assert _pages(moved) == ["page"]


def test_a_lost_answer_is_looked_into_before_anything_is_repeated() -> None:
    moved = _said("unknown")

    assert moved.incident.state is State.ACTING
    assert moved.incident.next_at is not None
    assert moved.incident.next_at > NOON
    assert _pages(moved) == []


def test_answers_lost_again_and_again_end_with_a_person() -> None:
    moved = _said("unknown", stumbles=MOST_TRIES - 1)

    assert moved.incident.state is State.ESCALATED
    assert _pages(moved) == ["page"]


def test_each_attempt_is_timed_from_its_own_beginning() -> None:
    again = _said("accepted", acted_at=NOON - timedelta(hours=1)).incident

    assert again.acted_at == NOON


def test_what_a_guard_stops_at_the_last_moment_becomes_a_proposal() -> None:
    moved = not_done(_in(State.ACTING), NO, NOON)

    incident = moved.incident
    assert (incident.state, incident.refusal) == (State.ESCALATED, Reason.MODE)
    assert incident.proposal == a_plan()
    assert incident.intent is None
    assert moved.facts["outcome"] == {"result": "not_done", "says": "mode global is off"}
    assert _pages(moved) == ["page"]


def test_an_undo_that_is_stopped_becomes_a_page_with_the_exact_command() -> None:
    moved = not_done(_in(State.UNDOING), NO, NOON)

    assert moved.kind == "undone"
    assert moved.incident.says == "not taken back; to do it by hand: go forth to chat-v2 -- mode global is off"
    assert moved.incident.intent == an_intent()
    assert _pages(moved) == ["page"]


def test_a_guard_without_a_reason_still_gives_one() -> None:
    unclear = Verdict("still_firing", "unknown", "no answer")

    assert not_done(_in(State.ACTING), unclear, NOON).facts["refusal"] is Reason.PRECONDITION


def test_done_is_when_the_outside_shows_it_and_verification_begins_then() -> None:
    moved = converge(_said("accepted").incident, Standing.DESIRED, "InService", LATER)

    assert moved.incident.state is State.VERIFYING
    assert moved.incident.give_up_at == LATER + the_intent(moved.incident).verify.within
    assert moved.facts["seconds"] == 600


def test_a_step_of_the_way_back_took_as_long_as_itself_and_not_since_the_change() -> None:
    intent = an_intent(plan=a_plan(lift=({"endpoint_config": "chat-v2"},)))
    began = NOON - timedelta(hours=1)
    lifted = _said("accepted", State.LIFTING, lifted=1, acted_at=began, intent=intent).incident

    assert converge(lifted, Standing.DESIRED, "in force", LATER).facts["seconds"] == 600


def test_after_a_rollback_a_person_is_told_that_the_declared_state_still_names_the_bad_release() -> None:
    moved = converge(_in(State.CONVERGING), Standing.DESIRED, "InService", LATER)

    assert moved.incident.drift is not None
    assert "may still name chat-v2" in moved.incident.drift


@pytest.mark.parametrize("state", [State.CONVERGING, State.REVERTING])
def test_what_is_in_progress_is_polled_until_its_deadline(state: State) -> None:
    waiting = converge(_in(state, give_up_at=LATER), Standing.IN_PROGRESS, "Updating", NOON)

    assert (waiting.incident.state, waiting.kind) == (state, None)
    assert waiting.incident.next_at == NOON + poll(waiting.incident)


@pytest.mark.parametrize("state", [State.CONVERGING, State.REVERTING])
@pytest.mark.parametrize("standing", [Standing.IN_PROGRESS, Standing.BEFORE, Standing.FAILED, Standing.OTHER])
def test_anything_but_the_way_it_was_meant_ends_with_a_person(state: State, standing: Standing) -> None:
    moved = converge(_in(state, give_up_at=LATER), standing, "its word", LATER)

    assert moved.incident.state is State.ESCALATED
    assert moved.facts["standing"] is standing
    assert _pages(moved) == ["page"]


@pytest.mark.parametrize(("seconds", "state"), [(59, State.CONVERGING), (61, State.ESCALATED)])
def test_what_was_just_accepted_may_look_as_before_for_a_minute(seconds: int, state: State) -> None:
    """Reads lag, and CodeDeploy prepares to stop before it does."""
    accepted = _said("accepted").incident

    moved = converge(accepted, Standing.BEFORE, "InProgress", NOON + timedelta(seconds=seconds))

    assert moved.incident.state is state


def test_what_was_taken_back_goes_to_a_person() -> None:
    moved = converge(_in(State.REVERTING), Standing.DESIRED, "InService", LATER)

    assert (moved.incident.state, moved.kind) == (State.ESCALATED, "reverted")
    assert _pages(moved) == ["page"]


def test_a_short_change_is_polled_more_often() -> None:
    quick = an_intent(plan=a_plan(converge_within=timedelta(minutes=2)))

    assert poll(_in(State.CONVERGING)) == timedelta(seconds=30)
    assert poll(_in(State.CONVERGING, intent=quick)) == timedelta(seconds=6)


def test_a_response_without_an_intent_is_a_fault_of_ours() -> None:
    with pytest.raises(AssertionError, match="without an intent"):
        the_intent(replace(an_incident(), state=State.ACTING))
