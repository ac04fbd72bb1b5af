"""The seams to the outside, one to three methods each.

Every seam has one adapter per outside thing and one in-memory twin (`adapters/in_memory.py`); the same
contract test runs on both. All raise only the errors of `errors.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from responder.domain.target import Team

if TYPE_CHECKING:  # a seam is a shape: whoever passes through brings the facts along
    from responder.domain.alert import Alert, Notification
    from responder.domain.audit import Record
    from responder.domain.books import Booked
    from responder.domain.evidence import Sample
    from responder.domain.finding import Fault
    from responder.domain.guard import Firing
    from responder.domain.incident import Apart
    from responder.domain.journal import Budget, Change, TargetRecord
    from responder.domain.message import Message
    from responder.domain.plans.registry import ModelVersion, Registry, RegistrySnapshot
    from responder.domain.release import Artefacts, Configuration, Release
    from responder.domain.remediation import Outcome, Snapshot
    from responder.domain.said import Said
    from responder.domain.seal import Head, Held, Seal, SigningKey, Version
    from responder.domain.serving.drift import Baseline
    from responder.domain.serving.evaluation import Evaluation, Trace
    from responder.domain.storm import Member
    from responder.domain.target import Target


class AlertQueue(Protocol):
    """alerts.fifo, from the sending side."""

    def send(self, messages: Sequence[Message | Said]) -> None:
        """Queue all messages durably; raise TryAgain unless every one was accepted."""


class Quarantine(Protocol):
    """Where bytes go that nobody could read."""

    def keep(self, content: bytes, cause: str, now: datetime) -> str:
        """Store the bytes under their SHA-256 and return the key; the same bytes twice are stored once."""

    def read(self, key: str) -> bytes:
        """Return what is kept there, for a person who may see it; raise NotThere after 14 days, or for others."""


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


class Episodes(Protocol):
    """The episodes beside a record; the journal writes them together with it."""

    def apart(self, resource: str, keys: Collection[tuple[str, str]]) -> list[Apart]:
        """Read consistently those of these keys that are there, a hundred in a call; raise TryAgain."""

    def open_apart(self, resource: str, after: str) -> tuple[list[Apart], str]:
        """Return the next open ones behind this place, at most MOST_APART, and the place to go on from, "" at the end.

        One call; where many have ended it may return none and yet have somewhere to go on. Raise TryAgain.
        """


class Journal(Episodes, Protocol):
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

    def incidents(self, limit: int) -> list[tuple[str, str, datetime]]:
        """Return (id, resource, opened at) of the incidents opened last, newest first."""

    def opened_since(self, moment: datetime) -> tuple[list[Member], int]:
        """Return the first incidents opened since then, at most NAMED, and how many there are."""


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

    def states(self, alerts: Sequence[Alert]) -> list[Firing]:
        """Say it of each, in order, asking once for every alert name."""


@dataclass(frozen=True)
class Fires:
    """An alert as Alertmanager lists it, and to whom it goes; one that is silenced or inhibited is not `active`."""

    alert: Alert
    receivers: tuple[str, ...]
    active: bool


class AlertList(Protocol):
    """Alertmanager's own list of what fires, to compare with what was notified."""

    def all(self) -> list[Fires]:
        """Return everything it has; raise CannotKnow on any trouble."""


class Ledger(Protocol):
    """What the front door says it accepted: its log lines, kept apart from the journal."""

    def accepted(self, since: datetime, until: datetime) -> tuple[list[Booked], int]:
        """Return the alerts answered with 2xx in this time, and how many Alertmanager had cut off; raise CannotKnow."""


class ModeSettings(Protocol):
    """The mode parameters."""

    def read(self, names: Sequence[str]) -> Mapping[str, str]:
        """Return the settings that exist; an unreadable store returns none."""


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
    """One kind of thing that may be touched, as one action sees it."""

    def observe(self, target: Target) -> Snapshot:
        """Look at it; raise CannotKnow or NotThere."""

    def apply(self, target: Target, seen: Snapshot, desired: Mapping[str, str], token: str) -> Outcome:
        """Ask once, without retries, for the change from what was `seen`; `token` (the action id) names the session."""


class Configurations(Protocol):
    """What a kind of thing could be pointed at."""

    def configuration(self, target: Target, name: str) -> Configuration:
        """Look at a configuration; what is not there is listed as missing, and nothing is raised."""


class ModelRegistry(Protocol):
    """The model registry, to look at."""

    def read(self, target: Target) -> Registry:
        """Return the aliases and versions of a target's models; raise CannotKnow or NotThere."""

    def artefacts(self, target: Target, version: ModelVersion) -> Artefacts:
        """Say what the parts of a version are now; what cannot be read is listed as missing."""


class RegistrySnapshots(Protocol):
    """Snapshots of the registry, written once."""

    def keep(self, snapshot: RegistrySnapshot) -> None:
        """Store a snapshot; raise ActionFailed."""

    def before(self, moment: datetime, most: int) -> list[RegistrySnapshot]:
        """Return the newest snapshots taken before; raise ActionFailed, or CannotRead for one that was changed."""


