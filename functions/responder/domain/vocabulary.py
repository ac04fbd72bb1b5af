"""Hear which words usually stand where a mode is at work: a second opinion on what the signals saw.

What single words and pairs of neighbours say for or against each mode is learned from the labelled lines in
tests/corpus (`make vocabulary`): a table with a row for each of them, a column for each mode, and in it natural
log-odds against `unknown`. A text is heard as a whole: rare words count more than common ones, and a long text says no
more than a short one (tf-idf, normalised to length one).
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import nlargest
from itertools import pairwise

from responder.domain.failure_mode import FailureMode
from responder.errors import CannotRead

STEM = 5  # characters: `drifted` and `drifting` begin alike
START = "*"  # the row that says what a text weighs before any word of it is heard
MODES = tuple(mode for mode in FailureMode if mode is not FailureMode.UNKNOWN)
HEADER = "\t".join(("word", "rarity", *MODES))
_QUOTED = 3
# Counted and not quoted, as are numbers and words of one or two letters.
_DULL = frozenset("all and any are but for from had has its not one out per than that the this was were with".split())  # noqa: SIM905  # a list of words reads as words
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_TOKEN = re.compile(r"[a-z]+|[0-9]+|[^\W\d_a-z]+|[%$€><≥]")
_UNSPACED = re.compile(r"[\u3040-\u9fff\uac00-\ud7af]")  # scripts that write no spaces are read in pairs

Row = tuple[float, tuple[float, ...]]


@dataclass(frozen=True)
class Opinion:
    """What some texts say: for each of their words that is known its share of the text and its weights."""

    start: tuple[float, ...]
    shares: tuple[tuple[str, float, tuple[float, ...]], ...]

    def of(self, mode: FailureMode) -> float:
        """Weigh a mode against `unknown`, in natural log-odds."""
        column = MODES.index(mode)
        return self.start[column] + sum(share * weights[column] for _, share, weights in self.shares)

    def words(self, mode: FailureMode) -> tuple[str, ...]:
        """Quote the words that say most of what is said of a mode."""
        column, sign = MODES.index(mode), math.copysign(1, self.of(mode))
        said = ((sign * share * weights[column], quote) for quote, share, weights in self.shares if _tells(quote))
        telling = nlargest(2 * _QUOTED, (one for one in said if one[0] > 0))
        return tuple(dict.fromkeys(quote for _, quote in telling))[:_QUOTED]


@dataclass(frozen=True)
class Vocabulary:
    """The table as it is written; rows are read when a text has their word."""

    table: str = ""

    def hear(self, texts: Iterable[str]) -> Opinion | None:
        """Hear some texts as one; None where no word is known."""
        counts, quotes = terms_of(texts)
        rows = {term: self._row(term) for term in counts if term in self._lines}
        if not rows:
            return None
        loud = {term: (1 + math.log(counts[term])) * rarity for term, (rarity, _) in rows.items()}
        length = math.hypot(*loud.values())
        shares = ((quotes[term], loud[term] / length, weights) for term, (_, weights) in rows.items())
        return Opinion(self._row(START)[1], tuple(shares))

    @cached_property
    def _lines(self) -> Mapping[str, str]:
        return dict(line.split("\t", 1) for line in self.table.splitlines()[1:])

    @cached_property
    def _read(self) -> dict[str, Row]:
        return {}

    def _row(self, term: str) -> Row:
        """Read a row once."""
        if term not in self._read:
            rarity, *weights = self._lines[term].split("\t")
            self._read[term] = float(rarity), tuple(float(weight or 0) for weight in weights)
        return self._read[term]


def parse_vocabulary(text: str, file: str) -> Vocabulary:
    """Check every row; raise CannotRead that names the first line that is wrong, and how to get a right one."""
    head, *lines = text.splitlines() or [""]
    if head != HEADER:
        raise CannotRead(f"{file}:1: the first line is not {HEADER!r}; write it anew: make vocabulary")
    for number, line in enumerate(lines, 2):
        _check(line.split("\t"), f"{file}:{number}")
    if not any(line.startswith(f"{START}\t") for line in lines):
        raise CannotRead(f"{file}: the row {START!r} is missing; write it anew: make vocabulary")
    return Vocabulary(text)


def terms_of(texts: Iterable[str]) -> tuple[Counter[str], dict[str, str]]:
    """Count words, their beginnings and pairs of neighbours; each is quoted with the first words it was read in."""
    counts: Counter[str] = Counter()
    quotes: dict[str, str] = {}
    for text in texts:
        for term, quote in _terms(_words(text)):
            counts[term] += 1
            quotes.setdefault(term, quote)
    return counts, quotes


def _terms(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield from ((word[:STEM], word) for word in words)
    yield from ((word, word) for word in words if len(word) > STEM)
    yield from ((f"{one[:STEM]} {other[:STEM]}", f"{one} {other}") for one, other in pairwise(words))


def _words(text: str) -> list[str]:
    """Split a text; all numbers are one word."""
    words: list[str] = []
    for token in _TOKEN.findall(text.lower()):
        if token[0].isdecimal():
            words.append("0")
        elif _UNSPACED.search(token):
            words.extend(token[at : at + 2] for at in range(max(1, len(token) - 1)))
        else:
            words.append(token)
    return words


def _tells(quote: str) -> bool:
    """Say whether a reader learns something from a word or a pair of words."""
    return all(not word.isascii() or (len(word) > 2 and word not in _DULL) for word in quote.split())  # noqa: PLR2004  # as said above


def _check(cells: Sequence[str], place: str) -> None:
    if len(cells) != len(MODES) + 2:
        raise CannotRead(f"{place}: {len(cells)} columns instead of {len(MODES) + 2}; write it anew: make vocabulary")
    for cell in cells[1:]:
        if not _NUMBER.fullmatch(cell or "0"):
            raise CannotRead(f"{place}: {cell!r} is no number; write it anew: make vocabulary")
