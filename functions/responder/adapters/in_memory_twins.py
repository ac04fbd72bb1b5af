"""One in-memory twin for every kind of thing that may be touched, but the registries, which share one of their own."""

from responder.adapters.in_memory_dead_letters import InMemoryDeadLetters
from responder.adapters.in_memory_levers import InMemoryThings
from responder.domain.touch import REGISTRIES, TouchKind


def twins() -> dict[TouchKind, InMemoryThings]:
    """Make them all; nothing stands yet."""
    plain: dict[TouchKind, InMemoryThings] = {
        kind: InMemoryThings(kind=kind) for kind in TouchKind if kind not in REGISTRIES
    }
    return plain | {TouchKind.DEAD_LETTERS: InMemoryDeadLetters()}
