"""Make a trace record fit to be kept: known fields only, its text redacted or left out, its user a keyed hash.

What nobody declared is left out, because nobody said that it holds no person.
"""

import hashlib
import hmac
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from responder.domain.redaction import redact_fact
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
    texts = {name: raw[name] for name in TEXTS if name in raw and whole}
    clean, redacted = redact_fact({**facts, **texts})
    if key and isinstance(raw.get(USER), str):
        clean["user_hash"] = tokenise(raw[USER], key)
    return Kept(clean, redacted, tuple(sorted(raw.keys() - {*FACTS, *TEXTS, USER})))


def tokenise(user: str, key: bytes) -> str:
    """Name a user without saying who it is; unlinkable once the key is gone."""
    return hmac.new(key, user.encode(), hashlib.sha256).hexdigest()[:32]
