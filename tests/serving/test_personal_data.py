"""How well the detector does on a set that was written without looking at it.

Kinds nobody detects are in the set on purpose: they are named in docs/service-levels.md.
"""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from responder.domain.redaction import redact

SAMPLES = Path(__file__).parent / "samples" / "personal_data.jsonl"
KIND = {
    "social_security": "ssn",
    **dict.fromkeys(("private_key", "jwt", "aws_key", "api_key", "bearer", "url_login", "secret"), "secret"),
}
NOT_COVERED = {"name", "address", "birthday", "ip"}
PLACEHOLDER = re.compile(r"\[redacted (\w+)\]")


def measured() -> dict[str, tuple[int, int, int]]:
    """Count by kind: rightly taken out, missed, wrongly taken out."""
    found: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    marked: Counter[str] = Counter()
    for line in SAMPLES.read_text(encoding="utf-8").splitlines():
        sample = json.loads(line)
        clean, _ = redact(sample["text"])
        marked.update(KIND.get(kind, kind) for kind in PLACEHOLDER.findall(clean))
        for kind, texts in sample["holds"].items():
            gone = sum(text not in clean for text in texts)
            found[kind] += gone
            missed[kind] += len(texts) - gone
    kinds = {*found, *marked}
    return {kind: (found[kind], missed[kind], max(0, marked[kind] - found[kind])) for kind in kinds}


@pytest.mark.parametrize("kind", ["email", "card", "iban", "ssn", "secret"])
def test_what_is_covered_is_found(kind: str) -> None:
    found, missed, _ = measured()[kind]

    assert found / (found + missed) == 1


def test_little_is_taken_out_that_is_nobodys() -> None:
    counts = measured().values()
    found, wrong = sum(one[0] for one in counts), sum(one[2] for one in counts)

    assert found / (found + wrong) >= 0.85


def test_what_is_not_covered_is_named() -> None:
    page = (SAMPLES.parents[3] / "docs" / "service-levels.md").read_text(encoding="utf-8")

    assert {kind for kind, (found, _, _) in measured().items() if not found} <= NOT_COVERED
    assert all(word in page for word in ("names", "addresses", "birthdays", "IP addresses", "country code"))
