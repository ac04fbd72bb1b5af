"""Find which of many patterns occur in a text, at a cost that hardly grows with their number.

A pattern is a regular expression over lower-case text, in which a space also stands for `_` and `-`. Several
may be joined by ` ~ `: all of them occur, in any order, each at most 60 characters from the next.

Where `cuda error:? (device-side assert|out of memory)` matches, one of two literals must stand. Each literal is
filed under one of its three-letter pieces, and only patterns whose piece and literal occur in the text are tried.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice

from responder.domain.literals import literals_of, pieces_of

APART = 60  # characters that may lie between the parts of a pattern
JOINED = " ~ "
MOST = 50  # places of one part that are looked at; a hostile line could hold thousands
# A space that is no part of a class; after `+` or `*` it stays one, or `(\w+ ){0,6}` would split `a_a_a` in all ways.
_SPACE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|(?<![+*]) ")

Span = tuple[int, int]


@dataclass(frozen=True)
class Found:
    """A pattern, and the words in which it was found."""

    pattern: str
    quote: str


@dataclass(frozen=True)
class PatternIndex:
    """Patterns by the pieces of their literals; `always` holds those that have no literal to look for."""

    by_piece: Mapping[str, tuple[tuple[str, str], ...]]
    always: tuple[str, ...]

    def search(self, text: str) -> Iterator[Found]:
        """Yield each pattern that occurs in the text, once, upper and lower case alike."""
        lowered = text.lower()
        spans: dict[str, list[Span]] = {}
        for pattern in (*self.always, *self._near(lowered)):
            span = _span(pattern, lowered, spans)
            if span:
                yield Found(pattern, text[slice(*span)])

    def _near(self, text: str) -> list[str]:
        pieces = pieces_of(text) & self.by_piece.keys()
        return sorted({pattern for piece in pieces for literal, pattern in self.by_piece[piece] if literal in text})


def index_patterns(patterns: Iterable[str]) -> PatternIndex:
    """File every pattern; each literal goes under its least used piece, so that no drawer gets long."""
    filed: dict[str, list[tuple[str, str]]] = defaultdict(list)
    always = []
    for pattern in sorted(set(patterns)):
        literals = _fewest([literals_of(spelled(part)) for part in parts_of(pattern)])
        if not literals:
            always.append(pattern)
        for literal in literals:
            piece = min(sorted(pieces_of(literal)), key=lambda p: len(filed.get(p, ())))
            filed[piece].append((literal, pattern))
    return PatternIndex({piece: tuple(found) for piece, found in filed.items()}, tuple(always))


def parts_of(pattern: str) -> list[str]:
    return pattern.split(JOINED)


def spelled(part: str) -> str:
    """Let each space stand for what joins words in prose and in identifiers alike."""
    return _SPACE.sub(lambda found: found[0] if len(found[0]) > 1 else "[ _-]", part)


@cache
def compiled(part: str) -> re.Pattern[str]:
    """Compile when first needed: most patterns never are, and compiling them all would slow a cold start."""
    return re.compile(spelled(part))


def _fewest(promises: list[tuple[str, ...]]) -> tuple[str, ...]:
    return min((p for p in promises if p), key=len, default=())


def _span(pattern: str, text: str, known: dict[str, list[Span]]) -> Span | None:
    """Return the first stretch of text that holds all parts; `known` keeps what was found for shared parts."""
    first, *others = parts_of(pattern)
    if not others:
        found = compiled(first).search(text)
        return found.span() if found else None
    stretches = _spans(first, text, known)
    for part in others:
        more = _spans(part, text, known) if stretches else []
        stretches = [(min(a, c), max(b, d)) for a, b in stretches for c, d in more if _close((a, b), (c, d))]
    return stretches[0] if stretches else None


def _close(one: Span, other: Span) -> bool:
    """Near each other, and not the same words counted twice."""
    (_, end), (start, _) = sorted([one, other])
    return 0 <= start - end <= APART


def _spans(part: str, text: str, known: dict[str, list[Span]]) -> list[Span]:
    if part not in known:
        known[part] = [match.span() for match in islice(compiled(part).finditer(text), MOST)]
    return known[part]
