"""What a scenario of a game day is, and what many of them share."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from responder.domain.plans.document import DOCUMENT
from responder.domain.touch import Touch
from responder.domain.touch import TouchKind as Kind
from responder.rehearsal.fleet import Health, Sight
from responder.rehearsal.house import House

BREAKS_AT = 10  # the minute everything begins
FIRST_HAND = 4  # minutes after which a quick person acts, before the alert even fires
WELL = Health()
ROLLED_BACK, PAGED = ("rollback",), "page"
ENDPOINT = Touch(sagemaker_endpoint="chat")


@dataclass(frozen=True)
class Expected:
    """What must be seen: the actions asked for, in order, how it ended, and who was told."""

    actions: tuple[str, ...]
    ends: str
    told: str


@dataclass(frozen=True)
class Scenario:
    """One way to break, and what the house looks like; `events` is what happens in a minute besides."""

    name: str
    says: str
    runbook: str
    alert: str
    behaves: Callable[[Sight], Health]
    expected: Expected
    touch: Touch = ENDPOINT
    arrange: Callable[[House], None] = field(default=lambda _: None)
    events: Callable[[House], None] = field(default=lambda _: None)
    severity: str = "critical"
    neighbours: tuple[tuple[str, Touch], ...] = ()
    minutes: int = 120


def released(house: House) -> None:
    """v1 ran for two days; v2 is deployed when everything begins."""
    if house.minute == BREAKS_AT:
        house.release("v2")


def on_v2(bad: Health) -> Callable[[Sight], Health]:
    return lambda seen: bad if seen.runs == "v2" else WELL


def always(bad: Health) -> Callable[[Sight], Health]:
    return lambda seen: bad if seen.minute >= BREAKS_AT else WELL


def reads(seen: Sight, kind: Kind) -> dict[str, Any]:
    """What the service reads in a document."""
    found: dict[str, Any] = json.loads(seen.says(kind)[DOCUMENT])
    return found
