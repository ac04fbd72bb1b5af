"""Which services there are in practice: `chat`, which is always on, and one or more for each game-day scenario."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from responder.domain.services import parse_services
from responder.domain.target import Target
from responder.domain.touch import Touch
from responder.rehearsal.scenarios import SCENARIOS, Scenario

ALWAYS_ON = "chat"
"""Plays the slow release whenever somebody releases v2; the scenarios call their own service by this name too."""


@dataclass(frozen=True)
class Part:
    """A service, the scenario it plays, and what may be touched there, not yet made."""

    service: str
    scenario: Scenario
    touch: Touch


def service_of(scenario: str) -> str:
    """Name the service that plays a scenario."""
    return scenario.replace("_", "-")


def parts(scenarios: Sequence[Scenario]) -> list[Part]:
    """List the services of some scenarios, neighbours included."""
    return [
        Part(name.replace(ALWAYS_ON, service_of(scenario.name), 1), scenario, touch)
        for scenario in scenarios
        for name, touch in ((ALWAYS_ON, scenario.touch), *scenario.neighbours)
    ]


def read_targets(services: Path) -> tuple[Target, ...]:
    """Read which services stand, and what each has: those of the scenarios that are played, and the one always on."""
    return parse_services(services.read_text(encoding="utf-8"), str(services)).targets


def troupe() -> dict[str, Scenario]:
    """Tell what every service plays."""
    slow = next(scenario for scenario in SCENARIOS if scenario.name == "slow_release")
    return {ALWAYS_ON: slow, **{part.service: part.scenario for part in parts(SCENARIOS)}}
