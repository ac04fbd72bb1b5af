"""The contract every remediation keeps: observe, plan, apply, classify, undo.

A plan holds absolute values, never "+2". `classify` compares what is observed with the plan:

    BEFORE       nothing has happened yet       -> repeat the call
    IN_PROGRESS  it is happening                -> wait until the deadline
    DESIRED      it has happened                -> go on
    FAILED       the outside says it failed     -> a person
    OTHER        somebody else changed it       -> stop, a person, never undo
"""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Literal

from responder.domain.duration import Duration
from responder.domain.plain import canonical, sha256
from responder.domain.runbook import Action


class Standing(StrEnum):
    """Where the outside stands against a plan."""

    BEFORE = "before"
    IN_PROGRESS = "in_progress"
    DESIRED = "desired"
    FAILED = "failed"
    OTHER = "other"


@dataclass(frozen=True)
class Snapshot:
    """What was observed: `current` as plan values, `pending` what it is moving to, `state` the outside's own word."""

    current: dict[str, str]
    state: str
    settled: bool
    failed: bool = False
    pending: dict[str, str] = field(default_factory=dict)
    shape: tuple[str, ...] = ()
    says: str = ""


@dataclass(frozen=True)
class Plan:
    """One remediation with absolute values, its way back and what a person would type for each."""

    action: Action
    resource: str
    before: dict[str, str]
    desired: dict[str, str]
    converge_within: Duration
    says: str
    command: str
    undo_command: str
    undoable: bool = True
    worst_case: Duration = timedelta(seconds=15)

    @property
    def sha256(self) -> str:
        return sha256(canonical([self.action, self.resource, self.before, self.desired]))


@dataclass(frozen=True)
class Outcome:
    """What the outside said when we acted; `unknown` means the answer was lost."""

    result: Literal["accepted", "refused", "unknown", "reconciled", "not_done"]
    says: str
    request_id: str | None = None


def action_id(incident: str, step: int, attempt: int) -> str:
    return sha256(canonical([incident, step, attempt]))[:32]


def classify(seen: Snapshot, before: dict[str, str], desired: dict[str, str]) -> Standing:
    """Say where the outside stands on the way from `before` to `desired`."""
    if seen.failed:
        return Standing.FAILED
    if not seen.settled:
        return Standing.OTHER if seen.pending and seen.pending != desired else Standing.IN_PROGRESS
    if seen.current == desired:
        return Standing.DESIRED
    return Standing.BEFORE if seen.current == before else Standing.OTHER
