"""One item per resource holds lease, epoch, open incident, cooldowns; there is no second lock.

The epoch is the fencing token: it grows with every claim, and every append is conditional on it, so a holder
that woke too late can write nothing.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from responder.domain.audit import GENESIS, Record
from responder.domain.failure_mode import FailureMode
from responder.domain.incident import Apart, Episode, Incident
from responder.domain.plain import from_plain, to_plain
from responder.domain.plans.requeue import Requeued
from responder.domain.storm import Lead
from responder.errors import TryAgain

LEASE = timedelta(seconds=90)  # longer than the longest timeout of any holder (template: 60 s)
VERSION = 3  # since 2 episodes may stand apart, since 3 there are follow-ups; without either it is still written as 1
REMEMBERED = 100  # past episodes and actions kept per resource
REMEMBERED_FOR = timedelta(days=14)  # how long an ended episode apart is looked for: no queue keeps a message longer
MOST_APART = 90  # written in one change; DynamoDB takes 100 items in a transaction


@dataclass(frozen=True)
class PastAction:
    """An action that was intended, for cooldowns and budgets."""

    action_id: str
    incident: str
    at: datetime
    failure_mode: FailureMode


@dataclass(frozen=True)
class Chain:
    """The end of a named stream (`control`, `release/<target>`): its last sequence and that record's SHA-256."""

    seq: int = 0
    last_sha256: str = GENESIS


@dataclass(frozen=True)
class Soaking:
    """A release under watch: it becomes known good when it still runs at `until` and nothing happened since."""

    version: str
    config: str
    since: datetime
    until: datetime


@dataclass(frozen=True)
class TargetRecord:
    """Everything known about one resource.

    `unexported` maps a stream to its first sequence that is not yet in the audit; `versions` is the newest
    mode parameter versions that were audited (only the resource `control` has them); `heard` is when each source's
    Watchdog was heard last (only the resource `watchdog`). Until `apart_until` ended episodes are remembered apart.
    `leads` is who speaks for a storm to each team (only the resource `storm`). `requeued` is when its dead letters were
    moved, the counter against loops.
    """

    resource: str
    epoch: int = 0
    lease_until: datetime | None = None
    opened: int = 0
    incident: Incident | None = None
    past_episodes: tuple[Episode, ...] = ()
    actions: tuple[PastAction, ...] = ()
    soaking: Soaking | None = None
    versions: dict[str, int] = field(default_factory=dict)
    chains: dict[str, Chain] = field(default_factory=dict)
    unexported: dict[str, int] = field(default_factory=dict)
    export_not_before: datetime | None = None
    heard: dict[str, datetime] = field(default_factory=dict)
    apart_until: datetime | None = None
    leads: dict[str, Lead] = field(default_factory=dict)
    requeued: tuple[Requeued, ...] = ()
    unknown: dict[str, Any] = field(default_factory=dict)

    def held(self, now: datetime) -> bool:
        return self.lease_until is not None and self.lease_until > now

    def has_apart(self, now: datetime) -> bool:
        """Say whether episodes have to be looked for beside the record."""
        is_open = self.incident is not None and self.incident.apart > 0
        return is_open or (self.apart_until is not None and self.apart_until > now)


@dataclass(frozen=True)
class Budget:
    """When actions were intended under one runbook, or in the whole fleet; `version` guards against lost updates."""

    name: str
    spent: tuple[datetime, ...] = ()
    version: int = 0

    def spend(self, now: datetime) -> "Budget":
        return replace(self, spent=(*self.spent, now)[-REMEMBERED:])


@dataclass(frozen=True)
class Change:
    """One conditional transaction: the record as it shall be, entries appended, budgets spent, when to look again.

    `apart` are at most MOST_APART episodes to be put beside the record.
    """

    record: TargetRecord
    expected_epoch: int
    entries: tuple[Record, ...] = ()
    budgets: tuple[Budget, ...] = ()
    due_at: datetime | None = None
    due_kind: str = ""
    apart: tuple[Apart, ...] = ()


def write_state(record: TargetRecord) -> dict[str, Any]:
    """Plain data of a record; keys that a newer responder added survive a rollback of the responder."""
    known = to_plain(record)
    kept = dict(known.pop("unknown", {}))
    of_incident = kept.pop("incident", {})
    if record.incident and of_incident.get("id") == record.incident.id:
        known["incident"] = {**of_incident, **known["incident"]}
    return {**kept, **known, "v": _needed(record)}


def _needed(record: TargetRecord) -> int:
    """Return the oldest version that can read this."""
    if record.incident and record.incident.follows:
        return 3
    return 2 if record.apart_until or (record.incident and record.incident.apart) else 1


def read_state(fact: dict[str, Any]) -> TargetRecord:
    """Read a record back; raise TryAgain when a newer responder changed its meaning."""
    if fact.get("v", VERSION) > VERSION:
        raise TryAgain(f"the record has version {fact['v']}, this code knows {VERSION}; a newer responder will take it")
    known = {k: v for k, v in fact.items() if k in TargetRecord.__dataclass_fields__}
    unknown = {k: v for k, v in fact.items() if k not in known and k != "v"}
    incident = fact.get("incident") or {}
    strange = {k: v for k, v in incident.items() if k not in Incident.__dataclass_fields__}
    if strange:
        unknown["incident"] = {"id": incident["id"], **strange}
    return replace(from_plain(TargetRecord, known, "record"), unknown=unknown)
