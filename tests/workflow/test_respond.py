"""One message: what is new is written down, then the one safe thing is done, or a person is asked."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from tests.world import CHAT, Between, Practice, a_message, a_release, an_alert, broken, failing

from responder.domain.audit import check_chain
from responder.domain.guard import Firing
from responder.domain.incident import State
from responder.domain.journal import Budget
from responder.domain.remediation import Outcome
from responder.errors import ActionFailed, CannotKnow, Fenced, ResponderError, TryAgain

DOWN = ActionFailed("it is down")
FORWARD = "--endpoint-config-name chat-v1"
BACK = "--endpoint-config-name chat-v2"


def _after(name: str, do: Callable[[], object]) -> Between:
    """Let something happen in the world right after the first call of this name."""
    left = [do]

    def between(called: str, call: Callable[[], Any]) -> Any:  # noqa: ANN401  # whatever the port returns
        answer = call()
        if called == name and left:
            left.pop()()
        return answer

    return between


def _flip(practice: Practice, mode: str) -> Callable[[], None]:
    return lambda: practice.modes.set("global", mode)


def _does_not_help() -> Practice:
    """The rollback arrives and does not help, and is about to be taken back."""
    practice = Practice()
    practice.metrics.p95["chat-v1"] = 2.6
    practice.deliver()
    practice.wait(minutes=17)
    assert practice.state is State.VERIFYING
    return practice


def test_the_order_of_writes_is_intend_export_look_ask_again_act_record() -> None:
    practice = Practice()

    practice.deliver()

    decided = practice.calls.index("journal.write", practice.calls.index("remediator.configuration"))
    assert practice.calls[decided : decided + 8] == [
        "journal.write",
        "audit.put",
        "audit.put",
        "remediator.observe",
        "modes.read",
        "alerts.states",
        "remediator.apply",
        "journal.write",
    ]


def test_a_duplicate_costs_exactly_one_call_however_often_it_comes() -> None:
    practice = Practice()
    practice.deliver()
    calls = len(practice.calls)

    practice.deliver()

    assert practice.calls[calls:] == ["journal.read"]


def test_a_first_delivery_is_no_duplicate() -> None:
    practice = Practice()

    practice.deliver()

    assert "remediator.apply" in practice.calls


def test_the_action_carries_the_id_under_which_it_stands_in_the_audit() -> None:
    practice = Practice()

    practice.deliver()

    ((_, _, token),) = practice.remediator.applied
    assert practice.incident.intent is not None
    assert token == practice.incident.intent.action_id
    assert token in practice.audit.read(practice.incident.id)[-1]


@pytest.mark.parametrize("mode", ["off", "observe", "suggest"])
def test_a_mode_flipped_between_decision_and_action_stops_it(mode: str) -> None:
    practice = Practice()
    practice.between = _after("remediator.observe", _flip(practice, mode))

    practice.deliver()

    assert practice.remediator.applied == []
    assert practice.state is State.ESCALATED
    assert FORWARD in practice.told("page")[0].body


def test_a_mode_flipped_to_auto_again_before_the_action_lets_it_happen() -> None:
    practice = Practice()
    practice.between = _after("remediator.observe", _flip(practice, "auto"))

    practice.deliver()

    assert len(practice.remediator.applied) == 1


@pytest.mark.parametrize("mode", ["off", "observe", "suggest"])
def test_a_mode_flipped_before_an_undo_makes_it_a_page_with_the_exact_command(mode: str) -> None:
    practice = _does_not_help()
    practice.modes.set("target/chat", mode)

    practice.wait(minutes=3)

    assert len(practice.remediator.applied) == 1
    assert (practice.state, practice.running()) == (State.ESCALATED, "chat-v1")
    assert BACK in practice.letters[-1].body
    assert "not taken back; to do it by hand" in practice.incident.says


def test_without_a_flip_what_did_not_help_is_undone() -> None:
    practice = _does_not_help()

    practice.wait(minutes=10)

    assert len(practice.remediator.applied) == 2
    assert (practice.state, practice.running()) == (State.ESCALATED, "chat-v2")


def test_while_the_audit_cannot_be_written_nothing_is_changed_and_a_person_is_paged() -> None:
    practice = Practice()

    with broken(practice.audit, DOWN):
        practice.deliver()

    assert practice.remediator.applied == []
    assert practice.incident.refusal == "export_failed"
    assert "the audit could not be written" in practice.told("page")[0].body


def test_later_exports_catch_up_and_the_chain_is_complete() -> None:
    practice = Practice()
    with broken(practice.audit, DOWN):
        practice.deliver()
        practice.wait(minutes=5)
    assert practice.audit.objects == {}

    practice.wait(minutes=2)

    records = practice.audit.read(practice.incident.id)
    assert records == practice.journal.entries(practice.incident.id, 1)
    assert check_chain(records) == []


def test_an_undo_waits_for_the_audit_no_less_than_the_action_did() -> None:
    practice = _does_not_help()

    with broken(practice.audit, DOWN):
        practice.wait(minutes=3)

    assert len(practice.remediator.applied) == 1
    assert BACK in practice.letters[-1].body


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Firing("gone", "not listed"), "not_firing"),
        (Firing("suppressed", "silenced by ann"), "silenced"),
        (Firing("unknown", "timeout"), "cannot_ask"),
    ],
)
def test_an_alert_that_stopped_between_decision_and_action_stops_it(answer: Firing, reason: str) -> None:
    practice = Practice()
    stopped = {an_alert().fingerprint: answer}
    practice.between = _after("alerts.states", lambda: practice.alerts.firing.update(stopped))

    practice.deliver()

    assert (practice.remediator.applied, practice.incident.refusal) == ([], reason)


def test_somebody_elses_change_between_decision_and_action_is_left_alone() -> None:
    practice = Practice()
    practice.between = _after("audit.put", lambda: practice.remediator.stand(CHAT, endpoint_config="chat-v3"))

    practice.deliver()

    assert (practice.remediator.applied, practice.incident.refusal) == ([], "changed_by_others")
    assert practice.running() == "chat-v3"


def test_somebody_who_rolled_back_by_hand_meanwhile_is_followed_not_repeated() -> None:
    practice = Practice()
    practice.between = _after("audit.put", lambda: practice.remediator.stand(CHAT, endpoint_config="chat-v1"))

    practice.deliver()
    practice.between = None
    practice.wait(minutes=10)

    assert practice.remediator.applied == []
    assert practice.state is State.RECOVERED


def test_somebody_elses_change_while_it_is_verified_is_never_undone() -> None:
    practice = _does_not_help()
    practice.remediator.stand(CHAT, endpoint_config="chat-v3")
    practice.metrics.p95["chat-v3"] = 2.7

    practice.wait(minutes=5)

    assert len(practice.remediator.applied) == 1
    assert (practice.state, practice.running()) == (State.ESCALATED, "chat-v3")


def test_the_release_that_was_rolled_back_is_never_gone_back_to() -> None:
    practice = Practice()
    practice.deliver()

    practice.wait(minutes=10)

    blamed = {r.version: r.blamed for r in practice.releases.of("chat")}
    assert blamed == {"v1": None, "v2": f"incident {practice.incident.id}"}


def test_too_little_time_left_is_a_reason_not_to_begin() -> None:
    practice = Practice(left=timedelta(seconds=15))

    with suppress(TryAgain):  # there is not even time to tell somebody
        practice.deliver()

    assert (practice.remediator.applied, practice.incident.refusal) == ([], "time_left")


def test_what_there_was_no_time_to_tell_is_told_by_the_next() -> None:
    practice = Practice(left=timedelta(seconds=15))
    with suppress(TryAgain):
        practice.deliver()
    practice.left = timedelta(seconds=55)

    practice.wait(minutes=1)

    assert [letter.kind for letter in practice.letters] == ["page"]


def test_a_change_the_outside_refuses_is_not_repeated() -> None:
    practice = Practice()
    practice.remediator.reply = Outcome("refused", "AccessDenied")

    practice.deliver()
    practice.wait(minutes=10)

    assert len(practice.remediator.applied) == 1
    assert "the change was refused: AccessDenied" in practice.told("page")[0].body


def test_an_answer_lost_on_the_way_there_is_asked_again_under_the_same_id() -> None:
    practice = Practice()
    practice.remediator.reply, practice.remediator.lost = Outcome("unknown", "timeout"), True
    practice.deliver()
    practice.remediator.reply = Outcome("accepted", "update started")

    practice.wait(minutes=12)

    assert practice.state is State.RECOVERED
    assert len({token for _, _, token in practice.remediator.applied}) == 1


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("remediator.observe", CannotKnow("throttled")),
        ("remediator.configuration", CannotKnow("throttled")),
        ("releases.of", ActionFailed("denied")),
    ],
)
def test_what_cannot_be_asked_denies_and_brings_in_a_person(name: str, error: ResponderError) -> None:
    practice = Practice()
    practice.between = failing(name, error)

    practice.deliver()

    assert practice.remediator.applied == []
    assert practice.state is State.ESCALATED
    assert [letter.kind for letter in practice.letters] == ["page"]


def test_a_journal_that_is_busy_is_tried_again_and_loses_nothing() -> None:
    practice = Practice()
    with broken(practice.journal, TryAgain("throttled")), pytest.raises(TryAgain):
        practice.deliver()

    practice.deliver()

    assert len(practice.remediator.applied) == 1


def test_a_budget_that_somebody_else_spent_meanwhile_is_read_again_before_anything_is_done() -> None:
    practice = Practice()
    spent = Budget("fleet", (practice.now,), version=1)
    practice.between = _after("agenda.budgets", lambda: practice.journal.spent.update(fleet=spent))
    with pytest.raises(Fenced):
        practice.deliver()
    assert practice.remediator.applied == []

    practice.wait(minutes=2)

    assert len(practice.remediator.applied) == 1
    assert len(practice.journal.spent["fleet"].spent) == 2


def test_a_second_incident_within_the_cooldown_is_a_persons() -> None:
    practice = Practice()
    practice.deliver()
    practice.wait(minutes=10)
    practice.resolve()
    practice.wait(minutes=5)
    again = an_alert(at=practice.now)
    practice.fires(again)
    practice.remediator.stand(CHAT, endpoint_config="chat-v2")
    practice.releases.save(a_release("v2", minutes_ago=20, good=False))

    practice.deliver(a_message(again, at=practice.now))

    assert len(practice.remediator.applied) == 1
    assert practice.incident.refusal == "cooldown"
