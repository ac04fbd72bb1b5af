"""From records to what a reviewer asks: how many episodes came in, how each ended, what was done and who allowed it.

A story is one incident. The numbers add up by construction: every episode of a story has one disposition, or the
story is still open.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from responder.domain.audit_story import Step, Story, by_whom


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


def _speed(mode: str, stories: Sequence[Story]) -> Speed:
    of_mode = [story for story in stories if story.failure_mode == mode]
    acted = [s for story in of_mode if (s := story.seconds_to_act) is not None]
    recovered = [s for story in of_mode if (s := story.seconds_to_recover) is not None]
    return Speed(mode, len(of_mode), median(acted) if acted else None, median(recovered) if recovered else None)
