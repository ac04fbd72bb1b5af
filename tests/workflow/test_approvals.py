"""In the mode `suggest` a person is asked, and only a yes in time, to this very plan, lets it happen."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.world import Practice, a_configuration, a_release

from responder.commands.approve import asked_of
from responder.domain.guard import Reason
from responder.domain.incident import Disposition, State
from responder.domain.message import decode, encode
from responder.domain.proposing import answer_to
from responder.errors import NotThere


def _asked() -> Practice:
    practice = Practice()
    practice.modes.settings["global"] = "suggest"
    practice.deliver()
    return practice


def _answer(practice: Practice, *, yes: bool = True, who: str = "arn:aws:iam::123456789012:user/ann") -> None:
    """As the command line does: find what is asked, and send the answer through the queue."""
    message = answer_to(asked_of(practice.incident.id, practice.world()), who, yes, practice.now)
    practice.deliver(decode(encode(message)))


def test_a_person_is_asked_at_once_and_told_how_to_answer() -> None:
    practice = _asked()

    assert practice.state is State.PROPOSED
    assert practice.remediator.applied == []
    (letter,) = practice.letters
    assert f"responder approve {practice.incident.id}" in letter.body
    assert "needs you" in letter.subject


def test_a_yes_lets_it_happen_and_is_recorded() -> None:
    practice = _asked()
    practice.wait(minutes=2)

    _answer(practice)
    practice.wait(minutes=10)

    assert practice.running() == "chat-v1"
    assert practice.state is State.RECOVERED
    said = [text for text in practice.audit.read(practice.incident.id) if "llm.responder.answered" in text]
    assert len(said) == 1
    assert '"by":"arn:aws:iam::123456789012:user/ann"' in said[0]


def test_a_no_is_the_end_of_automation() -> None:
    practice = _asked()

    _answer(practice, yes=False)
    practice.wait(minutes=40)

    assert practice.remediator.applied == []
    assert practice.state is State.ESCALATED
    assert practice.incident.refusal == Reason.NOT_APPROVED


def test_no_answer_in_time_is_a_no_and_a_person_is_told_louder() -> None:
    practice = _asked()

    practice.wait(minutes=31)

    assert practice.remediator.applied == []
    assert practice.incident.refusal == Reason.NOT_APPROVED
    assert practice.told("page")


def test_a_yes_that_comes_too_late_changes_nothing() -> None:
    practice = _asked()
    late = answer_to(practice.incident, "ann", True, practice.now)
    practice.wait(minutes=31)

    practice.deliver(late)
    practice.wait(minutes=2)

    assert practice.remediator.applied == []
    assert practice.state is State.ESCALATED


def test_a_yes_to_another_plan_is_no_answer() -> None:
    practice = _asked()
    plan = practice.incident.proposal
    assert plan is not None
    other = replace(practice.incident, proposal=replace(plan, desired={"endpoint_config": "chat-v0"}))

    practice.deliver(answer_to(other, "ann", True, practice.now))

    assert practice.state is State.PROPOSED


def test_when_the_plan_has_changed_since_the_yes_does_not_cover_it() -> None:
    practice = _asked()
    practice.releases.save(a_release("v0", minutes_ago=1))
    practice.remediator.configurations["chat-v0"] = a_configuration("v0")

    _answer(practice)

    assert practice.remediator.applied == []
    assert practice.incident.refusal == Reason.PLAN_CHANGED


@pytest.mark.parametrize(
    ("meanwhile", "reason"),
    [
        (lambda p: p.alerts.firing.clear(), Reason.NOT_FIRING),
        (lambda p: p.modes.settings.update({"global": "off"}), Reason.MODE),
        (lambda p: p.modes.settings.update({"global": "observe"}), Reason.MODE),
    ],
    ids=["it stopped firing", "switched off", "only observing"],
)
def test_every_other_guard_is_asked_again_after_a_yes(meanwhile: Callable[[Practice], None], reason: Reason) -> None:
    practice = _asked()
    meanwhile(practice)

    _answer(practice)

    assert practice.remediator.applied == []
    assert practice.incident.refusal == reason


def test_what_was_approved_may_be_taken_back_without_asking_again() -> None:
    practice = _asked()
    practice.metrics.p95["chat-v1"] = 2.6

    _answer(practice)
    practice.wait(minutes=30)

    assert [desired["endpoint_config"] for _, desired, _ in practice.remediator.applied] == ["chat-v1", "chat-v2"]


def test_the_same_answer_twice_is_one() -> None:
    practice = _asked()
    yes = answer_to(practice.incident, "ann", True, practice.now)

    practice.deliver(yes)
    practice.deliver(yes)

    assert len(practice.remediator.applied) == 1


def test_when_the_alerts_end_first_the_question_goes_away() -> None:
    practice = _asked()
    practice.wait(minutes=2)

    practice.resolve()
    practice.wait(minutes=1)

    assert practice.state is State.CLOSED
    assert practice.incident.disposition is Disposition.ESCALATED


def test_an_incident_that_asks_nothing_cannot_be_answered() -> None:
    practice = Practice()
    practice.deliver()

    with pytest.raises(NotThere, match="asks nothing: it is converging"):
        asked_of(practice.incident.id, practice.world())
    with pytest.raises(NotThere, match="no incident nonsense"):
        asked_of("nonsense", practice.world())


def test_the_time_to_answer_is_half_an_hour() -> None:
    practice = _asked()

    assert practice.incident.next_at == practice.now + timedelta(minutes=30)
