"""One incident, told from its records: what was known, decided, done, verified and told, in that order."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from responder.domain.plain import sha256

Fact = dict[str, Any]
OPEN = "still open"
DONE = frozenset({"accepted", "reconciled"})


@dataclass(frozen=True)
class Step:
    """One record as it is told: which kind, when, and its facts."""

    seq: int
    kind: str
    at: datetime
    key: str
    sha256: str
    facts: Fact


@dataclass(frozen=True)
class Story:
    """One incident from its records, in order."""

    id: str
    resource: str
    steps: tuple[Step, ...]

    def of(self, *kinds: str) -> list[Step]:
        return [step for step in self.steps if step.kind in kinds]

    def first(self, *kinds: str) -> Step | None:
        return next(iter(self.of(*kinds)), None)

    @property
    def opened_at(self) -> datetime:
        return self.steps[0].at

    @property
    def service(self) -> str:
        return str(self.steps[0].facts.get("target") or self.resource)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted({str(e.get("name")) for e in self.episodes}))

    @property
    def severity(self) -> str:
        return str(next((e.get("severity") for e in self.episodes), ""))

    @property
    def episodes(self) -> list[Fact]:
        told = [step.facts for step in self.of("received")]
        return [e for facts in told for e in (*facts.get("started", ()), *facts.get("never_seen_firing", ()))]

    @property
    def decision(self) -> Fact:
        decided = self.of("decided")
        return decided[-1].facts if decided else {}

    @property
    def failure_mode(self) -> str:
        return str(self.decision.get("diagnosis", {}).get("failure_mode", "not diagnosed"))

    @property
    def ended(self) -> Step | None:
        return next((step for step in self.steps if step.facts.get("disposition")), None)

    @property
    def disposition(self) -> str:
        return str(self.ended.facts["disposition"]) if self.ended else OPEN

    @property
    def dispositions(self) -> Counter[str]:
        """How each episode ended; those that were never seen firing have an end of their own."""
        return Counter(str(e.get("disposition", self.disposition)) for e in self.episodes)

    @property
    def refusals(self) -> list[str]:
        return [str(step.facts["refusal"]) for step in self.steps if step.facts.get("refusal")]

    @property
    def actions(self) -> list[Step]:
        return [s for s in self.of("acted", "undone") if s.facts.get("outcome", {}).get("result") in DONE]

    @property
    def verdict(self) -> str:
        verified = self.of("verified")
        return str(verified[-1].facts.get("verdict", "")) if verified else ""

    @property
    def seconds_to_act(self) -> float | None:
        acted = next((s for s in self.actions if s.kind == "acted"), None)
        return (acted.at - self.opened_at).total_seconds() if acted else None

    @property
    def seconds_to_recover(self) -> float | None:
        found = next((s for s in self.of("verified") if s.facts.get("verdict") == "recovered"), None)
        return (found.at - self.opened_at).total_seconds() if found else None


def step_of(event: Fact, key: str, content: bytes) -> Step:
    data = event["data"]
    kind = str(event["type"]).rsplit(".", 1)[-1]
    return Step(int(data["seq"]), kind, datetime.fromisoformat(data["recorded_at"]), key, sha256(content), data)


def story_of(stream: str, resource: str, steps: Iterable[Step]) -> Story | None:
    """Put a stream's records in order; nothing when it is no incident or its beginning is not there."""
    ordered = tuple(sorted(steps, key=lambda step: step.seq))
    begins = bool(ordered) and ordered[0].seq == 1 and bool(ordered[0].facts.get("incident_id"))
    return Story(stream, resource, ordered) if begins else None


def by_whom(step: Step) -> str:
    """Name the person who allowed, refused or took something over, where a record names one."""
    approval = step.facts.get("approval") or {}
    return str(approval.get("by") or step.facts.get("by") or "")
