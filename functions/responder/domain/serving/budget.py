"""Will the money last? What is spent since Monday, what is being spent, and what the week will have cost.

Projected is what is spent plus the run rate for the rest of the week. In the first tenth of a week it says little,
unless three tenths of the budget are already gone.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

WEEK = timedelta(days=7)
EARLY, GONE = 0.1, 0.3
OVER = 1.2


@dataclass(frozen=True)
class Projection:
    """A model's week; `parts` says what each feature (route) will have cost by its end."""

    spent: float
    projected: float
    budget: float
    hours_left: float | None
    over: bool
    parts: dict[str, float]

    @property
    def says(self) -> str:
        return f"the week will cost {self.projected:.2f} USD of {self.budget:.2f} ({self.projected / self.budget:.0%})"


def elapsed(now: datetime) -> timedelta:
    """Return how much of the week, which begins on Monday 00:00 UTC, is over."""
    moment = now.astimezone(UTC)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return moment - (midnight - timedelta(days=moment.weekday()))


def project(
    spent: Mapping[str, float], per_second: Mapping[str, float], budget: float, now: datetime, over: float = OVER
) -> Projection:
    """Project the week from what each part has spent and spends."""
    left = (WEEK - elapsed(now)).total_seconds()
    parts = {name: spent.get(name, 0.0) + per_second.get(name, 0.0) * left for name in {*spent, *per_second}}
    so_far, rate, projected = sum(spent.values()), sum(per_second.values()), sum(parts.values())
    telling = elapsed(now) / WEEK >= EARLY or so_far / budget > GONE
    hours = max(0.0, (budget - so_far) / rate / 3600) if rate > 0 else math.inf
    lasting = None if math.isinf(hours) else hours
    return Projection(so_far, projected, budget, lasting, telling and projected / budget > over, parts)
