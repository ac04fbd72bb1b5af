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
    """What an action moves and which way, and which symptoms it brings for a while even when all goes well.

    `back` says what is being done while it is led back step by step.
    """

    moves: str
    towards: str
    brings: frozenset[FailureMode]
    settles_within: timedelta
    back: str = "taking it back"


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
        "traffic",
        "down",
        frozenset({FailureMode.ERROR_RATE, FailureMode.API_TIMEOUT}),
        timedelta(minutes=15),
        "lifting the limit",
    ),
    Action.RESTORE_REGISTRY: Effect("registry", "back", frozenset({FailureMode.LATENCY_SPIKE}), timedelta(minutes=15)),
    # Engines read weights while they answer, and old ones refuse the adapter's callers for a moment.
    Action.RESTORE_ADAPTER: Effect(
        "adapter",
        "back",
        frozenset({FailureMode.LATENCY_SPIKE, FailureMode.ERROR_RATE}),
        timedelta(minutes=15),
    ),
    Action.FREEZE: Effect("rollout", "stopped", frozenset(), timedelta()),
    Action.REEVALUATE: Effect("evaluation", "started", frozenset(), timedelta()),
    # Engines load the model again with the other settings, one after the other.
    Action.SWITCH_PROFILE: Effect(
        "profile",
        "gentle",
        frozenset({FailureMode.LATENCY_SPIKE, FailureMode.ERROR_RATE}),
        timedelta(minutes=15),
        "putting the serving profile back",
    ),
    # Another model answers: slower perhaps, and other words than before.
    Action.OPEN_CIRCUIT: Effect(
        "calls",
        "to the fallback",
        frozenset({FailureMode.LATENCY_SPIKE, FailureMode.QUALITY_REGRESSION}),
        timedelta(minutes=15),
        "closing the circuit",
    ),
    # New replicas begin with cold caches, and cost money from their first minute.
    Action.SCALE_OUT: Effect(
        "replicas",
        "up",
        frozenset({FailureMode.LATENCY_SPIKE, FailureMode.COST_OVERRUN}),
        timedelta(minutes=15),
        "giving the added replicas back",
    ),
    # The others take over what the hot one did, with caches that do not know those callers yet.
    Action.REBALANCE: Effect("weights", "as declared", frozenset({FailureMode.LATENCY_SPIKE}), timedelta(minutes=15)),
    Action.DRAIN: Effect(
        "shards", "out", frozenset({FailureMode.LATENCY_SPIKE}), timedelta(minutes=15), "putting the shard back"
    ),
    # What comes again is work, and may be too much: nothing it brings is excused, and it is stopped.
    Action.REQUEUE: Effect("letters", "back", frozenset(), timedelta(), "stopping the move"),
}


def opposed(one: Effect, other: Effect) -> bool:
    return one.moves == other.moves and one.towards != other.towards


def is_side_effect(action: Action, named: Collection[str], since: timedelta) -> bool:
    """Say whether every one of these failure modes is what the action brings while it settles."""
    effect = EFFECTS[action]
    return bool(named) and set(named) <= set(effect.brings) and since < effect.settles_within
