from datetime import timedelta

import pytest
from tests.world import NOON, an_episode, an_incident

from responder.domain.alert import Severity
from responder.domain.incident import MOVES, State, check_every, incident_id, move


@pytest.mark.parametrize(("state", "to"), [(s, to) for s in State for to in State])
def test_only_the_moves_of_the_table_are_possible(state: State, to: State) -> None:
    incident = an_incident(state=state)

    if to in MOVES[state]:
        assert move(incident, to).state is to
    else:
        with pytest.raises(AssertionError, match=f"no move from {state} to {to}"):
            move(incident, to)


def test_every_state_stands_in_the_table() -> None:
    assert MOVES.keys() == set(State)


def test_closed_is_the_end() -> None:
    assert MOVES[State.CLOSED] == frozenset()


def test_every_state_but_the_end_has_a_way_to_a_person() -> None:
    on_the_way = set(State) - {State.CLOSED, State.ESCALATED}

    assert all(State.ESCALATED in MOVES[state] for state in on_the_way)


def test_every_state_can_be_reached() -> None:
    reached = {State.RECEIVED}
    for _ in State:
        reached |= {to for state in reached for to in MOVES[state]}

    assert reached == set(State)


def test_a_move_forgets_the_stumbles_of_the_step_it_leaves() -> None:
    assert move(an_incident(stumbles=2), State.ACTING).stumbles == 0


def test_an_incident_is_as_severe_as_its_loudest_episode() -> None:
    quiet, loud = an_episode(severity=Severity.INFO), an_episode(severity=Severity.ERROR, ends_at=NOON)

    assert an_incident(episodes=(quiet, loud)).severity is Severity.ERROR


def test_an_incident_began_with_its_earliest_episode() -> None:
    early = an_episode(starts_at=NOON - timedelta(minutes=3))

    assert an_incident(episodes=(an_episode(), early)).started_at == early.starts_at
    assert an_incident(episodes=()).started_at == NOON


def test_only_episodes_without_an_end_fire() -> None:
    fires, ended = an_episode(), an_episode(fingerprint="other", ends_at=NOON)

    assert an_incident(episodes=(fires, ended)).firing == (fires,)


def test_each_opening_of_a_resource_has_an_id_of_its_own() -> None:
    assert incident_id("chat", 1) == incident_id("chat", 1)
    assert len({incident_id("chat", 1), incident_id("chat", 2), incident_id("search", 1)}) == 3


def test_a_short_soak_is_looked_at_more_often() -> None:
    assert check_every(timedelta(minutes=5)) == timedelta(seconds=30)
    assert check_every(timedelta(seconds=40)) == timedelta(seconds=10)
