"""Is the shadow candidate worse than what serves? Both answered the same requests, so they are compared in pairs.

Only pairs they differ in say anything (McNemar): b where the one in service was right alone, c where the shadow was.
Worse is said of a slice when that many b in two windows together would be chance less than once in a thousand times,
the gap is at least two points, and each window alone leans the same way: one bad afternoon is no worse model. Asking
each window for the whole proof would find a drop of five points in one case of twenty instead of every second.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from responder.domain.serving.release_gate import chance

GAP = 0.02
DOUBT = 0.00135  # three sigmas on one side
LEANS = 0.05  # each window alone
PAIRS = 100


@dataclass(frozen=True)
class Pair:
    """One request, judged twice."""

    dataset: str
    control: bool
    shadow: bool


@dataclass(frozen=True)
class Gap:
    """One slice of one window; `gap` is how much larger the share of good answers of the one in service is.

    `lost` and `won` are the pairs they differ in, as the shadow sees them.
    """

    dataset: str
    pairs: int
    gap: float
    by_chance: float
    lost: int = 0
    won: int = 0

    @property
    def leans(self) -> bool:
        return self.pairs >= PAIRS and self.by_chance < LEANS


def gaps(pairs: Sequence[Pair]) -> tuple[Gap, ...]:
    """Compare slice by slice."""
    slices = sorted({pair.dataset for pair in pairs})
    return tuple(_gap(name, [pair for pair in pairs if pair.dataset == name]) for name in slices)


def worse(before: Sequence[Gap], now: Sequence[Gap]) -> tuple[str, ...]:
    """Name the slices in which the shadow is worse in both windows."""
    earlier = {gap.dataset: gap for gap in before}
    return tuple(gap.dataset for gap in now if gap.dataset in earlier and _worse(earlier[gap.dataset], gap))


def _worse(before: Gap, now: Gap) -> bool:
    both = _counted(now.dataset, before.pairs + now.pairs, before.lost + now.lost, before.won + now.won)
    return before.leans and now.leans and both.gap >= GAP and both.by_chance < DOUBT


def _gap(dataset: str, pairs: Sequence[Pair]) -> Gap:
    b = sum(pair.control and not pair.shadow for pair in pairs)
    c = sum(pair.shadow and not pair.control for pair in pairs)
    return _counted(dataset, len(pairs), b, c)


def _counted(dataset: str, pairs: int, b: int, c: int) -> Gap:
    return Gap(dataset, pairs, round((b - c) / pairs, 6), chance(b + c, b, 0.5), b, c)
