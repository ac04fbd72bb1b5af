"""The seams to the outside, one to three methods each.

Every seam has one adapter per outside thing and one in-memory twin (`adapters/in_memory.py`); the same
contract test runs on both. All raise only the errors of `errors.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from responder.domain.alert import Alert, Notification
from responder.domain.audit import Record
from responder.domain.evidence import Sample
from responder.domain.guard import Firing
from responder.domain.journal import Budget, Change, TargetRecord
from responder.domain.message import Message
from responder.domain.release import Artefacts, Release
from responder.domain.remediation import Outcome, Snapshot
from responder.domain.target import Target


class AlertQueue(Protocol):
    """alerts.fifo, from the sending side."""

    def send(self, messages: Sequence[Message]) -> None:
        """Queue all messages durably; raise TryAgain unless every one was accepted."""


class Quarantine(Protocol):
    """Where bytes go that nobody could read."""

    def keep(self, content: bytes, cause: str, now: datetime) -> str:
        """Store the bytes under their SHA-256 and return the key; the same bytes twice are stored once."""


class ReadNotification(Protocol):
    """Understands a sender's body."""

    def __call__(
        self, body: bytes, source: str, trace_id: str, received_at: datetime
    ) -> tuple[Notification, list[tuple[bytes, str]]]:
        """Return what was read, and each unreadable alert with its cause; raise CannotRead for the whole body."""


class Tokens(Protocol):
    """The bearer tokens of the webhook."""

    def read(self, *, fresh: bool) -> Mapping[str, Sequence[str]]:
        """Return tokens by source; `fresh` bypasses the cache. Raise TryAgain when the secret is unreadable."""


class Journal(Protocol):
    """The state of every resource and the append-only steps of every incident."""

    def read(self, resource: str) -> TargetRecord:
        """Read consistently; a resource never seen has epoch 0."""

    def write(self, change: Change) -> None:
        """Write all of the change or nothing; raise Fenced when the epoch or a budget moved, TryAgain on conflict."""

    def entries(self, stream: str, since: int) -> list[str]:
        """Return the records of a stream from this sequence on, in order."""


class Agenda(Protocol):
    """What is due, and what was spent."""

    def due(self, now: datetime) -> list[tuple[str, str]]:
        """Return (resource, kind) of what is due, earliest first."""

    def budgets(self, names: Sequence[str]) -> list[Budget]:
        """Read budgets consistently, in the order asked."""


class AuditLog(Protocol):
    """The locked bucket."""

    def put(self, record: Record) -> None:
        """Write a record once; the same bytes again are fine, other bytes raise ActionFailed."""

    def read(self, stream: str) -> list[str]:
        """Return a stream's records in order."""


class Metrics(Protocol):
    """Prometheus."""

    def query(self, expression: str, at: datetime) -> list[Sample]:
        """Ask an instant query; raise CannotKnow on any trouble, time-out included."""


class AlertView(Protocol):
    """Whoever knows whether an alert fires at this moment: Alertmanager, else Prometheus."""

    def state(self, alert: Alert) -> Firing:
        """Say whether it fires, is silenced or inhibited, or is gone; never raises, doubt is `unknown`."""


class ModeSettings(Protocol):
    """The mode parameters."""

    def read(self, names: Sequence[str]) -> Mapping[str, str]:
        """Return the settings that exist; an unreadable store returns none."""


@dataclass(frozen=True)
class Configuration:
    """What a release's configuration looks like now: its variant names and its artefacts' digests."""

    shape: tuple[str, ...]
    artefacts: Artefacts


@dataclass(frozen=True)
class Flip:
    """One version of a mode parameter, as its history tells it."""

    name: str
    version: int
    value: str
    by: str
    at: datetime


class ModeHistory(Protocol):
    """The parameter store's own memory of who changed a mode, read by the sweeper and audited."""

    def versions(self) -> Mapping[str, int]:
        """Return the newest version of every mode parameter, by name without prefix."""

    def flips(self, name: str, after: int) -> list[Flip]:
        """Return the versions newer than `after`, oldest first."""


class Remediator(Protocol):
    """The outside thing a target is: here a SageMaker endpoint."""

    def observe(self, target: Target) -> Snapshot:
        """Look at it; raise CannotKnow or NotThere."""

    def configuration(self, target: Target, name: str) -> Configuration:
        """Look at a configuration it could be pointed at; what is not there is listed as missing."""

    def apply(self, target: Target, desired: Mapping[str, str], token: str) -> Outcome:
        """Ask for the change once, without retries; `token` (the action id) names the session."""


class Releases(Protocol):
    """Release markers by target; written only by whoever holds the target."""

    def of(self, target: str) -> list[Release]:
        """Return a target's releases, oldest first."""

    def save(self, release: Release) -> None:
        """Write one release marker over its earlier self."""


@dataclass(frozen=True)
class Letter:
    """A notice as it is sent: `key` is the same for every try, `number` tells tries apart."""

    key: str
    kind: str
    severity: str
    subject: str
    body: str
    source: str
    number: int
    links: tuple[tuple[str, str], ...] = ()


class Channel(Protocol):
    """A way to reach a person."""

    name: str

    def takes(self, kind: str) -> bool:
        """Say whether this channel is for page, ticket, note or resolve."""

    def send(self, letter: Letter) -> str:
        """Send and return the outside's id; raise ActionFailed."""


class Redelivery(Protocol):
    """The receiving side of alerts.fifo."""

    def later(self, receipt: str, seconds: int) -> None:
        """Make the message visible again after this many seconds; never raises."""


class LockView(Protocol):
    """The audit bucket's protection, as it stands."""

    def describe(self) -> str:
        """Say mode and days of the Object Lock; raise NotThere when versions are not locked."""
