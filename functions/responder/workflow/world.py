"""Everything a story reaches the outside through, and who is acting."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from responder.domain.audit import Actor
from responder.domain.remediation import Lever
from responder.domain.runbook import Library
from responder.domain.touch import TouchKind
from responder.ports import (
    Agenda,
    AlertView,
    AuditLog,
    Channel,
    Configurations,
    Counters,
    Journal,
    LogSearch,
    Metrics,
    ModelRegistry,
    ModeSettings,
    RegistrySnapshots,
    Releases,
    Remediator,
)
from responder.workflow.gather import AskAll


@dataclass(frozen=True)
class Door:
    """Where a proposal can be answered by link, and the key such links are made with; it raises ActionFailed."""

    url: str
    key: Callable[[], bytes]


@dataclass(frozen=True)
class World:
    """The ports of respond and sweep. `time_left` is how long this invocation may still run.

    `remediators` has one for every lever of `domain/levers.py`, `configurations` one for every kind that runs releases.
    """

    actor: Actor
    library: Library
    journal: Journal
    agenda: Agenda
    audit: AuditLog
    metrics: Metrics | None
    alerts: AlertView | None
    modes: ModeSettings
    remediators: Mapping[Lever, Remediator]
    configurations: Mapping[TouchKind, Configurations]
    releases: Releases
    registry: ModelRegistry
    snapshots: RegistrySnapshots
    channels: tuple[Channel, ...]
    ask: AskAll
    time_left: Callable[[], timedelta]
    logs: LogSearch | None = None
    counters: Counters | None = None
    links: Mapping[str, str] = field(default_factory=dict)
    door: Door | None = None
