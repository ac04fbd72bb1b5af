"""The contract every remediation keeps: observe, plan, apply, classify, undo.

A plan holds absolute values, never "+2". `classify` compares what is observed with the plan:

    BEFORE       nothing has happened yet, or   -> repeat the call
                 not to every part
    IN_PROGRESS  it is happening                -> wait until the deadline
    DESIRED      it has happened                -> go on
    FAILED       the outside says it failed     -> a person
    OTHER        somebody else changed it       -> stop, a person, never undo
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from responder.domain.duration import Duration
from responder.domain.plain import canonical, sha256
from responder.domain.release import Configuration, Release
from responder.domain.runbook import Action
from responder.domain.touch import TouchKind

AFTER = "after "  # of something that only grows: `after 7` is wanted, and 8 is seen
AS_DECLARED = "as_declared"  # it stands already as services.yaml declares, so there is nothing to do


class Standing(StrEnum):
    """Where the outside stands against a plan."""

    BEFORE = "before"
    IN_PROGRESS = "in_progress"
    DESIRED = "desired"
    FAILED = "failed"
    OTHER = "other"


@dataclass(frozen=True)
class Snapshot:
    """What was observed: `current` as plan values, `pending` what it is moving to, `state` the outside's own word.

    `release` is what it runs, where it runs one, as release markers name it; `revision` is what the outside compares
    a change with, where it can: a change based on an older look is refused there. What is `piecemeal` has a value for
    each of its parts, which move one by one; a part with nothing ("") has lost what it had. What is `numbered` gives
    each doing a number nobody can choose beforehand: a plan names only the values it cares for, one `after` the last.
    `waiting` is how many messages lie in it, where it holds any.
    """

    current: dict[str, str]
    state: str
    settled: bool
    failed: bool = False
    pending: dict[str, str] = field(default_factory=dict)
    shape: tuple[str, ...] = ()
    says: str = ""
    release: str = ""
    revision: str = ""
    piecemeal: bool = False
    numbered: bool = False
    waiting: int = 0


@dataclass(frozen=True)
class Candidate:
    """A snapshot that could be restored: what it holds for the target, and what speaks against it."""

    key: str
    taken_at: datetime
    values: dict[str, str]
    fault: str | None


@dataclass(frozen=True)
class Surroundings:
    """What a plan is made of: the thing, its releases, and what the best candidates are made of, as they are now.

    `loads` is how much each shard does, by what a metric calls it.

    `left` are the releases this incident already went away from, `candidates` the snapshots, newest first,
    `wanted` is what it would have somebody else do.
    """

    seen: Snapshot
    releases: tuple[Release, ...] = ()
    configurations: dict[str, Configuration] = field(default_factory=dict)
    left: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    loads: dict[str, float] = field(default_factory=dict)
    wanted: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Lever:
    """What is done to which kind of thing: each has one planner and one remediator."""

    action: Action
    kind: TouchKind

    def __str__(self) -> str:
        return f"{self.action} {self.kind}"


@dataclass(frozen=True)
class NoPlan:
    """Why there is nothing safe to do."""

    reason: str
    says: str


@dataclass(frozen=True)
class Plan:
    """One remediation with absolute values, its way back and what a person would type for each.

    `lift` are the values it is led back through once the service recovered, ending where it came from; empty
    where what was done stays. `leaves` is the release it goes away from, `drift` what a person has to put right.
    What `hands_over` heals nothing: a person has the incident as soon as it is done. What cannot be undone may have a
    `stop`: the values at which the rest of it does not happen. `letters` is how many messages it is about.
    """

    action: Action
    resource: str
    before: dict[str, str]
    desired: dict[str, str]
    converge_within: Duration
    says: str
    command: str
    undo_command: str
    kind: TouchKind = TouchKind.SAGEMAKER_ENDPOINT  # the only one there was when records had no kind
    undoable: bool = True
    worst_case: Duration = timedelta(seconds=15)
    lift: tuple[dict[str, str], ...] = ()
    leaves: str = ""
    drift: str | None = None
    hands_over: bool = False
    stop: dict[str, str] = field(default_factory=dict)
    letters: int = 0

    @property
    def lever(self) -> Lever:
        return Lever(self.action, self.kind)

    @property
    def sha256(self) -> str:
        return sha256(canonical([self.action, self.resource, self.before, self.desired, *self.lift]))


@dataclass(frozen=True)
class Outcome:
    """What the outside said when we acted; `unknown` means the answer was lost."""

    result: Literal["accepted", "refused", "unknown", "reconciled", "not_done"]
    says: str
    request_id: str | None = None


def action_id(incident: str, step: int, attempt: int, lifted: int = 0) -> str:
    """Name an action: the same over every retry; each attempt and each step of lifting it has its own."""
    return sha256(canonical([incident, step, attempt, *([lifted] if lifted else [])]))[:32]


def classify(seen: Snapshot, before: dict[str, str], desired: dict[str, str]) -> Standing:
    """Say where the outside stands on the way from `before` to `desired`."""
    if seen.failed:
        return Standing.FAILED
    if seen.numbered:
        return _by_number(seen, before, desired)
    if not seen.settled:
        return Standing.OTHER if seen.pending and seen.pending != desired else Standing.IN_PROGRESS
    if seen.current == desired:
        return Standing.DESIRED
    unmoved = seen.current == before or (seen.piecemeal and _on_the_way(seen.current, before, desired))
    return Standing.BEFORE if unmoved else Standing.OTHER


def _by_number(seen: Snapshot, before: dict[str, str], desired: dict[str, str]) -> Standing:
    for wanted, standing in ((desired, Standing.DESIRED), (before, Standing.BEFORE)):
        if all(_is(seen.current.get(name, ""), value) for name, value in wanted.items()):
            return standing
    return Standing.OTHER if seen.settled else Standing.IN_PROGRESS


def _is(value: str, wanted: str) -> bool:
    if wanted.startswith(AFTER):
        return int(value or 0) > int(wanted.removeprefix(AFTER))
    return value == wanted


def _on_the_way(current: dict[str, str], before: dict[str, str], desired: dict[str, str]) -> bool:
    """Say whether every part stands where it was, where it should be, or has nothing: the call may be repeated."""
    parts = current.keys() | before.keys() | desired.keys()
    return all(current.get(p, "") in ("", before.get(p, ""), desired.get(p, "")) for p in parts)
