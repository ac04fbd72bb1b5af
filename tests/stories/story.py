"""What a whole incident is: how the world is arranged, and how it must end."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from tests.world import Practice

from responder.domain.incident import Disposition

TOLD_MORE = ("page", "update", "resolve")
RELIEVED = ("ticket", "update")
SOON = timedelta(minutes=13)
LATER = timedelta(minutes=26)


@dataclass(frozen=True)
class Story:
    """A whole incident: how the world is arranged, and how it must end."""

    name: str
    arrange: Callable[[Practice], None]
    effects: int
    kinds: tuple[str, ...]
    ends: Disposition
    running: str
    alert_ends_after: timedelta = timedelta(hours=1)
    undone: bool = False
    answer: bool | None = None
    alert: str = "LLMHighP95"
    others: int = 0
    runbook: str = "latency_spike"
