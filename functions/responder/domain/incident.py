"""An incident: the episodes on one target while it is in trouble, with a state and a history.

The allowed moves are one table. Every step is a move or a stay, made by a pure function that returns the
incident as it is afterwards together with what is written down about it.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

from responder.domain.alert import Alert, Severity, loudest
from responder.domain.answer import Answer
from responder.domain.diagnosis import Diagnosis
from responder.domain.escalation import Notice
from responder.domain.failure_mode import FailureMode
from responder.domain.plain import canonical, sha256
from responder.domain.remediation import Plan
from responder.domain.runbook import Escalate, FollowUp, IfNotRecovered, Verify
from responder.domain.said import Said
from responder.domain.storm import Speaker
from responder.domain.target import NoTarget


class State(StrEnum):
    """Where an incident stands."""

    RECEIVED = "received"  # to be diagnosed and decided
    PROPOSED = "proposed"  # a person is asked; no answer in time is a no
    ACTING = "acting"  # intention written, effect not yet known
    CONVERGING = "converging"  # accepted by the outside, not yet done
    VERIFYING = "verifying"  # done; does the service recover?
    UNDOING = "undoing"  # intention to take it back written
    REVERTING = "reverting"  # taking back accepted, not yet done
    LIFTING = "lifting"  # recovered under what was done; intention to lead it back by one step written
    FOLLOWING = "following"  # verified; what is to be done afterwards waits for the alerts to end
    RECOVERED = "recovered"  # verified; waiting for the alerts to end
    ESCALATED = "escalated"  # a person has it; automation is over
    CLOSED = "closed"


MOVES: dict[State, frozenset[State]] = {
    State.RECEIVED: frozenset({State.PROPOSED, State.ACTING, State.ESCALATED, State.CLOSED}),
    State.PROPOSED: frozenset({State.RECEIVED, State.FOLLOWING, State.ESCALATED, State.CLOSED}),
    State.ACTING: frozenset({State.CONVERGING, State.ESCALATED}),
    State.CONVERGING: frozenset({State.VERIFYING, State.ESCALATED}),
    State.VERIFYING: frozenset(
        {State.RECOVERED, State.LIFTING, State.UNDOING, State.RECEIVED, State.FOLLOWING, State.ESCALATED}
    ),
    State.FOLLOWING: frozenset({State.PROPOSED, State.ACTING, State.RECOVERED, State.ESCALATED}),
    State.LIFTING: frozenset({State.CONVERGING, State.ESCALATED}),
    State.UNDOING: frozenset({State.REVERTING, State.ESCALATED}),
    State.REVERTING: frozenset({State.ESCALATED}),
    State.RECOVERED: frozenset({State.CLOSED, State.ESCALATED}),
    State.ESCALATED: frozenset({State.CLOSED}),
    State.CLOSED: frozenset(),
}


class Disposition(StrEnum):
    """How an accepted episode ends."""

    RECOVERED = "recovered"
    ESCALATED = "escalated"
    SUPPRESSED = "suppressed"
    QUARANTINED = "quarantined"


@dataclass(frozen=True)
class Episode:
    """One firing period of one alert; repeats are counted, never listed.

    An end is `presumed` when nobody told us of it: the alert was only no longer found, since `missing_since`. Its
    `disposition` is its own only where it differs from the incident's: it was never seen firing.
    """

    source: str
    fingerprint: str
    name: str
    severity: Severity
    starts_at: datetime
    last_seen: datetime
    repeats: int = 0
    ends_at: datetime | None = None
    presumed: bool = False
    missing_since: datetime | None = None
    disposition: Disposition | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.source, self.fingerprint


@dataclass(frozen=True)
class Apart:
    """An episode that stands beside its incident, because an incident carries few; the labels are to ask for it by.

    One that is open counts only for the incident it was begun for.
    """

    incident: str
    episode: Episode
    labels: dict[str, str]

    @property
    def key(self) -> tuple[str, str]:
        return self.episode.key


def place_of(key: tuple[str, str]) -> str:
    """Name the place of an episode beside its record; it is the same for every firing period of an alert."""
    return sha256(canonical(list(key)))[:32]


@dataclass(frozen=True)
class RunbookRef:
    """Which page allowed it, in which version."""

    failure_mode: FailureMode
    sha256: str


@dataclass(frozen=True)
class Intent:
    """What was decided, with everything a running response needs: a deploy never changes it.

    `afterwards` is what the target knows of that, for when it is well again; a `follow_up` is one of these.
    """

    action_id: str
    failure_mode: FailureMode
    step: int
    attempt: int
    plan: Plan
    verify: Verify
    escalate: Escalate
    if_not_recovered: IfNotRecovered
    approved_by: str | None = None
    afterwards: tuple[FollowUp, ...] = ()
    follow_up: bool = False


@dataclass(frozen=True)
class Incident:
    """The incident as it stands; the journal holds how it came to be so.

    It carries the first few episodes; `apart` counts the open ones that stand beside it, of which `loudest` and
    `earliest` are remembered here, and `looked_at` is the last that was compared with what fires.
    In a storm it is `spoken_for` by another, or it leads, and the storm goes back to `leads_since`.
    `forgotten` counts ended episodes it does not carry; each stands in the journal as started and ended.
    `together` is how many targets the largest notification about it was about, or were in trouble with it. `lifted`
    counts the steps begun on the way back from what was done; `left` are the releases it went away from; `kept` are
    earlier steps that did not help alone and stand beside the last one, `led_back` says which of them are back where
    they came from. `follows` says which step of what is done afterwards is its turn; 0 before the service was well.
    """

    id: str
    resource: str
    opened_at: datetime
    trace_id: str
    target: str | None = None
    why_no_target: NoTarget | None = None
    state: State = State.RECEIVED
    seq: int = 0
    last_sha256: str = "0" * 64
    episodes: tuple[Episode, ...] = ()
    apart: int = 0
    loudest: Severity | None = None
    earliest: datetime | None = None
    looked_at: str = ""
    forgotten: int = 0
    together: int = 1
    alerts: tuple[Alert, ...] = ()
    notices: tuple[Notice, ...] = ()
    diagnosis: Diagnosis | None = None
    runbook: RunbookRef | None = None
    intent: Intent | None = None
    kept: tuple[Intent, ...] = ()
    led_back: tuple[str, ...] = ()
    proposal: Plan | None = None
    approval: Answer | None = None
    refusal: str | None = None
    says: str = ""
    step: int = 0
    attempts: int = 0
    lifted: int = 0
    follows: int = 0
    left: tuple[str, ...] = ()
    next_at: datetime | None = None
    give_up_at: datetime | None = None
    held_since: datetime | None = None
    last_value: float | None = None
    drift: str | None = None
    disposition: Disposition | None = None
    stumbles: int = 0
    acted_at: datetime | None = None
    reverted_at: datetime | None = None
    recovered_at: datetime | None = None
    said: tuple[Said, ...] = ()
    spoken_for: Speaker | None = None
    leads_since: datetime | None = None

    @property
    def severity(self) -> Severity:
        return loudest([e.severity for e in self.episodes] + ([self.loudest] if self.loudest else []))

    @property
    def firing(self) -> tuple[Episode, ...]:
        return tuple(e for e in self.episodes if e.ends_at is None)

    @property
    def still_firing(self) -> int:
        """How many fire, here and apart."""
        return len(self.firing) + self.apart

    @property
    def worst(self) -> "Incident":
        """It with only those of its alerts that are as severe as it is.

        What is quieter may fire for hours after all is well, like a budget that was spent: it speaks against nothing.
        """
        return replace(self, episodes=tuple(e for e in self.episodes if e.severity is self.severity))

    @property
    def started_at(self) -> datetime:
        starts = [e.starts_at for e in self.episodes] + ([self.earliest] if self.earliest else [])
        return min(starts, default=self.opened_at)


RECONCILE = timedelta(minutes=15)  # how often a quiet incident is compared with what fires
LOOK_AGAIN = timedelta(minutes=5)  # Prometheus tells a restarted Alertmanager everything again within a minute or two

Kind = Literal[
    "received",
    "decided",
    "answered",
    "acted",
    "converged",
    "verified",
    "undone",
    "reverted",
    "followed",
    "joined",
    "told",
    "closed",
    "stumbled",
    "reconciled",
    "heard",
    "redriven",
    "discarded",
]


@dataclass(frozen=True)
class Moved:
    """An incident after a step, and what is written down about it; without a kind nothing is written.

    `apart` are the episodes beside it that changed.
    """

    incident: Incident
    kind: Kind | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    apart: tuple[Apart, ...] = ()


def incident_id(resource: str, opening: int) -> str:
    return sha256(canonical([resource, opening]))[:24]


def move(incident: Incident, to: State, **changes: Any) -> Incident:  # noqa: ANN401  # fields of Incident, checked by replace
    """Change the state along the table; a move that is not in it is a fault of ours and stops the step."""
    if to not in MOVES[incident.state]:
        raise AssertionError(f"no move from {incident.state} to {to}")
    return replace(incident, **{"state": to, "stumbles": 0, **changes})


def check_every(soak: timedelta) -> timedelta:
    """Look often enough to see a short relapse, at most every 30 s."""
    return min(timedelta(seconds=30), soak / 4)
