import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.domain.failure_mode import FailureMode
from responder.domain.mode import Mode, in_force, names
from responder.domain.runbook import Autonomy

SETTINGS = st.dictionaries(
    st.sampled_from(["global", "runbook/latency_spike", "target/chat"]),
    st.sampled_from([*Mode, "AUTO", " auto ", "on", ""]),
)


def _mode(settings: dict[str, str], autonomy: Autonomy = Autonomy.AUTO, *, can_ask: bool = True) -> Mode:
    return in_force(settings, autonomy, can_ask).mode


def test_auto_everywhere_is_auto() -> None:
    assert _mode({"global": "auto", "runbook/latency_spike": "auto", "target/chat": "auto"}) is Mode.AUTO
    assert _mode({"global": "auto"}) is Mode.AUTO


@pytest.mark.parametrize("strict", ["off", "observe", "suggest"])
@pytest.mark.parametrize("name", ["global", "runbook/latency_spike", "target/chat"])
def test_the_strictest_setting_wins(name: str, strict: str) -> None:
    assert _mode({"global": "auto", "target/chat": "auto", name: strict}) is Mode(strict)


def test_the_runbooks_own_autonomy_is_a_setting_too() -> None:
    assert _mode({"global": "auto"}, Autonomy.SUGGEST) is Mode.SUGGEST


@pytest.mark.parametrize("settings", [{}, {"target/chat": "auto"}, {"global": "on"}, {"global": ""}])
def test_a_missing_or_unreadable_global_mode_is_observe(settings: dict[str, str]) -> None:
    assert _mode(settings) is Mode.OBSERVE


def test_a_mode_nobody_can_read_is_observe_wherever_it_stands() -> None:
    assert _mode({"global": "auto", "target/chat": "yes"}) is Mode.OBSERVE


def test_who_cannot_ask_whether_an_alert_fires_may_only_suggest() -> None:
    assert _mode({"global": "auto"}, can_ask=False) is Mode.SUGGEST


def test_modes_are_read_as_people_write_them() -> None:
    assert _mode({"global": " Auto\n"}) is Mode.AUTO


def test_the_switch_says_which_setting_made_it_so() -> None:
    assert in_force({"global": "auto", "target/chat": "off"}, Autonomy.AUTO, can_ask=True).because == (
        "mode target/chat is off"
    )


@given(SETTINGS)
def test_without_the_global_setting_nothing_is_freer_than_observe(settings: dict[str, str]) -> None:
    others = {name: mode for name, mode in settings.items() if name != "global"}

    assert _mode(others) in (Mode.OFF, Mode.OBSERVE)


@given(SETTINGS, st.sampled_from(["global", "runbook/latency_spike", "target/chat"]))
def test_off_anywhere_is_off(settings: dict[str, str], name: str) -> None:
    assert _mode({**settings, name: "off"}) is Mode.OFF


def test_the_settings_of_one_effect_are_read_by_name() -> None:
    assert names(FailureMode.LATENCY_SPIKE, "chat") == ("global", "runbook/latency_spike", "target/chat")
    assert names(FailureMode.UNKNOWN, None) == ("global", "runbook/unknown")
