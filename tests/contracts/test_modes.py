"""The mode parameters: read before each effect, and who changed them."""

from typing import Protocol

import pytest

from responder.adapters import aws
from responder.adapters.in_memory import InMemoryModes
from responder.adapters.modes import ModeParameters
from responder.ports import ModeHistory, ModeSettings


class Modes(ModeSettings, ModeHistory, Protocol):
    """Both ports, and the command line's hand."""

    def set(self, name: str, mode: str) -> None: ...


@pytest.fixture(params=["twin", "parameters"])
def modes(request: pytest.FixtureRequest) -> Modes:
    if request.param == "twin":
        return InMemoryModes()
    request.getfixturevalue("cloud")
    return ModeParameters("/responder/mode", aws.make_client("ssm"))


def test_only_settings_that_exist_are_returned(modes: Modes) -> None:
    modes.set("global", "auto")

    assert modes.read(["global", "runbook/latency_spike", "target/chat"]) == {"global": "auto"}


def test_settings_are_named_without_their_prefix(modes: Modes) -> None:
    modes.set("runbook/latency_spike", "observe")
    modes.set("target/chat", "off")

    found = modes.read(["runbook/latency_spike", "target/chat"])

    assert found == {"runbook/latency_spike": "observe", "target/chat": "off"}


def test_a_flip_is_in_force_at_once(modes: Modes) -> None:
    modes.set("global", "auto")
    modes.read(["global"])
    modes.set("global", "off")

    assert modes.read(["global"]) == {"global": "off"}


def test_the_newest_versions_of_all_settings_are_known(modes: Modes) -> None:
    for mode in ("observe", "auto"):
        modes.set("global", mode)
    modes.set("target/chat", "off")

    assert modes.versions() == {"global": 2, "target/chat": 1}


def test_flips_newer_than_a_version_come_oldest_first(modes: Modes) -> None:
    for mode in ("observe", "auto", "off"):
        modes.set("global", mode)

    flips = modes.flips("global", 1)

    assert [(flip.name, flip.version, flip.value) for flip in flips] == [("global", 2, "auto"), ("global", 3, "off")]
    assert all(flip.by and flip.at.tzinfo for flip in flips)
