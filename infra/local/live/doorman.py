"""Who may begin when.

Scenarios are played beside each other, but none may look like part of a storm, or be refused because the others spent
what the runbook or the fleet may do in an hour. The limits stay what they are; we wait.

Pure: times are seconds, and what happened is told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from responder.domain.runbook import Quota

LATEST = 12.0
"""How much later than it may at the earliest an alert usually arrives."""
MARGIN = 5.0
"""How far apart from a storm we stay."""


@dataclass(frozen=True)
class Turn:
    """A scenario in play, or one that would like to be; `actions` is how many changes it will ask for.

    `begins_at` is the onset, `opens_after` how long an alert takes from there at the least. `restless` is one that
    opens incident after incident, `alone` one that nobody may disturb until it is let go.
    """

    runbook: str
    actions: int
    begins_at: float
    opens_after: float
    targets: int = 1
    restless: bool = False
    alone: bool = False
    opened_at: float | None = None
    acted_at: float | None = None
    released: bool = False
    over: bool = False


@dataclass(frozen=True)
class Limits:
    """What the library allows: a storm, the fleet's windows, and each runbook's."""

    storm: Quota
    fleet: Sequence[Quota]
    runbooks: Mapping[str, Sequence[Quota]]


def may_begin(new: Turn, others: Sequence[Turn], limits: Limits) -> bool:
    """Let it begin unless it could open among others, act beyond a budget, or disturb or be disturbed."""
    if any(other.alone and not other.released and not other.over for other in others):
        return False
    near = [other for other in others if _opens_near(other, new, limits.storm.span.total_seconds() + MARGIN)]
    if new.alone or new.targets > 1:
        return not near
    if sum(other.targets for other in near) + new.targets >= limits.storm.times:
        return False
    return all(
        _leaves_room(new, [o for o in others if runbook in (None, o.runbook)], quotas)
        for runbook, quotas in ((new.runbook, limits.runbooks.get(new.runbook, ())), (None, limits.fleet))
    )


def _opens_near(other: Turn, new: Turn, span: float) -> bool:
    """Whether both may open within the span that makes a storm; what opened long ago is out of it."""
    if other.restless and not other.over:
        return True
    earliest = new.begins_at + new.opens_after
    if other.opened_at is not None:
        return earliest - other.opened_at < span
    return not other.over and other.begins_at + other.opens_after < earliest + LATEST + span


def _leaves_room(new: Turn, others: Iterable[Turn], quotas: Sequence[Quota]) -> bool:
    """Whether what was spent and what will be leave room; what is not spent yet may be spent at any time."""
    acting = [other for other in others if other.actions]
    for quota in quotas:
        since = new.begins_at + new.opens_after - quota.span.total_seconds()
        spent = sum(o.actions for o in acting if (o.acted_at is None and not o.over) or (o.acted_at or 0) > since)
        if new.actions and spent + new.actions > quota.times:
            return False
    return True
