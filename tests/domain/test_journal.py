from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.world import CHAT, NOON, Given, a_diagnosis, an_incident, an_intent

from responder.domain.failure_mode import FailureMode
from responder.domain.incident import State
from responder.domain.journal import (
    REMEMBERED,
    VERSION,
    Budget,
    Chain,
    PastAction,
    Soaking,
    TargetRecord,
    read_state,
    write_state,
)
from responder.domain.plain import canonical
from responder.errors import TryAgain

FULL = TargetRecord(
    CHAT.resource,
    epoch=7,
    lease_until=NOON,
    opened=2,
    incident=an_incident(state=State.VERIFYING, intent=an_intent(), diagnosis=a_diagnosis(), give_up_at=NOON),
    actions=(PastAction("action-1", "incident-1", NOON, FailureMode.LATENCY_SPIKE),),
    soaking=Soaking("v2", "chat-v2", NOON, NOON + timedelta(minutes=30)),
    versions={"global": 3},
    chains={"release/chat": Chain(4, "f" * 64)},
    unexported={"incident-1": 2},
)


def _newer(**keys: Any) -> dict[str, Any]:  # noqa: ANN401  # any JSON
    return {**write_state(FULL), **keys}


def _through(fact: dict[str, Any], **changes: Given) -> dict[str, Any]:
    """Read a state, change the record, write it back."""
    return write_state(replace(read_state(fact), **changes))


def test_a_record_is_read_back_as_it_was_written() -> None:
    assert read_state(write_state(FULL)) == FULL
    assert canonical(write_state(FULL))


def test_only_a_record_with_something_apart_needs_a_responder_that_knows_of_it() -> None:
    assert FULL.incident is not None
    apart = replace(FULL, incident=replace(FULL.incident, apart=1))

    assert (write_state(FULL)["v"], write_state(apart)["v"]) == (1, 2)
    assert write_state(replace(FULL, apart_until=NOON))["v"] == 2
    assert read_state(write_state(apart)) == apart


def test_keys_that_a_newer_responder_added_survive_this_one() -> None:
    after = _through(_newer(approvals={"ann": "yes"}), epoch=8)

    assert after["approvals"] == {"ann": "yes"}
    assert after["epoch"] == 8


def test_keys_of_the_open_incident_survive_as_long_as_it_is_the_same_incident() -> None:
    fact = _newer(incident={**write_state(FULL)["incident"], "approved_by": "ann"})

    same, other = replace(FULL.incident or an_incident(), says="moved"), an_incident(id="incident-2")
    assert _through(fact, incident=same)["incident"]["approved_by"] == "ann"
    assert _through(fact, incident=same)["incident"]["says"] == "moved"
    assert "approved_by" not in _through(fact, incident=other)["incident"]


@pytest.mark.parametrize("place", ["verify", "escalate", "plan"])
def test_a_newer_key_inside_a_frozen_intent_does_not_stop_this_responder(place: str) -> None:
    """Front matter refuses unknown keys; what was frozen from it by a newer responder must still be readable."""
    incident = write_state(FULL)["incident"]
    incident["intent"][place] |= {"from_the_future": 1}

    assert read_state(_newer(incident=incident)).incident == FULL.incident


def test_what_was_cleared_stays_cleared() -> None:
    assert "lease_until" not in _through(_newer(), lease_until=None)


def test_a_record_whose_meaning_a_newer_responder_changed_is_try_again() -> None:
    with pytest.raises(TryAgain, match="a newer responder will take it"):
        read_state(_newer(v=VERSION + 1, incident="something else entirely"))


def test_a_record_written_before_there_was_a_version_is_read() -> None:
    fact = _newer()
    del fact["v"]

    assert read_state(fact) == FULL


def test_a_lease_is_held_until_it_ends() -> None:
    assert FULL.held(NOON - timedelta(seconds=1))
    assert not FULL.held(NOON)
    assert not TargetRecord(CHAT.resource).held(NOON)


def test_a_budget_remembers_a_bounded_number_of_actions() -> None:
    budget = Budget("fleet")
    for n in range(REMEMBERED + 5):
        budget = budget.spend(NOON + timedelta(minutes=n))

    assert len(budget.spent) == REMEMBERED
    assert budget.spent[-1] == NOON + timedelta(minutes=REMEMBERED + 4)
