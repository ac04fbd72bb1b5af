"""Have the inputs moved? The population stability index of a feature against its frozen baseline.

Bins are deciles of the baseline, with open ends; a category is a bin, and what the baseline did not know is `other`.
An empty bin counts half. Without any drift the index is about (1/N + 1/M) times a chi-square of B - 1: below 500
samples that noise alone passes 0.2, so fewer are no measurement.
"""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

BINS = 10
SAMPLES = 500
ALLOWED = 0.2
OTHER = "other"
Z99 = NormalDist().inv_cdf(0.99)


@dataclass(frozen=True)
class Baseline:
    """How often each bin was seen; `edges` for numbers, none for categories."""

    counts: dict[str, int]
    edges: tuple[float, ...] | None = None

    @property
    def samples(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class Drift:
    """One feature, compared; `drifted` is None when there were too few samples to say."""

    feature: str
    psi: float
    samples: int
    allowed: float
    drifted: bool | None
    says: str = field(default="")


def freeze(values: Sequence[float | str]) -> Baseline:
    """Make the baseline of a feature; numbers are cut at their deciles, equal ones stay together."""
    numbers = [float(v) for v in values if not isinstance(v, str)]
    if not numbers:
        return Baseline(dict(Counter(map(str, values))))
    ranked = sorted(numbers)
    edges = tuple(sorted({ranked[len(ranked) * n // BINS] for n in range(1, BINS)}))
    return Baseline(dict(Counter(_bin(value, edges) for value in numbers)), edges)


def compare(feature: str, baseline: Baseline, values: Sequence[float | str], allowed: float = ALLOWED) -> Drift:
    """Compare a window with the baseline."""
    known = _bins(baseline)
    seen = Counter(_place(value, baseline, known) for value in values)
    psi = index([baseline.counts.get(name, 0) for name in known], [seen[name] for name in known])
    limit = max(allowed, noise(len(known), baseline.samples, len(values)))
    if len(values) < SAMPLES or baseline.samples < SAMPLES:
        says = f"{feature}: {len(values)} samples against {baseline.samples}, {SAMPLES} of each are needed"
        return Drift(feature, psi, len(values), limit, None, says)
    says = f"{feature}: PSI {psi:.3f}, allowed {limit:.3f}, {len(values)} samples"
    return Drift(feature, psi, len(values), limit, psi > limit, says)


def index(before: Sequence[int], now: Sequence[int]) -> float:
    """PSI over bins, with half a count added to each."""
    whole_before, whole_now = sum(before) + len(before) / 2, sum(now) + len(now) / 2
    shares = [((b + 0.5) / whole_before, (n + 0.5) / whole_now) for b, n in zip(before, now, strict=True)]
    return sum((n - b) * math.log(n / b) for b, n in shares)


def noise(bins: int, before: int, now: int) -> float:
    """Say what the index passes once in a hundred windows without any drift (chi-square by Wilson and Hilferty)."""
    if not before or not now or bins < 2:  # noqa: PLR2004  # one bin cannot move
        return math.inf
    degrees = bins - 1
    part = 2 / (9 * degrees)
    return degrees * (1 - part + Z99 * math.sqrt(part)) ** 3 * (1 / before + 1 / now)


def _bins(baseline: Baseline) -> list[str]:
    if baseline.edges is not None:
        return [str(n) for n in range(len(baseline.edges) + 1)]
    return sorted({*baseline.counts, OTHER})


def _place(value: float | str, baseline: Baseline, known: Sequence[str]) -> str:
    if baseline.edges is not None:
        return _bin(float(value), baseline.edges) if not isinstance(value, str) else "0"
    return str(value) if str(value) in known else OTHER


def _bin(value: float, edges: Sequence[float]) -> str:
    return str(bisect_left(edges, value))
