"""Find which of many regular expressions occur in a text, at a cost that hardly grows with their number.

A text that matches `CUDA error: (device-side assert|out of memory)` must hold one of two literals. Each literal
is filed under one of its three-letter pieces; only patterns whose piece and literal occur in the text are tried.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

PIECE = 3
_WIDE_PIECE = 2  # two letters of a script without spaces are already a word
_OPTIONAL = re.compile(r"[*?]\??|\{\d*,?\d*\}\??")
_REPEATED = re.compile(r"\+\??")
_GROUP = re.compile(r"\((?:\?:|\?P<\w+>|(?!\?))")  # the groups whose content must be in the text
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)


@dataclass(frozen=True)
class PatternIndex:
    """Patterns by the pieces of their literals; `always` holds those that have no literal to look for."""

    by_piece: Mapping[str, tuple[tuple[str, str], ...]]
    always: tuple[str, ...]

    def search(self, text: str) -> Iterator[re.Match[str]]:
        """Return one match of each pattern that occurs in the text, upper and lower case alike."""
        lowered = text.lower()
        pieces = _pieces(lowered) & self.by_piece.keys()
        near = {pattern for piece in pieces for literal, pattern in self.by_piece[piece] if literal in lowered}
        for pattern in (*self.always, *sorted(near)):
            found = compiled(pattern).search(text)
            if found:
                yield found


def index_patterns(patterns: Iterable[str]) -> PatternIndex:
    """File every pattern; each literal goes under its least used piece, so that no drawer gets long."""
    filed: dict[str, list[tuple[str, str]]] = defaultdict(list)
    always = []
    for pattern in sorted(set(patterns)):
        literals = literals_of(pattern)
        if not literals:
            always.append(pattern)
        for literal in literals:
            piece = min(sorted(_pieces(literal)), key=lambda p: len(filed.get(p, ())))
            filed[piece].append((literal, pattern))
    return PatternIndex({piece: tuple(found) for piece, found in filed.items()}, tuple(always))


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile when first needed: most patterns never are, and compiling them all would slow a cold start."""
    return re.compile(pattern, re.IGNORECASE)


def literals_of(pattern: str) -> tuple[str, ...]:
    """Return literals of which any match holds at least one, in lower case; empty when that cannot be told."""
    alternatives, _ = _alternatives(pattern, 0)
    return alternatives or ()


def _alternatives(pattern: str, at: int) -> tuple[tuple[str, ...] | None, int]:
    """Read `a|b|c` up to a closing bracket; None when one of them promises nothing."""
    found: list[str] | None = []
    while True:
        literals, at = _sequence(pattern, at)
        found = None if literals is None or found is None else [*found, *literals]
        if at >= len(pattern) or pattern[at] == ")":
            return (tuple(dict.fromkeys(found)) if found else None), at
        at += 1


def _sequence(pattern: str, at: int) -> tuple[tuple[str, ...] | None, int]:
    """Read items one after another and return the best promise among them."""
    promises: list[tuple[str, ...]] = []
    run = ""
    while at < len(pattern) and pattern[at] not in "|)":
        promise, end = _item(pattern, at)
        optional, repeated = _OPTIONAL.match(pattern, end), _REPEATED.match(pattern, end)
        plain = isinstance(promise, str) and not optional
        run += str(promise) if plain else ""
        if repeated or not plain:
            promises.append((run,))
            run = str(promise) if plain else ""
        if isinstance(promise, tuple) and not optional:
            promises.append(promise)
        after = optional or repeated
        at = after.end() if after else end
    good = [p for p in (*promises, (run,)) if all(map(_pieces, p))]
    return max(good, key=lambda p: (min(map(len, p)), -len(p)), default=None), at


def _item(pattern: str, at: int) -> tuple[str | tuple[str, ...] | None, int]:
    """Read one item: a plain character, a promise of a group, or None for what could be many things."""
    match pattern[at]:
        case "(":
            group = _GROUP.match(pattern, at)
            inside, end = _alternatives(pattern, group.end() if group else at + 2)
            return (inside if group else None), end + 1
        case "[":
            return None, _CLASS.match(pattern, at).end()  # type: ignore[union-attr]  # the pattern compiles, so it closes
        case "\\":
            return (None if pattern[at + 1].isalnum() else pattern[at + 1]), at + 2
        case "." | "^" | "$":
            return None, at + 1
        case plain:
            return plain.lower(), at + 1


def _pieces(text: str) -> set[str]:
    pieces = {text[n : n + PIECE] for n in range(len(text) - PIECE + 1)}
    if not text.isascii():
        pieces |= {pair for n in range(len(text) - 1) if not (pair := text[n : n + _WIDE_PIECE]).isascii()}
    return pieces
