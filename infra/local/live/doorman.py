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

    `begins_at` is the onset, `opens_after` how long an alert takes from there at the least. One that acts several times
    decides again at `reopens_at` or later, and is no more to be part of a storm then than when it opened. `restless` is
    one that opens incident after incident, `alone` one that nobody may disturb until it is let go.
    """

    runbook: str
    actions: int
    begins_at: float
    opens_after: float
    targets: int = 1
    restless: bool = False
    alone: bool = False
    opened_at: float | None = None
    reopens_at: float | None = None
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
    span = limits.storm.span.total_seconds() + MARGIN
    near = [other for other in others if _opens_near(other, new, _next_opening(new, others), span)]
    if new.alone or new.targets > 1:
        return not near
    if sum(other.targets for other in near) + new.targets >= limits.storm.times:
        return False
    return all(
        _leaves_room(new, [o for o in others if runbook in (None, o.runbook)], quotas)
        for runbook, quotas in ((new.runbook, limits.runbooks.get(new.runbook, ())), (None, limits.fleet))
    )


def _next_opening(new: Turn, others: Iterable[Turn]) -> float:
    """When it first matters that the new one is in trouble: another of its kind that opens sees it pending."""
    alike = [o for o in others if o.runbook == new.runbook and o.opened_at is None and not o.over]
    return max(new.begins_at, min(one.begins_at + one.opens_after for one in (new, *alike)))


def _opens_near(other: Turn, new: Turn, opening: float, span: float) -> bool:
    """Whether both may open within the span that makes a storm; what opened long ago is out of it."""
    if other.over and other.opened_at is None:
        return False
    latest = new.begins_at + new.opens_after + LATEST + span
    if not other.over and (other.restless or _decides_again(other, latest)):
        return True
    if other.opened_at is not None:
        return opening - other.opened_at < span
    return other.begins_at + other.opens_after < latest


def _decides_again(other: Turn, before: float) -> bool:
    return other.reopens_at is not None and other.acted_at is None and other.reopens_at < before


def _leaves_room(new: Turn, others: Iterable[Turn], quotas: Sequence[Quota]) -> bool:
    """Whether what was spent and what will be leave room; what is not spent yet may be spent at any time."""
    acting = [other for other in others if other.actions]
    for quota in quotas:
        since = new.begins_at + new.opens_after - quota.span.total_seconds()
        spent = sum(o.actions for o in acting if (o.acted_at is None and not o.over) or (o.acted_at or 0) > since)
        if new.actions and spent + new.actions > quota.times:
            return False
    return True
