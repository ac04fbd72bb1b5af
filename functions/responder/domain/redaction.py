"""Take personal data and secrets out of text before anything is persisted.

Alerts, log lines and other people's error messages carry whatever somebody put into them. What looks like a
secret or a person is replaced by its kind, so that a reader still sees that something stood there. Two doors:
`redact_alert` at the front door, before the queue, and `redact_fact` before the journal, for everything that was
heard since. Who decided something stays: an audit without names is none.
"""

import functools
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

from responder.domain.alert import Alert

T = TypeVar("T")
SHORT = 400  # characters of a text worth remembering
_KINDS = {
    "private_key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)"),
    "jwt": re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"),
    "aws_key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "api_key": re.compile(
        r"\b(?:(?:sk|pk|rk)-|xox[abps]-|gh[pousr]_|github_pat_|glpat-)[\w-]{16,}|\bhf_\w{16,}|\bAIza[\w-]{30,}"
    ),
    "bearer": re.compile(r"(?i)\b(?:bearer|basic)\s+[\w.~+/-]{12,}=*"),
    "url_login": re.compile(r"(?<=://)[^\s/:@]+:[^\s/@]+(?=@)"),
    "secret": re.compile(
        r"(?i)\b(?:password|passwd|pwd|secret|(?:secret[_-]?)?access[_-]?key|api[_-]?key|private[_-]?key"
        r"|(?:access|auth|refresh|session|id|api)[_-]?token|client[_-]?secret|x-amz-security-token)"
        r"[\"']?\s*[=:]\s*[\"']?[^\s,;&\"']{4,}"
    ),
    "email": re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"),
    "iban": re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"),
    "social_security": re.compile(r"\b(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}\b"),
    "phone": re.compile(r"(?<![\w+])\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{2,4}(?:[ .-]?\d{2,4}){2,4}(?![\w.])"),
}
_CARD = re.compile(r"\b\d(?:[ -]?\d){12,18}\b")
_NAMES_A_SECRET = re.compile(
    r"(?i)(?:^|[_-])(?:password|passwd|secret|api[_-]?key|authorization|(?:access|auth|bearer|api)[_-]?token)$"
)
_SUSPECT = re.compile(r"[@:=+]|-----|eyJ|A[KSI][IA]|(?:sk|pk|rk|xox.|gh|hf|glpat)\w*[-_]|\d{2}|(?i:bearer|basic)\s")
_WHO_AND_WHAT = frozenset({"by", "before", "desired"})  # a person's name, and values that were really set


def redact(text: str) -> tuple[str, Counter[str]]:
    """Return the text without secrets and personal data, and how many of each kind were taken out."""
    counts: Counter[str] = Counter()
    if not _SUSPECT.search(text):
        return text, counts
    for kind, pattern in _KINDS.items():
        text, found = pattern.subn(f"[redacted {kind}]", text)
        counts[kind] += found
    return _CARD.sub(lambda m: _card(m, counts), text), +counts


def redact_alert(alert: Alert) -> tuple[Alert, Counter[str]]:
    labels, in_labels = redact_fact(_unnamed(alert.labels))
    annotations, in_annotations = redact_fact(_unnamed(alert.annotations))
    named = Counter({"secret": _named(alert.labels) + _named(alert.annotations)})
    return replace(alert, labels=labels, annotations=annotations), in_labels + in_annotations + named


def redact_fact(fact: T) -> tuple[T, Counter[str]]:
    """Redact every text in plain data or a dataclass, at any depth; what holds none is returned as it is."""
    counts: Counter[str] = Counter()
    return cast("T", _clean(fact, counts)), +counts


def _clean(fact: Any, counts: Counter[str]) -> Any:  # noqa: ANN401  # plain data of any shape
    if type(fact) is str:  # a StrEnum is a closed list
        text, found = _remembered(fact) if len(fact) <= SHORT else redact(fact)
        if found:
            counts.update(found)
        return text
    if isinstance(fact, BaseException):
        return _clean(str(fact), counts)
    if isinstance(fact, Mapping):
        return {k: v if k in _WHO_AND_WHAT else _clean(v, counts) for k, v in fact.items()}
    if isinstance(fact, list | tuple):
        return type(fact)(_clean(item, counts) for item in fact)
    if is_dataclass(fact) and not isinstance(fact, type):
        held = {f.name: getattr(fact, f.name) for f in fields(fact) if f.init and f.name not in _WHO_AND_WHAT}
        changed = {name: clean for name, old in held.items() if (clean := _clean(old, counts)) != old}
        return replace(fact, **changed) if changed else fact
    return fact


@functools.lru_cache(maxsize=4096)
def _remembered(text: str) -> tuple[str, Counter[str]]:
    """Redact what an incident carries along once, not at each of its steps; the counts are only read."""
    return redact(text)


def _unnamed(texts: Mapping[str, str]) -> dict[str, str]:
    """Hide a value whose name alone says that it is a secret."""
    return {name: "[redacted secret]" if _NAMES_A_SECRET.search(name) else text for name, text in texts.items()}


def _named(texts: Mapping[str, str]) -> int:
    return sum(bool(_NAMES_A_SECRET.search(name)) and text != "[redacted secret]" for name, text in texts.items())


def _card(match: re.Match[str], counts: Counter[str]) -> str:
    digits = [int(c) for c in match.group() if c.isdigit()]
    if not _luhn(digits):
        return match.group()
    counts["card"] += 1
    return "[redacted card]"


def _luhn(digits: list[int]) -> bool:
    """ISO/IEC 7812-1 check digit."""
    doubled = [d * 2 - 9 if d > 4 else d * 2 for d in digits[-2::-2]]  # noqa: PLR2004  # 4*2 is the last one-digit double
    return sum(digits[-1::-2] + doubled) % 10 == 0
