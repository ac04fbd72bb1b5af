"""Traces pass through here before they are written anywhere; the raw text exists in memory only.

Firehose keeps the raw bytes of a record that "failed" in its bucket. So nothing ever fails here: what cannot be
read is dropped and counted, and without the key of the users a record goes on without its user.
"""

import base64
import binascii
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from responder.domain.plain import canonical
from responder.domain.serving.trace import fit_to_keep

OK, DROPPED = "Ok", "Dropped"


@dataclass(frozen=True)
class Passed:
    """The answer to Firehose, and what an operator wants to know."""

    records: list[dict[str, str]]
    dropped: int = 0
    redacted: Counter[str] = field(default_factory=Counter)
    undeclared: tuple[str, ...] = ()


def redact_traces(records: Sequence[Mapping[str, Any]], share: float, key: bytes | None) -> Passed:
    """Answer for every record, in order."""
    answered: list[dict[str, str]] = []
    redacted: Counter[str] = Counter()
    undeclared: set[str] = set()
    for record in records:
        raw = _read(record["data"])
        if raw is None:
            answered.append({"recordId": record["recordId"], "result": DROPPED, "data": ""})
            continue
        kept = fit_to_keep(raw, share, key)
        answered.append({"recordId": record["recordId"], "result": OK, "data": _write(kept.record)})
        redacted += kept.redacted
        undeclared |= set(kept.undeclared)
    dropped = sum(one["result"] == DROPPED for one in answered)
    return Passed(answered, dropped, redacted, tuple(sorted(undeclared)))


def _read(data: str) -> dict[str, Any] | None:
    try:
        raw = json.loads(base64.b64decode(data, validate=True), parse_constant=lambda _: None)
    except (binascii.Error, ValueError, RecursionError):
        return None
    return raw if isinstance(raw, dict) else None


def _write(record: Mapping[str, Any]) -> str:
    """One line per record, so that what Firehose puts together can be read line by line."""
    return base64.b64encode((canonical(record) + "\n").encode()).decode()
