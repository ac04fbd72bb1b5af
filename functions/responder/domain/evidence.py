"""Evidence: a dated observation with its source; never an opinion.

A missing answer is recorded as missing and never counts as "fine".
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Source = Literal["prometheus", "logs", "cloudwatch", "releases", "registry", "alert"]


@dataclass(frozen=True)
class Evidence:
    """What one question was answered; `value` is None exactly when `missing` says why."""

    name: str
    source: Source
    asked: str
    at: datetime
    value: float | str | None = None
    missing: str | None = None


@dataclass(frozen=True)
class Sample:
    """One series of an instant query; `value` may be NaN or infinite."""

    labels: dict[str, str]
    value: float


def as_facts(evidence: tuple[Evidence, ...]) -> dict[str, float | str]:
    """Return the answers by name, as conditions read them; what is missing stays missing."""
    return {e.name: e.value for e in evidence if e.value is not None}
