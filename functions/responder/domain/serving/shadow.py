"""Is the shadow candidate worse than what serves? Both answered the same requests, so they are compared in pairs.

Only pairs they differ in say anything (McNemar): b where the one in service was right alone, c where the shadow was.
Worse is said of a slice when, in two windows in a row, that many b would be chance less than once in a thousand
times, and the gap is at least two points.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from responder.domain.serving.release_gate import chance

GAP = 0.02
DOUBT = 0.00135  # three sigmas on one side
PAIRS = 100


@dataclass(frozen=True)
class Pair:
    """One request, judged twice."""

    dataset: str
    control: bool
    shadow: bool


@dataclass(frozen=True)
class Gap:
    """One slice of one window; `gap` is how much larger the share of good answers of the one in service is."""

    dataset: str
    pairs: int
    gap: float
    by_chance: float

    @property
    def worse(self) -> bool:
        return self.pairs >= PAIRS and self.gap >= GAP and self.by_chance < DOUBT


def gaps(pairs: Sequence[Pair]) -> tuple[Gap, ...]:
    """Compare slice by slice."""
    slices = sorted({pair.dataset for pair in pairs})
    return tuple(_gap(name, [pair for pair in pairs if pair.dataset == name]) for name in slices)


def worse(before: Sequence[Gap], now: Sequence[Gap]) -> tuple[str, ...]:
    """Name the slices in which the shadow is worse in both windows."""
    earlier = {gap.dataset for gap in before if gap.worse}
    return tuple(gap.dataset for gap in now if gap.worse and gap.dataset in earlier)


def _gap(dataset: str, pairs: Sequence[Pair]) -> Gap:
    b = sum(pair.control and not pair.shadow for pair in pairs)
    c = sum(pair.shadow and not pair.control for pair in pairs)
    return Gap(dataset, len(pairs), round((b - c) / len(pairs), 6), chance(b + c, b, 0.5))
