"""Take personal data and secrets out of text before anything is persisted.

Alerts carry whatever a rule's author put into labels and annotations. What looks like a secret or a
person is replaced by its kind, so that a reader still sees that something stood there.
"""

import re
from collections import Counter
from dataclasses import replace

from responder.domain.alert import Alert

_KINDS = {
    "private_key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)"),
    "jwt": re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"),
    "aws_key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "api_key": re.compile(r"\b(?:sk|pk|rk|xox[abps]|gh[pousr]|hf|glpat)[-_][\w-]{16,}"),
    "bearer": re.compile(r"(?i)\b(?:bearer|basic)\s+[\w.~+/-]{12,}=*"),
    "secret": re.compile(
        r"(?i)\b(?:password|passwd|secret|api[_-]?key|access[_-]?token|auth[_-]?token)\s*[=:]\s*[^\s,;&\"']{4,}"
    ),
    "email": re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"),
}
_CARD = re.compile(r"\b\d(?:[ -]?\d){12,18}\b")


def redact(text: str) -> tuple[str, Counter[str]]:
    """Return the text without secrets and personal data, and how many of each kind were taken out."""
    counts: Counter[str] = Counter()
    for kind, pattern in _KINDS.items():
        text, found = pattern.subn(f"[redacted {kind}]", text)
        counts[kind] += found
    return _CARD.sub(lambda m: _card(m, counts), text), +counts


def redact_alert(alert: Alert) -> tuple[Alert, Counter[str]]:
    labels, in_labels = _redact_all(alert.labels)
    annotations, in_annotations = _redact_all(alert.annotations)
    return replace(alert, labels=labels, annotations=annotations), in_labels + in_annotations


def _redact_all(texts: dict[str, str]) -> tuple[dict[str, str], Counter[str]]:
    counts: Counter[str] = Counter()
    clean = {}
    for name, text in texts.items():
        clean[name], found = redact(text)
        counts += found
    return clean, counts


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