class Releases(Protocol):
    """Release markers by target; written only by whoever holds the target."""

    def of(self, target: str) -> list[Release]:
        """Return a target's releases, oldest first."""

    def save(self, release: Release) -> None:
        """Write one release marker over its earlier self."""


@dataclass(frozen=True)
class Letter:
    """A notice as it is sent: `key` is the same for every try, `number` tells tries apart.

    `begun_at` is when an earlier try began whose end nobody knows: where the outside has no keys, look before you
    send. `to` is where the target's team wants it.
    """

    key: str
    kind: str
    severity: str
    subject: str
    body: str
    source: str
    number: int
    links: tuple[tuple[str, str], ...] = ()
    begun_at: datetime | None = None
    team: str = ""
    to: Team = field(default_factory=Team)


class Channel(Protocol):
    """A way to reach a person; `kinds` are the notices it begins (page, ticket, note).

    Its methods raise ActionFailed, and CannotKnow when it may have arrived nevertheless.
    """

    name: str

    @property
    def kinds(self) -> Collection[str]: ...

    def send(self, letter: Letter) -> str:
        """Begin something new and return the outside's id for it."""

    def update(self, letter: Letter, external_id: str) -> None:
        """Append to what was sent; raise NotThere when it is gone."""

    def resolve(self, letter: Letter, external_id: str) -> None:
        """Say that it is over, and close it where the outside can; what is closed already stays so."""

    def look(self, to: Team) -> str:
        """Say what shows that a notice for this team would be taken; nobody hears of it and nothing is left behind."""


class Redelivery(Protocol):
    """The receiving side of alerts.fifo."""

    def later(self, receipt: str, seconds: int) -> None:
        """Make the message visible again after this many seconds; never raises."""


class Trail(Protocol):
    """The audit bucket with every version of every object, or a copy of it."""

    def versions(self, start: str, stop: str) -> Iterator[Version]:
        """Yield what lies between two keys (the first included, the last not), by key, newest version first."""

    def look(self, versions: Iterable[Version]) -> Iterator[tuple[Version, Held | None]]:
        """Yield each version with its bytes and lock, in order; None for a delete marker and for what is gone."""


class SealShelf(Protocol):
    """Where seals are put."""

    def put(self, key: str, text: str) -> bytes:
        """Write a seal once and return what stands under the name: ours, or the one that was there before."""


class Signer(Protocol):
    """The key that signs seals; nobody can take it out of there."""

    def key(self) -> SigningKey:
        """Return its id and public key; raise ActionFailed."""

    def sign(self, digest: bytes) -> bytes:
        """Sign a SHA-256 digest with ECDSA on P-256; raise ActionFailed."""


class HeadNote(Protocol):
    """The newest seal's hash, noted a second time where the bucket's writers cannot reach."""

    def read(self) -> Head | None:
        """Return what was noted last; raise ActionFailed when nobody can tell."""

    def write(self, head: Head) -> None:
        """Note the head; raise ActionFailed."""


class Signatures(Protocol):
    """Checks signatures against the keys one trusts."""

    def check(self, seal: Seal, signature: bytes) -> Fault | None:
        """Return nothing when a trusted key signed it, else whether the signature or the key is wrong."""


class LockView(Protocol):
    """The audit bucket's protection, as it stands."""

    def describe(self) -> str:
        """Say mode and days of the Object Lock; raise NotThere when versions are not locked."""


class LogSearch(Protocol):
    """Log groups that a target's services.yaml entry names."""

    def lines(self, target: Target, group: str, since: datetime, until: datetime) -> list[str]:
        """Return lines that speak of trouble, bounded; raise CannotKnow when the group cannot be read."""


class Counters(Protocol):
    """What the platform itself counts about a target."""

    def names(self, target: Target) -> Sequence[str]:
        """Return the measurements this target has."""

    def read(self, target: Target, name: str, since: datetime, until: datetime) -> float:
        """Return one measurement; raise CannotKnow when there is none."""


class TraceShelf(Protocol):
    """The redacted traces, and what evaluation keeps beside them."""

    def read(self, since: datetime, until: datetime) -> list[Trace]:
        """Return the traces of whole hours."""

    def baselines(self, model: str) -> dict[str, Baseline] | None:
        """Return the frozen baselines of a model, None when there are none."""

    def freeze(self, model: str, baselines: Mapping[str, Baseline]) -> None:
        """Put baselines in the place of the earlier ones."""

    def keep(self, evaluation: Evaluation) -> None:
        """Write the report of one model."""


class LinkUses(Protocol):
    """How often an invitation was tried, and the one answer that was given through it; all raise TryAgain."""

    def answer(self, name: str) -> str | None:
        """Return the answer that was given, if one was."""

    def count_try(self, name: str, most: int) -> int | None:
        """Count one more try and return how many there are; None, and nothing counted, when there were `most`."""

    def settle(self, name: str, answer: str) -> str:
        """Fix the answer unless one is fixed; return the one that stands."""


class Jobs(Protocol):
    """Whoever starts the re-evaluation."""

    def start(self, model: str, features: Sequence[str], now: datetime) -> None:
        """Say that a model has to be evaluated again."""
