"""What each action moves, and what it brings with it for a while even when all goes well.

`lint` refuses pages that push one thing two ways. An alert that is such a declared side effect attaches to the
incident whose action brings it; it neither reopens nor contradicts it while the action settles.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from responder.domain.failure_mode import FailureMode
from responder.domain.runbook import Action


@dataclass(frozen=True)
class Effect:
    """What an action moves and which way, and which symptoms it brings for a while even when all goes well."""

    moves: str
    towards: str
    brings: frozenset[FailureMode]
    settles_within: timedelta


EFFECTS = {
    # New instances begin with cold caches: slow answers and refused connections look like a new failure.
    Action.ROLLBACK: Effect(
        "release",
        "back",
        frozenset({FailureMode.LATENCY_SPIKE, FailureMode.ERROR_RATE}),
        timedelta(minutes=15),
    ),
    # Who is turned away at the gateway sees errors, and tries again.
    Action.THROTTLE: Effect(
        "traffic", "down", frozenset({FailureMode.ERROR_RATE, FailureMode.API_TIMEOUT}), timedelta(minutes=15)
    ),
    Action.RESTORE_REGISTRY: Effect("registry", "back", frozenset({FailureMode.LATENCY_SPIKE}), timedelta(minutes=15)),
    Action.FREEZE: Effect("rollout", "stopped", frozenset(), timedelta()),
}


def opposed(one: Effect, other: Effect) -> bool:
    return one.moves == other.moves and one.towards != other.towards


def is_side_effect(action: Action, named: Collection[str], since: timedelta) -> bool:
    """Say whether every one of these failure modes is what the action brings while it settles."""
    effect = EFFECTS[action]
    return bool(named) and set(named) <= set(effect.brings) and since < effect.settles_within
