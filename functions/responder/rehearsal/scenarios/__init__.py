"""The scenarios of a game day: how the service breaks, what people do meanwhile, and how it must end."""

from responder.rehearsal.scenarios import (
    accidents,
    adapters,
    circuits,
    drift,
    letters,
    limits,
    load,
    profiles,
    registries,
    releases,
    rollouts,
)
from responder.rehearsal.scenarios.scenario import BREAKS_AT, FIRST_HAND, Expected, Scenario

SCENARIOS = (
    *releases.SCENARIOS,
    *registries.SCENARIOS,
    *limits.SCENARIOS,
    *profiles.SCENARIOS,
    *circuits.SCENARIOS,
    *letters.SCENARIOS,
    *load.SCENARIOS,
    *adapters.SCENARIOS,
    *rollouts.SCENARIOS,
    *drift.SCENARIOS,
    *accidents.SCENARIOS,
)
__all__ = ["BREAKS_AT", "FIRST_HAND", "SCENARIOS", "Expected", "Scenario"]
