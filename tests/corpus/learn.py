"""Learn the vocabularies of the pages: `make vocabulary`, or `python -m tests.corpus.learn FILE…` for your own lines.

A softmax over all modes is fitted to labelled lines, and each page gets the words that say most for or against its
mode, as log-odds against `unknown`. The same lines always give the same pages: nothing is drawn at random.
"""

import json
import math
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from textwrap import fill

from tests.corpus.score import FILES, GIVEN, RUNBOOKS, question, truth_of

from responder.commands.classify import Question, alerts_of
from responder.domain.failure_mode import FailureMode
from responder.domain.plain import from_plain
from responder.domain.sighting import as_read, written
from responder.domain.vocabulary import Vocabulary, stems_of

ROUNDS = 40
FASTEST = 1.0  # how far a first step goes; a weight that has moved much moves slower (AdaGrad)
TRUST = 10.0  # how much the lines count against the wish for small weights
OFTEN = 2  # a word of a single line says nothing about other lines
TIMES_GIVEN = 3  # the lines we were given are the style that counts
MOST_WORDS = 400  # on one page
SMALLEST = 0.1
MODES = tuple(FailureMode)

Bag = tuple[list[str], int]
_BLOCK = re.compile(r"^vocabulary:\n(?:[ #].*\n)*", re.MULTILINE)
_NOTE = "  # Learned from the labelled lines in tests/corpus by `make vocabulary`; not to be edited by hand.\n"


def learn(items: Sequence[dict[str, object]]) -> dict[FailureMode, Vocabulary]:
    """Fit one weight per word and mode to the items."""
    bags = _known_only([_bag(item) for item in items])
    weights, starts = _fit(bags)
    base = MODES.index(FailureMode.UNKNOWN)
    return {
        mode: Vocabulary(
            round(starts[at] - starts[base], 1), _most({stem: w[at] - w[base] for stem, w in weights.items()})
        )
        for at, mode in enumerate(MODES)
        if at != base
    }


def write(vocabulary: Vocabulary, page: str) -> str:
    """Put a vocabulary into the front matter of a page, in place of the one before."""
    entries = " ".join(f"{stem}{weight:+}" for stem, weight in vocabulary.words.items())
    words = fill(entries, 116, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False)
    block = f"vocabulary:\n{_NOTE}  start: {vocabulary.start}\n  words: >-\n{words}\n"
    bare = _BLOCK.sub("", page, count=1)
    return re.sub(r"^remediation:|^escalate:", lambda found: block + found[0], bare, count=1, flags=re.MULTILINE)


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines() * (TIMES_GIVEN if file == GIVEN else 1)


def _bag(item: dict[str, object]) -> Bag:
    """Return the beginnings of an item's words, and which mode it is."""
    line = from_plain(Question, json.loads(question(item)), str(item["id"]))
    texts = [*map(written, alerts_of(line)), *map(as_read, line.logs)]
    stems = sorted({stem for text in texts for stem in stems_of(text)})
    return stems, MODES.index(FailureMode(truth_of(item)))


def _known_only(bags: list[Bag]) -> list[Bag]:
    often = Counter(stem for stems, _ in bags for stem in stems)
    return [([stem for stem in stems if often[stem] >= OFTEN], mode) for stems, mode in bags]


def _fit(bags: Sequence[Bag]) -> tuple[dict[str, list[float]], list[float]]:
    """Start from how many lines a mode has, and descend along the gradient of the log loss, line after line."""
    often = Counter(stem for stems, _ in bags for stem in stems)
    weights = {stem: [0.0] * len(MODES) for stem in often}
    moved = {stem: [1e-6] * len(MODES) for stem in often}
    lines = Counter(mode for _, mode in bags)
    starts = [math.log(1 + lines[at]) for at in range(len(MODES))]
    for _ in range(ROUNDS):
        for stems, mode in bags:
            share = 1 / math.sqrt(len(stems) or 1)
            rows = [weights[stem] for stem in stems]
            slopes = _softmax([b + share * sum(column) for b, column in zip(starts, _columns(rows), strict=True)])
            slopes[mode] -= 1
            for stem, row in zip(stems, rows, strict=True):
                _step(row, moved[stem], [share * slope for slope in slopes], 1 / (TRUST * often[stem]))
    return weights, starts


def _columns(rows: Sequence[list[float]]) -> Iterable[tuple[float, ...]]:
    return zip(*rows, strict=True) if rows else [()] * len(MODES)


def _step(row: list[float], moved: list[float], slopes: Sequence[float], shrink: float) -> None:
    for at, slope in enumerate(slopes):
        pull = slope + shrink * row[at]
        moved[at] += pull * pull
        row[at] -= FASTEST * pull / math.sqrt(moved[at])


def _softmax(scores: Sequence[float]) -> list[float]:
    highest = max(scores)
    powers = [math.exp(score - highest) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


def _most(weights: dict[str, float]) -> dict[str, float]:
    """Keep the words that say most, loudest first."""
    ranked = sorted(((round(w, 1), stem) for stem, w in weights.items()), key=lambda e: (-abs(e[0]), e[1]))
    return {stem: w for w, stem in ranked[:MOST_WORDS] if abs(w) >= SMALLEST}


def main(files: Iterable[Path], runbooks: Path) -> None:
    """Write the vocabulary of every page."""
    items = [json.loads(line) for file in files for line in _lines(file)]
    for mode, vocabulary in learn(items).items():
        page = runbooks / f"{mode}.md"
        page.write_text(write(vocabulary, page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(map(Path, sys.argv[1:] or FILES), RUNBOOKS)
