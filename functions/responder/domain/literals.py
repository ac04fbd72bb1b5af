"""Tell from a regular expression which literals any match must hold one of."""

import re

PIECE = 3
_WIDE_PIECE = 2  # two letters of a script without spaces are already a word
_OPTIONAL = re.compile(r"[*?]\??|\{\d*,?\d*\}\??")
_REPEATED = re.compile(r"\+\??")
_GROUP = re.compile(r"\((?:\?:|\?P<\w+>|(?!\?))")  # the groups whose content must be in the text
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)

Promise = tuple[str, ...]


def literals_of(expression: str) -> Promise:
    """Return literals of which any match holds at least one; empty when that cannot be told."""
    promise, _ = _alternatives(expression, 0)
    return promise or ()


def pieces_of(text: str) -> set[str]:
    """Return the short pieces of a text, by which literals are filed."""
    pieces = {text[n : n + PIECE] for n in range(len(text) - PIECE + 1)}
    if not text.isascii():
        pairs = (text[n : n + _WIDE_PIECE] for n in range(len(text) - 1))
        pieces |= {pair for pair in pairs if not pair.isascii()}
    return pieces


def _alternatives(expression: str, at: int) -> tuple[Promise | None, int]:
    """Read `a|b|c` up to a closing bracket; None when one of them promises nothing."""
    found: list[str] | None = []
    while True:
        promise, at = _sequence(expression, at)
        found = None if promise is None or found is None else [*found, *promise]
        if at >= len(expression) or expression[at] == ")":
            return (tuple(dict.fromkeys(found)) if found else None), at
        at += 1


def _sequence(expression: str, at: int) -> tuple[Promise | None, int]:
    """Read items one after another and return the best promise among them."""
    promises: list[Promise] = []
    run = ""
    while at < len(expression) and expression[at] not in "|)":
        promise, end = _item(expression, at)
        optional, repeated = _OPTIONAL.match(expression, end), _REPEATED.match(expression, end)
        plain = promise if isinstance(promise, str) and not optional else ""
        run += plain
        if repeated or not plain:
            promises.append((run,))
            run = plain
        if isinstance(promise, tuple) and not optional:
            promises.append(promise)
        after = optional or repeated
        at = after.end() if after else end
    good = [p for p in (*promises, (run,)) if all(map(pieces_of, p))]
    return max(good, key=lambda p: (min(map(len, p)), -len(p)), default=None), at


def _item(expression: str, at: int) -> tuple[str | Promise | None, int]:
    """Read one item: a plain character, the promise of a group, or None for what could be many things."""
    match expression[at]:
        case "(":
            group = _GROUP.match(expression, at)
            inside, end = _alternatives(expression, group.end() if group else at + 2)
            return (inside if group else None), end + 1
        case "[":
            characters = _CLASS.match(expression, at)
            return None, characters.end() if characters else len(expression)
        case "\\":
            return (None if expression[at + 1].isalnum() else expression[at + 1]), at + 2
        case "." | "^" | "$":
            return None, at + 1
        case plain:
            return plain, at + 1
