"""From records to what a reviewer asks: how many episodes came in, how each ended, what was done and who allowed it.

A story is one incident. The numbers add up by construction: every episode of a story has one disposition, or the
story is still open.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
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


@dataclass(frozen=True)
class Speed:
    """How fast one failure mode was answered; None where nothing was done, or nothing recovered."""

    failure_mode: str
    incidents: int
    to_act: float | None
    to_recover: float | None


@dataclass
class Summary:
    """The numbers on top of the report."""

    incidents: int = 0
    episodes: int = 0
    dispositions: Counter[str] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    people: Counter[str] = field(default_factory=Counter)
    notices: Counter[str] = field(default_factory=Counter)
    undone: int = 0
    redacted: Counter[str] = field(default_factory=Counter)
    speeds: tuple[Speed, ...] = ()


def step_of(event: Fact, key: str, content: bytes) -> Step:
    data = event["data"]
    kind = str(event["type"]).rsplit(".", 1)[-1]
    return Step(int(data["seq"]), kind, datetime.fromisoformat(data["recorded_at"]), key, sha256(content), data)


def story_of(stream: str, resource: str, steps: Iterable[Step]) -> Story | None:
    """Put a stream's records in order; nothing when it is no incident or its beginning is not there."""
    ordered = tuple(sorted(steps, key=lambda step: step.seq))
    begins = bool(ordered) and ordered[0].seq == 1 and bool(ordered[0].facts.get("incident_id"))
    return Story(stream, resource, ordered) if begins else None


def summarise(stories: Sequence[Story]) -> Summary:
    total = Summary(incidents=len(stories))
    for story in stories:
        total.episodes += len(story.episodes)
        total.dispositions += story.dispositions
        total.actions.update(_what(step) for step in story.of("acted", "undone"))
        total.refusals.update(story.refusals)
        total.people.update(by_whom(step) for step in story.steps if by_whom(step))
        total.notices.update(str(step.facts["notice"]["kind"]) for step in story.of("told") if "notice" in step.facts)
        total.undone += any(step.kind == "undone" for step in story.actions)
        for step in story.steps:
            total.redacted.update(step.facts.get("redactions") or {})
    total.speeds = tuple(_speed(mode, stories) for mode in sorted({s.failure_mode for s in stories}))
    return total


def _what(step: Step) -> str:
    done = "undo" if step.kind == "undone" else str(step.facts.get("action", "action"))
    return f"{done}: {step.facts.get('outcome', {}).get('result', 'unknown')}"


def by_whom(step: Step) -> str:
    """Name the person who allowed, refused or took something over, where a record names one."""
    approval = step.facts.get("approval") or {}
    return str(approval.get("by") or step.facts.get("by") or "")


def _speed(mode: str, stories: Sequence[Story]) -> Speed:
    of_mode = [story for story in stories if story.failure_mode == mode]
    acted = [s for story in of_mode if (s := story.seconds_to_act) is not None]
    recovered = [s for story in of_mode if (s := story.seconds_to_recover) is not None]
    return Speed(mode, len(of_mode), median(acted) if acted else None, median(recovered) if recovered else None)
