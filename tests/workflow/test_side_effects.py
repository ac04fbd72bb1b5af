"""An alert that our own action brings attaches to its incident; anything else is still news."""

from dataclasses import replace

from tests.world import Practice, a_message, an_alert

from responder.domain.alert import Alert
from responder.domain.incident import State


def _recovered() -> Practice:
    practice = Practice()
    practice.deliver()
    practice.wait(minutes=10)
    assert practice.state is State.RECOVERED
    return practice


def _alert(practice: Practice, runbook: str) -> Alert:
    alert = an_alert(alertname="Another", at=practice.now)
    return replace(alert, annotations={"runbook": f"runbooks/{runbook}.md"})


def test_errors_while_new_instances_begin_neither_reopen_nor_wake_anybody() -> None:
    practice = _recovered()
    told = len(practice.letters)

    practice.deliver(a_message(_alert(practice, "error_rate"), at=practice.now))

    assert practice.state is State.RECOVERED
    assert len(practice.letters) == told
    assert practice.journal.read(practice.target.resource).opened == 1


def test_a_side_effect_that_stays_is_no_side_effect() -> None:
    practice = _recovered()
    alert = _alert(practice, "error_rate")
    practice.fires(alert)
    practice.deliver(a_message(alert, at=practice.now))

    practice.wait(minutes=20)

    assert practice.state is State.ESCALATED
    assert practice.told("page")


def test_the_trouble_itself_is_never_taken_for_a_side_effect() -> None:
    practice = _recovered()

    practice.deliver(a_message(_alert(practice, "latency_spike"), at=practice.now))

    assert practice.state is State.ESCALATED


def test_other_trouble_is_news() -> None:
    practice = _recovered()

    practice.deliver(a_message(_alert(practice, "data_drift"), at=practice.now))

    assert practice.state is State.ESCALATED
