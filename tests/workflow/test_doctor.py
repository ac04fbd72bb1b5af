"""The doctor looks at everything once; what is wrong says what to do."""

from tests.world import NOON, Practice

from responder.adapters.in_memory import InMemoryLock
from responder.errors import CannotKnow, NotThere
from responder.workflow.doctor import Check, examine


def _examined(practice: Practice, *, send: bool = False) -> dict[str, Check]:
    return {check.what: check for check in examine(practice.world(), InMemoryLock(), NOON, send=send)}


def test_a_practice_world_is_well() -> None:
    checks = _examined(Practice())

    assert [check for check in checks.values() if not check.well] == []


def test_each_trouble_is_told_and_stops_no_other_check() -> None:
    practice = Practice()
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


def test_a_test_message_is_sent_only_when_asked_for() -> None:
    practice = Practice()

    _examined(practice)
    assert practice.letters == []

    _examined(practice, send=True)
    assert practice.letters[0].subject.startswith("[test]")
