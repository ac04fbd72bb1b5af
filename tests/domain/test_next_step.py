from dataclasses import replace
from datetime import timedelta

import pytest
from tests.world import CHAT, NOON, Given, an_episode, an_incident, an_intent

from responder.domain.escalation import Notice, NoticeKind
from responder.domain.incident import Incident, State
from responder.domain.journal import Soaking, TargetRecord
from responder.domain.next_step import Do, next_due_at, next_step

LATER = NOON + timedelta(minutes=5)
ENDED = (an_episode(ends_at=NOON),)
DUE_PAGE, DEFERRED_PAGE = Notice(NoticeKind.PAGE, NOON), Notice(NoticeKind.PAGE, LATER)


def _next(incident: Incident | None = None, **changes: Given) -> Do | None:
    due = next_step(replace(TargetRecord(CHAT.resource, incident=incident), **changes), NOON)
    return due.do if due else None


@pytest.mark.parametrize(
    ("state", "do"),
    [
        (State.RECEIVED, Do.DECIDE),
        (State.ACTING, Do.ACT),
        (State.CONVERGING, Do.CONVERGE),
        (State.VERIFYING, Do.VERIFY),
        (State.UNDOING, Do.UNDO),
        (State.REVERTING, Do.CONVERGE),
        (State.RECOVERED, Do.RECONCILE),
        (State.ESCALATED, Do.RECONCILE),
        (State.CLOSED, None),
    ],
)
def test_each_state_has_its_step(state: State, do: Do | None) -> None:
    assert _next(an_incident(state=state)) is do


@pytest.mark.parametrize("state", [s for s in State if s is not State.CLOSED])
def test_a_step_waits_for_its_time(state: State) -> None:
    assert _next(an_incident(state=state, next_at=LATER)) is None


@pytest.mark.parametrize("state", list(State))
def test_a_page_that_is_due_goes_before_everything(state: State) -> None:
    everything = {"soaking": Soaking("v2", "chat-v2", NOON, NOON), "unexported": {"incident-1": 1}}

    assert _next(an_incident(state=state, notices=(DUE_PAGE,), episodes=ENDED), **everything) is Do.TELL


def test_a_deferred_page_keeps_nothing_waiting() -> None:
    assert _next(an_incident(state=State.VERIFYING, notices=(DEFERRED_PAGE,))) is Do.VERIFY


def test_the_books_come_last() -> None:
    assert _next(an_incident(state=State.VERIFYING), unexported={"incident-1": 1}) is Do.VERIFY
    assert _next(an_incident(state=State.VERIFYING, next_at=LATER), unexported={"incident-1": 1}) is Do.EXPORT


def test_a_failed_export_waits_before_it_is_tried_again() -> None:
    assert _next(unexported={"control": 1}) is Do.EXPORT
    assert _next(unexported={"control": 1}, export_not_before=LATER) is None


def test_a_release_under_watch_is_looked_at_when_its_time_is_over() -> None:
    assert _next(soaking=Soaking("v2", "chat-v2", NOON, NOON)) is Do.SOAK
    assert _next(soaking=Soaking("v2", "chat-v2", NOON, LATER)) is None


@pytest.mark.parametrize("state", [State.RECEIVED, State.RECOVERED, State.ESCALATED])
def test_an_incident_whose_alerts_ended_closes(state: State) -> None:
    assert _next(an_incident(state=state, episodes=ENDED)) is Do.CLOSE
    assert _next(an_incident(state=state)) is not Do.CLOSE


@pytest.mark.parametrize("state", [State.ACTING, State.CONVERGING, State.VERIFYING, State.UNDOING, State.REVERTING])
def test_what_is_going_on_is_finished_even_when_the_alerts_ended(state: State) -> None:
    assert _next(an_incident(state=state, episodes=ENDED, intent=an_intent())) not in (None, Do.CLOSE)


@pytest.mark.parametrize("state", [State.RECOVERED, State.ESCALATED])
def test_nothing_closes_while_somebody_is_still_to_be_told(state: State) -> None:
    untold = an_incident(state=state, episodes=ENDED, notices=(DEFERRED_PAGE,))

    assert _next(untold) is not Do.CLOSE


def test_what_ended_before_its_page_was_due_closes_without_it() -> None:
    assert _next(an_incident(episodes=ENDED, notices=(DEFERRED_PAGE,))) is Do.CLOSE


def test_what_ended_while_its_page_could_not_be_sent_does_not_close_in_silence() -> None:
    failing = replace(DEFERRED_PAGE, tries=1)

    assert _next(an_incident(episodes=ENDED, notices=(failing,))) is Do.DECIDE


def test_an_incident_in_which_something_was_tried_is_decided_again_not_closed() -> None:
    assert _next(an_incident(episodes=ENDED, attempts=1)) is Do.DECIDE


def test_the_sweeper_looks_again_at_the_earliest_time() -> None:
    record = TargetRecord(CHAT.resource, incident=an_incident(next_at=LATER, notices=(DEFERRED_PAGE,)))

    due = next_due_at(replace(record, soaking=Soaking("v2", "chat-v2", NOON, NOON + timedelta(minutes=1))), NOON)

    assert due is not None
    assert (due.do, due.at) == (Do.SOAK, NOON + timedelta(minutes=1))


def test_where_nothing_is_to_be_done_nobody_looks() -> None:
    assert next_due_at(TargetRecord(CHAT.resource, incident=an_incident(state=State.CLOSED)), NOON) is None
