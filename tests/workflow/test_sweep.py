"""Every minute whatever is due is advanced; one broken item never stops the others."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.world import CHAT, Between, Practice, a_library, a_message, an_alert, failing

from responder.domain.audit import Actor
from responder.domain.incident import State
from responder.domain.touch import Touch
from responder.errors import ActionFailed, CannotKnow, TryAgain
from responder.workflow.hold import Hold
from responder.workflow.sweep import PATIENCE, Swept, due_now, enough_time, sweep_one

SEARCH = replace(CHAT, name="search", match={"model": "search"}, touch=Touch(sagemaker_endpoint="search"))
BROKEN = RuntimeError("a fault of ours")


def _converging() -> Practice:
    practice = Practice()
    practice.deliver()
    assert practice.state is State.CONVERGING
    return practice


def test_an_incident_is_carried_on_by_the_sweeper_alone() -> None:
    practice = _converging()

    practice.wait(minutes=10)

    assert practice.state is State.RECOVERED


def test_the_most_urgent_kind_of_work_comes_first() -> None:
    practice = Practice()
    at = practice.now
    kinds = ("export", "soak", "verify", "undo", "tell", "something new")
    practice.journal.dues = {kind: (at - timedelta(minutes=n), kind) for n, kind in enumerate(kinds)}

    assert due_now(practice.world(), at) == ["something new", "tell", "undo", "verify", "soak", "export"]


def test_what_is_not_yet_due_is_left_alone() -> None:
    practice = _converging()
    calls = len(practice.calls)

    practice.sweep()

    assert practice.calls[calls:] == ["agenda.due"]


def test_a_resource_that_somebody_holds_is_left_to_them() -> None:
    practice = _converging()
    practice.now += timedelta(minutes=1)
    held = Hold.take(
        practice.journal, practice.journal.read(CHAT.resource), Actor("function", "other", ""), practice.now
    )

    swept = sweep_one(CHAT.resource, practice.world(), practice.now)

    assert swept == Swept()
    held.save()


def test_a_resource_whose_holder_died_is_taken_over_when_the_lease_ends() -> None:
    practice = Practice()
    practice.between = failing("remediator.apply", SystemExit())
    with pytest.raises(SystemExit):
        practice.deliver()
    practice.between = None

    practice.wait(minutes=1)
    assert practice.incident.state is State.ACTING
    practice.wait(minutes=1)
    assert practice.state is State.CONVERGING


def test_a_busy_world_is_tried_again_and_forgets_nothing() -> None:
    practice = Practice()
    practice.between = failing("agenda.budgets", TryAgain("throttled"))
    with pytest.raises(TryAgain):
        practice.deliver()

    practice.wait(minutes=3)
    assert (practice.state, practice.journal.read(CHAT.resource).lease_until) == (State.RECEIVED, None)

    practice.between = None
    practice.wait(minutes=1)
    assert practice.state is State.CONVERGING


def test_a_step_that_breaks_is_tried_again_later_each_time() -> None:
    practice = _converging()
    practice.between = failing("remediator.observe", BROKEN)

    practice.wait(minutes=1)

    incident = practice.incident
    assert (incident.state, incident.stumbles) == (State.CONVERGING, 1)
    assert incident.next_at == practice.now + timedelta(minutes=2)


def test_a_step_that_broke_once_goes_on_as_if_nothing_had_been() -> None:
    practice = _converging()
    practice.between = failing("remediator.observe", BROKEN)
    practice.wait(minutes=1)
    practice.between = None

    practice.wait(minutes=12)

    assert (practice.state, practice.incident.stumbles) == (State.RECOVERED, 0)


def test_three_stumbles_hand_over_to_a_person() -> None:
    practice = _converging()
    practice.between = failing("remediator.observe", BROKEN)

    practice.wait(minutes=10)

    assert practice.state is State.ESCALATED
    assert f"a step broke {PATIENCE} times: RuntimeError: a fault of ours" in practice.told("page")[0].body


def test_stumbles_stand_in_the_audit() -> None:
    practice = _converging()
    practice.between = failing("remediator.observe", BROKEN)

    practice.wait(minutes=10)

    assert sum("llm.responder.stumbled" in text for text in practice.audit.read(practice.incident.id)) == PATIENCE


def _breaking_once() -> Between:
    """The first look at an endpoint breaks, whoever looks; every later one is fine."""
    left = [BROKEN]

    def between(called: str, call: Callable[[], Any]) -> Any:  # noqa: ANN401  # whatever the port returns
        if called == "remediator.observe" and left:
            raise left.pop()
        return call()

    return between


def test_one_broken_resource_does_not_stop_the_others() -> None:
    practice = Practice(library=a_library(CHAT, SEARCH))
    practice.remediator.stand(SEARCH, endpoint_config="chat-v2")
    search = an_alert(model="search")
    practice.fires(search)
    practice.deliver()
    practice.deliver(a_message(search, target=SEARCH))
    practice.between = _breaking_once()

    practice.now += timedelta(minutes=1)
    practice.sweep()
    practice.now += timedelta(minutes=1)
    practice.sweep()

    assert practice.incident.stumbles == 1
    other = practice.journal.read(SEARCH.resource)
    assert other.incident is not None
    assert (other.incident.state, other.incident.stumbles) == (State.ESCALATED, 0)


def test_a_quiet_incident_that_keeps_breaking_waits_at_most_an_hour() -> None:
    practice = Practice()
    practice.modes.settings["global"] = "observe"
    practice.deliver()
    practice.between = failing("alerts.states", BROKEN)

    practice.wait(hours=24)

    assert practice.state is State.ESCALATED
    assert practice.incident.next_at is not None
    assert practice.incident.next_at <= practice.now + timedelta(hours=1)


def test_a_closed_incident_is_never_written_to_again() -> None:
    practice = Practice()
    practice.deliver()
    practice.wait(minutes=10)
    practice.resolve()
    practice.wait(minutes=2)
    assert practice.state is State.CLOSED
    before = practice.journal.read(CHAT.resource)

    practice.wait(hours=2)

    assert practice.journal.read(CHAT.resource) == before
    assert CHAT.resource not in practice.journal.dues


def test_a_failed_look_while_converging_waits_and_is_no_stumble() -> None:
    practice = _converging()
    practice.between = failing("remediator.observe", CannotKnow("throttled"))
    practice.wait(minutes=5)
    assert (practice.state, practice.incident.stumbles) == (State.CONVERGING, 0)

    practice.between = None
    practice.wait(minutes=12)
    assert practice.state is State.RECOVERED


def test_an_export_that_fails_keeps_nothing_from_being_verified() -> None:
    practice = _converging()
    practice.between = failing("audit.put", ActionFailed("S3 is down"))

    practice.wait(minutes=10)

    assert practice.state is State.RECOVERED


def test_another_resource_is_only_begun_while_there_is_time_for_its_worst_case() -> None:
    assert enough_time(Practice(left=timedelta(seconds=26)).world())
    assert not enough_time(Practice(left=timedelta(seconds=25)).world())
