"""Inputs that have moved: a ticket, and one event that starts the re-evaluation; serving is not touched."""

from dataclasses import replace

import pytest
from tests.stories.drift import EVALUATED
from tests.world import CHAT, Practice, a_message, an_alert

from responder.domain.alert import Alert
from responder.domain.guard import Reason
from responder.domain.incident import State
from responder.domain.plans.reevaluation import ASKED, FEATURES, event_of
from responder.domain.touch import Touch, TouchKind
from responder.domain.wording import Tone


def _drift(practice: Practice, feature: str = "prompt_tokens") -> Alert:
    alert = replace(
        an_alert(at=practice.now, alertname="LLMDataDrift", severity="ticket", feature=feature),
        annotations={"runbook": "runbooks/data_drift.md", "summary": "PSI 0.31"},
    )
    practice.fires(alert)
    return alert


def _drifted(mode: str = "auto", feature: str = "prompt_tokens", touch: Touch = EVALUATED) -> Practice:
    practice = Practice()
    practice.modes.settings["global"] = mode
    practice.touch(touch, asked_for="", features="")
    practice.deliver(a_message(_drift(practice, feature), target=practice.target))
    return practice


def test_the_reevaluation_is_asked_for_once_and_a_person_has_the_ticket() -> None:
    practice = _drifted()
    practice.wait(hours=3)

    (asked,) = practice.applied
    assert asked[1] == {ASKED: practice.incident.id, FEATURES: "prompt_tokens"}
    assert practice.state is State.ESCALATED
    assert [letter.kind for letter in practice.letters] == ["ticket"]
    assert "done: start the re-evaluation of chat (prompt_tokens)" in practice.letters[0].body


def test_the_ticket_needs_no_page_and_says_that_somebody_is_needed() -> None:
    practice = _drifted()
    practice.wait(minutes=2)

    (letter,) = practice.letters
    assert Tone.NEEDS_YOU in letter.subject
    assert "aws sagemaker" not in letter.body


def test_what_serves_is_the_same_before_and_after() -> None:
    practice = _drifted(touch=replace(EVALUATED, sagemaker_endpoint="chat"))
    practice.remediator.stand(practice.target, endpoint_config="chat-v2")
    practice.wait(hours=1)

    assert practice.remediator.applied == []
    assert practice.standing(TouchKind.SAGEMAKER_ENDPOINT) == {"endpoint_config": "chat-v2"}


def test_another_feature_that_moves_meanwhile_starts_no_second_one() -> None:
    practice = _drifted()
    practice.wait(minutes=20)

    practice.deliver(a_message(_drift(practice, "language"), target=practice.target, at=practice.now))
    practice.wait(minutes=20)

    assert len(practice.applied) == 1


@pytest.mark.parametrize(
    ("mode", "state", "reason"),
    [
        ("off", State.ESCALATED, Reason.MODE),
        ("observe", State.ESCALATED, Reason.MODE),
        ("suggest", State.PROPOSED, Reason.APPROVAL_NEEDED),
    ],
)
def test_where_nothing_may_be_done_it_is_only_told_with_the_command(mode: str, state: State, reason: Reason) -> None:
    practice = _drifted(mode)
    practice.wait(minutes=2)

    assert practice.applied == []
    assert (practice.state, practice.incident.refusal) == (state, reason)
    assert practice.incident.proposal
    assert "aws events put-events" in practice.incident.proposal.command


def test_a_target_without_an_evaluation_gets_the_ticket_alone() -> None:
    practice = _drifted(touch=CHAT.touch)
    practice.wait(minutes=2)

    assert practice.applied == []
    assert practice.incident.refusal == Reason.NO_REMEDIATION
    assert practice.told("ticket")


@pytest.mark.parametrize("feature", ["", "a b", "x" * 65, "{}'; drop", "naïve\n"])
def test_a_label_that_is_no_feature_goes_nowhere(feature: str) -> None:
    practice = _drifted(feature=feature)

    (asked,) = practice.applied
    assert asked[1][FEATURES] == ""
    assert event_of(practice.target, asked[1])["data"]["features"] == []


def test_intention_and_outcome_are_in_the_audit() -> None:
    practice = _drifted()
    practice.wait(minutes=5)

    kinds = [
        text.split('"type":"llm.responder.')[1].split('"')[0] for text in practice.audit.read(practice.incident.id)
    ]
    assert kinds == ["received", "decided", "acted", "converged", "told"]
