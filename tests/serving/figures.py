"""How often evaluation cries wolf on healthy traffic, and how long a shift runs before it is told.

    python -m tests.serving.figures        prints the figures of docs/service-levels.md; about a minute

Traffic is simulated: lengths are lognormal, half of all questions are easy, 500 samples and 400 judged pairs a window.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from responder.domain.serving.drift import compare, freeze
from responder.domain.serving.shadow import Pair, gaps, worse

HOURS = 6  # of a window
SEED = 11


@dataclass(frozen=True)
class Figure:
    """`alarms` is the share of windows with an alarm; `hours` until the first: the median, and all but 5 %."""

    what: str
    alarms: float
    hours: tuple[float, float]

    def __str__(self) -> str:
        middle, late = ("never" if hours == float("inf") else f"{hours:.0f} h" for hours in self.hours)
        return f"{self.what:48} alarms in {self.alarms:7.2%} of windows, first after {middle}, 95 % by {late}"


def figures(runs: int) -> Iterator[Figure]:
    """Simulate each kind of traffic so many times."""
    for shift in (0.0, 0.2, 0.3, 0.4):
        yield _figure(f"input length moved by {shift / 0.6:.2f} standard deviations", _drifting(shift), runs)
    for german in (0.2, 0.3, 0.4, 0.5):
        yield _figure(f"German grew from 20 % to {german:.0%}", _speaking(german), runs)
    for points in (0, 5, 10, 20):
        yield _figure(f"shadow {points} points worse than control", _shadowing(0.9 - points / 100), runs)


Windows = Callable[[random.Random], Iterator[bool]]
MOST = 20
"""Windows of one run, five days."""


def _figure(what: str, windows: Windows, runs: int) -> Figure:
    luck = random.Random(SEED)  # noqa: S311  # traffic, not a secret
    told = [[alarm for alarm, _ in zip(windows(luck), range(MOST), strict=False)] for _ in range(runs)]
    first = sorted((one.index(True) + 1) * HOURS if True in one else float("inf") for one in told)
    share = sum(map(sum, told)) / (runs * MOST)
    return Figure(what, share, (first[runs // 2], first[runs * 95 // 100]))


def _drifting(shift: float) -> Windows:
    def windows(luck: random.Random) -> Iterator[bool]:
        baseline = freeze(lengths(luck, 5000))
        while True:
            yield compare("input_len", baseline, lengths(luck, 500, shift)).drifted is True

    return windows


def _speaking(german: float) -> Windows:
    def windows(luck: random.Random) -> Iterator[bool]:
        baseline = freeze(languages(luck, 5000))
        while True:
            yield compare("language", baseline, languages(luck, 500, german)).drifted is True

    return windows


def _shadowing(shadow: float) -> Windows:
    def windows(luck: random.Random) -> Iterator[bool]:
        before = gaps([])
        while True:
            now = gaps(judged(luck, shadow=shadow))
            yield bool(worse(before, now))
            before = now

    return windows


def lengths(luck: random.Random, n: int, shift: float = 0.0) -> list[float | str]:
    return [luck.lognormvariate(5.5 + shift, 0.6) for _ in range(n)]


def languages(luck: random.Random, n: int, german: float = 0.2) -> list[float | str]:
    return ["de" if luck.random() < german else "en" for _ in range(n)]


def judged(luck: random.Random, *, pairs: int = 400, control: float = 0.9, shadow: float = 0.9) -> list[Pair]:
    """Answers to the same questions agree more than chance: half of them are easy."""
    made = []
    for _ in range(pairs):
        easy = luck.random() < 0.5
        made.append(Pair("live", easy or luck.random() < 2 * control - 1, easy or luck.random() < 2 * shadow - 1))
    return made


def main() -> None:
    for figure in figures(runs=100):
        print(figure)  # noqa: T201  # a command prints


if __name__ == "__main__":
    main()
