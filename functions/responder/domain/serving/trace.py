"""Make a trace record fit to be kept: known fields only, its text redacted or left out, its user a keyed hash.

What nobody declared is left out, because nobody said that it holds no person.
"""

import hashlib
import hmac
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from responder.domain.plain import canonical
from responder.domain.redaction import redact_fact
from responder.domain.serving.people import redact_words
from responder.domain.serving.sampling import keeps_text

FACTS = (
    "v", "at", "trace_id", "span_id", "model_id", "adapter_id", "version", "route", "outcome", "input_len",
    "output_len", "latency_ms", "cache_hit", "safety_flags", "cost_usd", "user_hash",
    "language", "toxicity", "dataset", "shadow", "accepted",
)  # fmt: skip
TEXTS = ("prompt", "completion")
USER = "user"


@dataclass(frozen=True)
class Kept:
    """What may be written, what was taken out by kind, and the fields nobody declared."""

    record: dict[str, Any]
    redacted: Counter[str]
    undeclared: tuple[str, ...]


def fit_to_keep(raw: Mapping[str, Any], share: float, key: bytes | None) -> Kept:
    """Prepare one record; without a key the user is left out altogether."""
    facts = {name: raw[name] for name in FACTS if name in raw}
    flags = raw.get("safety_flags") or ()
    whole = keeps_text(str(raw.get("trace_id")), share, str(raw.get("outcome")), flags)
    clean, redacted = redact_fact(facts)
    for name in TEXTS if whole else ():
        if name in raw:
            clean[name], found = _words(raw[name])
            redacted += found
    if key and isinstance(raw.get(USER), str):
        clean["user_hash"] = tokenise(raw[USER], key)
    return Kept(clean, redacted, tuple(sorted(raw.keys() - {*FACTS, *TEXTS, USER})))


def tokenise(user: str, key: bytes) -> str:
    """Name a user without saying who it is; unlinkable once the key is gone."""
    return hmac.new(key, user.encode(), hashlib.sha256).hexdigest()[:32]


def _words(text: Any) -> tuple[str, Counter[str]]:  # noqa: ANN401  # whatever a producer puts there
    """Redact a text; what is none (a list of messages) is written as JSON first, so that nothing slips by."""
    return redact_words(text if isinstance(text, str) else canonical(text))
