"""A person hears of it: as loudly as the severity asks, at most once per kind, never zero times."""

from datetime import timedelta

import pytest
from tests.world import NOON, Practice, a_message, an_alert, broken, failing

from responder.domain.guard import Firing
from responder.domain.incident import State
from responder.errors import ActionFailed

DOWN = ActionFailed("PagerDuty is down")
SAFETY = an_alert(failure_mode="safety_violation")


def _observing(*, severity: str = "page") -> Practice:
    """Nothing may be done, so that a person is asked at once."""
    practice = Practice()
    practice.modes.settings["global"] = "observe"
    alert = an_alert(severity=severity)
    practice.fires(alert)
    practice.deliver(a_message(alert))
    return practice


def _kinds(practice: Practice) -> list[str]:
    """Whom it reached how; what is appended to a page that was told rings nobody."""
    return [letter.kind for letter in practice.letters if letter.kind != "update"]


def _stuck() -> Practice:
    """The change was accepted and does not arrive."""
    practice = Practice(converge_after=timedelta(hours=1))
    practice.deliver()
    assert practice.state is State.CONVERGING
    return practice


def test_a_page_waits_for_page_after_and_no_longer() -> None:
    practice = _stuck()

    practice.wait(minutes=14)
    assert _kinds(practice) == []
    practice.wait(minutes=1)
    assert _kinds(practice) == ["page"]
    assert "automation is still trying" in practice.letters[0].subject


def test_a_channel_that_asks_to_be_left_alone_is_left_alone_for_as_long() -> None:
    practice = _stuck()
    with broken(practice.pages, ActionFailed("429", 300)):
        practice.wait(minutes=15)

    practice.wait(minutes=4)
    assert _kinds(practice) == []
    practice.wait(minutes=1)
    assert _kinds(practice) == ["page"]


def test_recovery_in_time_wakes_nobody_and_leaves_a_ticket() -> None:
    practice = Practice()
    practice.deliver()

    practice.wait(minutes=14)

    assert practice.state is State.RECOVERED
    assert _kinds(practice) == ["ticket"]


def test_recovery_after_the_page_adds_no_ticket_and_closing_resolves_the_page() -> None:
    practice = Practice(converge_after=timedelta(minutes=16))
    practice.deliver()
    practice.wait(minutes=25)
    assert (practice.state, _kinds(practice)) == (State.RECOVERED, ["page"])

    practice.resolve()

    assert _kinds(practice) == ["page", "resolve"]
    assert practice.state is State.CLOSED


def test_closing_an_incident_that_never_paged_resolves_nothing() -> None:
    practice = Practice()
    practice.deliver()
    practice.wait(minutes=14)

    practice.resolve()

    assert (practice.state, _kinds(practice)) == (State.CLOSED, ["ticket"])


def test_an_incident_pages_once_however_much_happens() -> None:
    practice = Practice()
    practice.metrics.p95["chat-v1"] = 2.6
    practice.deliver()
    for n in range(5):
        practice.wait(minutes=10)
        practice.deliver(a_message(an_alert(route=f"/{n}"), at=practice.now))

    assert practice.state is State.ESCALATED
    assert _kinds(practice) == ["page"]


@pytest.mark.parametrize(
    ("severity", "kind"), [("page", "page"), ("error", "page"), ("warning", "ticket"), ("info", "note"), ("?", "page")]
)
def test_what_is_not_acted_on_is_told_as_loudly_as_the_severity_asks(severity: str, kind: str) -> None:
    assert _kinds(_observing(severity=severity)) == [kind]


def test_a_failed_remediation_of_a_ticket_is_a_page() -> None:
    practice = Practice()
    practice.metrics.p95["chat-v1"] = 2.6
    alert = an_alert(severity="warning")
    practice.fires(alert)
    practice.deliver(a_message(alert))

    practice.wait(minutes=40)

    assert _kinds(practice)[-1] == "page"


def test_an_overdue_page_goes_before_everything_else() -> None:
    practice = _stuck()
    practice.now += timedelta(minutes=20)
    calls = len(practice.calls)

    practice.sweep()

    after = practice.calls[calls:]
    outside = [c for c in after if not c.startswith(("agenda.due", "journal."))]
    assert outside[0] == "pages.send"


def test_a_page_needs_neither_the_audit_nor_the_metrics_nor_the_target() -> None:
    practice = _stuck()

    with broken(practice.audit, DOWN), broken(practice.metrics, DOWN), broken(practice.remediator, DOWN):
        practice.wait(minutes=15)

    assert _kinds(practice) == ["page"]


