"""Is an answer the expected one? Exact match and F1 as SQuAD counts them: no case, no punctuation, no articles."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

_ARTICLE = re.compile(r"\b(a|an|the)\b")


def exact_match(answer: str, expected: Sequence[str]) -> float:
    """1 when the answer is one of the expected ones, else 0."""
    return float(any(words(answer) == words(one) for one in expected))


def f1(answer: str, expected: Sequence[str]) -> float:
    """How many words answer and expectation share, for the expectation that fits best."""
    return max((_overlap(words(answer), words(one)) for one in expected), default=0.0)


def words(text: str) -> list[str]:
    """Return the words that count."""
    kept = (" " if unicodedata.category(c)[0] in "PS" else c for c in unicodedata.normalize("NFKC", text).casefold())
    return _ARTICLE.sub(" ", "".join(kept)).split()


def _overlap(answer: list[str], expected: list[str]) -> float:
    if not answer or not expected:
        return float(answer == expected)
    shared = sum((Counter(answer) & Counter(expected)).values())
    return 2 * shared / (len(answer) + len(expected))
