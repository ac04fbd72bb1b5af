"""Take personal data and secrets out of text before anything is persisted.

Alerts, log lines and other people's error messages carry whatever somebody put into them. What looks like a
secret or a person is replaced by its kind, so that a reader still sees that something stood there. Two doors:
`redact_alert` at the front door, before the queue, and `redact_fact` before the journal, for everything that was
heard since. Who decided something stays: an audit without names is none.
"""

import functools
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

from responder.domain import check_digits
from responder.domain.alert import Alert

T = TypeVar("T")
SHORT = 400  # characters of a text worth remembering
_KEY_SHAPES = (  # a prefix that only such a key has, and what follows it
    r"(?:sk|pk|rk)-[\w-]{16,}|(?:sk|pk|rk)_(?:live|test)_\w{10,}|whsec_\w{20,}|xox[abeprs]-[\w-]{16,}|xapp-[\w-]{16,}"
    r"|gh[pousr]_\w{16,}|github_pat_\w{16,}|gl(?:pat|ptt|dt|rt|soat)-[\w-]{16,}|hf_\w{16,}|npm_\w{30,}|pypi-[\w-]{30,}"
    r"|AIza[\w-]{30,}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,}|SG\.[\w-]{16,}\.[\w-]{16,}|SK[0-9a-f]{32}|dop_v1_\w{40,}|dapi[0-9a-f]{32}"
    r"|shp(?:at|ca|pa|ss)_\w{30,}|hv[sb]\.[\w-]{20,}|gl(?:c|sa)_[\w=+/-]{20,}|lin_api_\w{30,}|ntn_\w{30,}|r8_\w{30,}|gsk_\w{30,}"
    r"|pplx-\w{30,}|xai-\w{30,}|key-[0-9a-f]{32}|PMAK-[\w-]{30,}|ATATT3[\w=-]{30,}|dckr_pat_[\w-]{20,}|sntrys_[\w=+/-]{30,}"
    r"|NRAK-\w{20,}|sq0[a-z]{3}-[\w-]{20,}|HRKU-[\w-]{30,}|AGE-SECRET-KEY-1\w{50,}|[0-9]{8,10}:AA[\w-]{33}"
)
_NAMED = (  # what a secret is called where it is assigned
    r"password|passwd|passphrase|pwd|secret|(?:secret[_-]?)?access[_-]?key|api[_-]?key|private[_-]?key|account[_-]?key"
    r"|(?:access|auth|refresh|session|id|api|bot)[_-]?token|client[_-]?secret|x-amz-security-token"
)
_IBANS = "|".join(rf"{country}\d\d(?: ?[A-Z0-9]){{{long - 4}}}" for country, long in check_digits.IBAN_LENGTHS.items())
_KINDS = {
    "private_key": re.compile(
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?! [a-z])[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    ),
    "jwt": re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"),
    "aws_key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "aws_secret": re.compile(r"\[redacted aws_key\][^\n]{0,40}?(?<![\w/+])(?P<it>[A-Za-z0-9/+]{40})(?![\w/+=])"),
    "api_key": re.compile(rf"(?<![\w-])(?:{_KEY_SHAPES})|(?<=hooks\.slack\.com/services/)[\w/]{{20,}}"),
    "bearer": re.compile(r"(?i)\b(?:bearer|basic)\s+[\w.~+/-]{12,}=*"),
    "url_login": re.compile(r"(?<=://)[^\s/:@]*:[^\s/@]+(?=@)"),
    "secret": re.compile(
        rf"(?i)(?:(?<![a-z])(?:{_NAMED})[\"']?\s*[=:]\s*(?!\[redacted|[\"']?(?:\$|<|\{{|\*\*|null|none\b|true\b|false\b|[\w.]+[(\[]))"
        r"(?:\"[^\"\n]{4,}\"|'[^'\n]{4,}'|[^\s,;&\"'<>]{4,})|(?<=\s)-u\s+[\"']?[\w.@+-]+:[^\s\"'\[]{4,})"
    ),
    "email": re.compile(r"(?<![\w.+-])(?!git@)[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,4}[^\W\d_]{2,24}(?![\w-])"),
    "iban": re.compile(rf"(?<![^\W_])(?:{_IBANS})(?![^\W_])"),
    "card": re.compile(r"(?<![\w.+-])\d(?:[ -]?\d){13,18}(?![\w-]|\.\d)"),
    "social_security": re.compile(r"(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])"),
    "phone": re.compile(r"(?<![\w+])\+[1-9]\d{0,2}(?:[ ./-]?\(?\d{1,5}\)?){2,6}(?!\w|\.\d)"),
}
_PROVES: dict[str, Callable[[str], bool]] = {
    "iban": check_digits.iban,
    "card": check_digits.card,
    "phone": lambda text: 8 <= len(check_digits.digits_of(text)) <= 15,  # noqa: PLR2004  # E.164, and no shorter subscriber
}
_NAMES_A_SECRET = re.compile(
    r"(?i)(?:^|[_-])(?:password|passwd|secret|api[_-]?key|authorization|(?:access|auth|bearer|api)[_-]?token)$"
)
_SUSPECT = re.compile(r"[@:=+]|-----|eyJ|[\w-]{16}|\d{2}|(?i:bearer|basic)\s")
_WHO_AND_WHAT = frozenset({"by", "sender", "before", "desired"})  # a person's name, and values that were really set


def redact(text: str) -> tuple[str, Counter[str]]:
    """Return the text without secrets and personal data, and how many of each kind were taken out."""
    counts: Counter[str] = Counter()
    if not _SUSPECT.search(text):
        return text, counts
    for kind, pattern in _KINDS.items():
        text = take_out(text, kind, pattern, counts, _PROVES.get(kind))
    return text, +counts


def take_out(
    text: str, kind: str, pattern: re.Pattern[str], counts: Counter[str], proves: Callable[[str], bool] | None = None
) -> str:
    """Put the kind in the place of every match, or of its part `it`, unless its check digits say it is nothing."""
    part = "it" if "it" in pattern.groupindex else 0

    def replaced(match: re.Match[str]) -> str:
        if proves and not proves(match.group(part)):
            return match.group()
        counts[kind] += 1
        start, end = (edge - match.start() for edge in match.span(part))
        return f"{match.group()[:start]}[redacted {kind}]{match.group()[end:]}"

    return pattern.sub(replaced, text)


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
