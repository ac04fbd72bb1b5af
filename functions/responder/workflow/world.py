"""Everything a story reaches the outside through, and who is acting."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from responder.domain.audit import Actor
from responder.domain.evidence import Evidence
from responder.domain.runbook import Library
from responder.ports import Agenda, AlertView, AuditLog, Channel, Journal, Metrics, ModeSettings, Releases, Remediator

Question = tuple[str, str]
Gather = Callable[[list[Question], Metrics | None, datetime], tuple[Evidence, ...]]


@dataclass(frozen=True)
class World:
    """The ports of respond and sweep. `time_left` is how long this invocation may still run."""

    actor: Actor
    library: Library
    journal: Journal
    agenda: Agenda
    audit: AuditLog
    metrics: Metrics | None
    alerts: AlertView | None
    modes: ModeSettings
    remediator: Remediator
    releases: Releases
    channels: tuple[Channel, ...]
    gather: Gather
    time_left: Callable[[], timedelta]
    links: Mapping[str, str] = field(default_factory=dict)