@pytest.mark.parametrize("alert", [SAFETY, an_alert(severity="info", failure_mode="safety_violation")])
def test_safety_pages_at_once_whatever_its_severity(alert: object) -> None:
    practice = Practice()
    practice.fires(alert)  # type: ignore[arg-type]  # parametrised

    practice.deliver(a_message(alert))  # type: ignore[arg-type]  # parametrised

    assert _kinds(practice) == ["page"]


def test_safety_pages_before_it_is_diagnosed() -> None:
    practice = Practice()
    practice.fires(SAFETY)

    practice.deliver(a_message(SAFETY))

    assert practice.calls.index("pages.send") < practice.calls.index("metrics.query")


def test_safety_that_joins_an_open_incident_pages_at_once() -> None:
    practice = _stuck()
    practice.now += timedelta(minutes=2)

    practice.deliver(a_message(SAFETY, at=practice.now))

    assert _kinds(practice) == ["page"]


def test_an_ordinary_alert_that_joins_does_not_hurry_the_page() -> None:
    practice = _stuck()
    practice.now += timedelta(minutes=2)

    practice.deliver(a_message(an_alert(route="/chat"), at=practice.now))

    assert _kinds(practice) == []


def test_a_notice_that_fails_backs_off_and_is_told_in_the_end() -> None:
    practice = Practice()
    practice.modes.settings["global"] = "observe"
    practice.between = failing("pages.send", DOWN)
    practice.deliver()
    practice.wait(hours=3)
    tries = practice.calls.count("pages.send")
    practice.between = None

    practice.wait(minutes=11)

    assert 15 < tries < 30
    assert [(letter.kind, letter.number) for letter in practice.letters] == [("page", tries + 1)]


def test_while_nobody_can_be_told_the_response_goes_on() -> None:
    practice = Practice(converge_after=timedelta(minutes=16))
    practice.deliver()

    with broken(practice.pages, DOWN):
        practice.wait(minutes=30)

    assert (practice.state, practice.running()) == (State.RECOVERED, "chat-v1")


def test_a_page_that_failed_before_the_recovery_is_still_told_and_resolved() -> None:
    practice = Practice(converge_after=timedelta(minutes=16))
    practice.deliver()
    with broken(practice.pages, DOWN):
        practice.wait(minutes=30)
        practice.resolve()
        assert practice.incident.state is State.RECOVERED

    practice.wait(minutes=12)

    assert _kinds(practice) == ["page", "resolve"]
    assert practice.state is State.CLOSED


def test_a_safety_page_that_failed_is_told_even_when_the_alert_ended_meanwhile() -> None:
    practice = Practice()
    practice.fires(SAFETY)
    with broken(practice.pages, DOWN):
        practice.deliver(a_message(SAFETY))
        practice.resolve(an_alert("resolved", ends=NOON + timedelta(minutes=1), failure_mode="safety_violation"))

    practice.wait(minutes=12)

    assert _kinds(practice) == ["page", "resolve"]


def test_a_notice_says_which_delivery_it_is() -> None:
    practice = _observing()

    assert [letter.number for letter in practice.letters] == [1]


def test_every_notice_of_an_incident_carries_the_same_key() -> None:
    practice = _observing()
    practice.resolve()

    assert {letter.key for letter in practice.letters} == {practice.incident.id}
    assert _kinds(practice) == ["page", "resolve"]


def test_what_was_told_stands_in_the_audit() -> None:
    practice = _observing()

    assert any("llm.responder.told" in text for text in practice.audit.read(practice.incident.id))


def test_who_silenced_an_alert_is_not_woken_for_it() -> None:
    practice = Practice()
    alert = an_alert()
    practice.alerts.firing[alert.fingerprint] = Firing("suppressed", "silenced by ann")

    practice.deliver(a_message(alert))
    practice.wait(minutes=30)

    assert [letter.kind for letter in practice.letters if letter.kind in ("page", "ticket", "note")] == ["note"]
    assert practice.applied == []


def test_an_endpoint_that_is_gone_is_told_at_once() -> None:
    practice = Practice()
    practice.deliver()
    practice.remediator.things.clear()

    practice.wait(minutes=1)

    assert practice.state is State.ESCALATED
    assert len(practice.told("page")) == 1


def test_when_the_silence_ends_and_it_still_fires_a_person_is_paged_once() -> None:
    practice = Practice()
    alert = an_alert()
    practice.alerts.firing[alert.fingerprint] = Firing("suppressed", "silenced by ann")
    practice.deliver(a_message(alert))
    practice.wait(minutes=20)
    assert practice.told("page") == []

    practice.fires(alert)
    practice.wait(minutes=60)

    assert len(practice.told("page")) == 1
    assert practice.applied == []
