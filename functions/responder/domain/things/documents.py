"""JSON documents in AppConfig that a service reads: its limits, how it serves, and where its calls go.

What is written into one is declared here, as absolute values; everything else in the document stays as it is.
"""

from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import ConfigDict, Field

_STRICT = ConfigDict(extra="forbid")
Declared = Annotated[dict[str, Any], Field(min_length=1)]


@dataclass(frozen=True)
class Document:
    """Where a document is: three ids of AppConfig, and the strategy it is deployed with."""

    __pydantic_config__ = _STRICT

    application: str
    environment: str
    profile: str
    strategy: str = field(default="AppConfig.AllAtOnce", kw_only=True)

    @property
    def name(self) -> str:
        return f"{self.application}/{self.environment}/{self.profile}"

    @property
    def part_of(self) -> str:
        return f"document/{self.name}"


@dataclass(frozen=True)
class LimitsDocument(Document):
    """Limits; `least` names the numbers that may be lowered and how far."""

    __pydantic_config__ = _STRICT

    least: dict[str, float]


@dataclass(frozen=True)
class ServingProfile(Document):
    """How a model is served; `gentler` asks less of the machine: batch limits, cache share, quantised variant."""

    __pydantic_config__ = _STRICT

    gentler: Declared


@dataclass(frozen=True)
class Circuit(Document):
    """A flag that says who answers: `open` is the fallback for every call, `half_open` lets a share of them through."""

    __pydantic_config__ = _STRICT

    open: Declared
    half_open: Declared
