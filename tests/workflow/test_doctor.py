"""The doctor looks at everything once; what is wrong says what to do."""

from dataclasses import replace
from datetime import timedelta

from tests.world import NOON, Practice, a_notification, an_alert, broken

from responder.adapters.in_memory import InMemoryLock
from responder.domain.message import to_messages
from responder.domain.target import Team
from responder.errors import ActionFailed, CannotKnow, NotThere
from responder.workflow.doctor import Check, examine
from responder.workflow.respond import respond


def _examined(practice: Practice, *, send: bool = False) -> dict[str, Check]:
    return {check.what: check for check in examine(practice.world(), InMemoryLock(), NOON, send=send)}


def _watched(minutes_ago: float = 1) -> Practice:
    """A practice world in which the Watchdog was heard."""
    practice = Practice()
    beat = an_alert(alertname="Watchdog", severity="none")
    (message,) = to_messages(a_notification(beat, at=NOON - timedelta(minutes=minutes_ago)), ())
    respond(message, practice.world(), NOON - timedelta(minutes=minutes_ago))
    return practice


def test_a_practice_world_is_well() -> None:
    checks = _examined(_watched())

    assert [check for check in checks.values() if not check.well] == []


def test_each_trouble_is_told_and_stops_no_other_check() -> None:
    practice = _watched()
    practice.modes.settings = {}
    practice.metrics.trouble = CannotKnow("connection refused")
    practice.remediator.trouble = NotThere("no endpoint chat")

    checks = _examined(practice)

    wrong = {check.what: check.says for check in checks.values() if not check.well}
    assert wrong.keys() == {"mode", "Prometheus", "target chat"}
    assert "only observed" in wrong["mode"]


def test_a_target_without_a_known_good_release_is_told_how_to_get_one() -> None:
    practice = Practice()
    practice.releases.markers.clear()

    assert "responder releases adopt chat" in _examined(practice)["target chat"].says


def test_a_watchdog_that_was_never_heard_or_is_heard_no_more_is_told() -> None:
    assert "was never heard" in _examined(Practice())["Watchdog"].says
    assert "no longer heard from alertmanager" in _examined(_watched(minutes_ago=20))["Watchdog"].says
    assert _examined(_watched(minutes_ago=2))["Watchdog"].says == "heard from alertmanager 2m ago"


def test_a_channel_that_would_not_take_a_notice_is_told_without_sending_one() -> None:
    practice = _watched()
    with broken(practice.pages, ActionFailed("the routing key is wrong")):
        check = _examined(practice)["channel inbox"]

    assert (check.well, check.says) == (False, "the routing key is wrong")
    assert practice.letters == []


def test_a_channel_is_looked_at_for_each_teams_own_destination() -> None:
    practice = _watched()
    teams = {"ml": Team(jira="MLP"), "web": Team(jira="WEB"), "ops": Team()}
    practice.library = replace(practice.library, teams=teams)

    says = _examined(practice)["channel inbox"].says
    assert ("MLP" in says, "WEB" in says, says.count(";")) == (True, True, 2)


def test_a_test_message_is_sent_only_when_asked_for() -> None:
    practice = Practice()

    _examined(practice)
    assert practice.letters == []

    _examined(practice, send=True)
    assert practice.letters[0].subject.startswith("[test]")
