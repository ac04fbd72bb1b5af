"""In-memory twins of every seam, with the same promises as the real ones; tests and rehearsals run on them.

What a twin holds is public, to be arranged before and inspected after. A twin whose `trouble` is set raises
it on every call, as the outside does when it is down.
"""

import json
from bisect import insort
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from responder.domain.alert import Alert
from responder.domain.audit import Record
from responder.domain.books import Booked
from responder.domain.evidence import Sample
from responder.domain.guard import Firing
from responder.domain.incident import Apart, place_of
from responder.domain.journal import MOST_APART, Budget, Change, TargetRecord, read_state, write_state
from responder.domain.message import LARGEST, Message, encode
from responder.domain.plain import canonical, from_plain, sha256, to_plain
from responder.domain.release import Release
from responder.domain.said import Said
from responder.domain.storm import NAMED, Member, name_in
from responder.domain.target import Team
from responder.errors import ActionFailed, CannotRead, Fenced, NotThere, ResponderError
from responder.ports import Fires, Flip, Letter


@dataclass
class Twin:
    """Something outside that may be down."""

    trouble: ResponderError | None = field(default=None, kw_only=True)

    def _up(self) -> None:
        if self.trouble:
            raise self.trouble


@dataclass
class InMemoryQueue(Twin):
    """alerts.fifo: `messages` in the order sent, without those whose deduplication id was seen."""

    messages: list[Message] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def send(self, messages: Sequence[Message | Said]) -> None:
        self._up()
        for message in messages:
            if len(encode(message)) > LARGEST:
                raise CannotRead(f"an alert about {message.resource} is larger than the queue takes")
        fresh = [m for m in messages if m.deduplication_id not in self.seen]
        self.messages += [m for m in fresh if isinstance(m, Message)]
        self.said += [m for m in fresh if isinstance(m, Said)]
        self.bodies += [encode(m) for m in fresh]
        self.seen |= {m.deduplication_id for m in fresh}


@dataclass
class InMemoryRedelivery:
    """`asked` maps a receipt to the seconds after which its message is shown again."""

    asked: dict[str, int] = field(default_factory=dict)

    def later(self, receipt: str, seconds: int) -> None:
        self.asked[receipt] = seconds


@dataclass
class InMemoryQuarantine(Twin):
    """`kept` maps a key to the bytes and the cause first given."""

    kept: dict[str, tuple[bytes, str]] = field(default_factory=dict)

    def keep(self, content: bytes, cause: str, now: datetime) -> str:
        self._up()
        key = f"quarantine/{now.astimezone(UTC):%Y-%m-%d}/{sha256(content)}"
        self.kept.setdefault(key, (content, cause))
        return key

    def read(self, key: str) -> bytes:
        self._up()
        if key not in self.kept:
            raise NotThere(f"nothing is kept under {key}")
        return self.kept[key][0]


@dataclass
class InMemoryTokens(Twin):
    """`tokens` is the secret; `cached` what was read last, as a warm function remembers it."""

    tokens: dict[str, list[str]] = field(default_factory=dict)
    cached: dict[str, list[str]] | None = None

    def read(self, *, fresh: bool) -> Mapping[str, Sequence[str]]:
        if fresh or self.cached is None:
            self._up()
            self.cached = dict(self.tokens)
        return self.cached


@dataclass
class InMemoryJournal(Twin):
    """Journal and agenda; states are kept as JSON, so that they are written and read back as in the table."""

    states: dict[str, str] = field(default_factory=dict)
    epochs: dict[str, int] = field(default_factory=dict)
    dues: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    streams: dict[str, dict[int, str]] = field(default_factory=dict)
    beside: dict[str, dict[str, str]] = field(default_factory=dict)
    spent: dict[str, Budget] = field(default_factory=dict)
    opened: list[tuple[str, str, datetime]] = field(default_factory=list)

    def read(self, resource: str) -> TargetRecord:
        self._up()
        if resource not in self.states:
            return TargetRecord(resource)
        return read_state(json.loads(self.states[resource]))

    def write(self, change: Change) -> None:
        self._up()
        self._check(change)
        resource = change.record.resource
        self.states[resource] = canonical(write_state(change.record))
        self.epochs[resource] = change.record.epoch
        self.dues.pop(resource, None)
        if change.due_at:
            self.dues[resource] = (change.due_at, change.due_kind)
        for entry in change.entries:
            self._append(entry, change.record)
        self.beside.setdefault(resource, {}).update(
            {place_of(one.key): canonical(to_plain(one)) for one in change.apart}
        )
        self.spent |= {b.name: replace(b, version=b.version + 1) for b in change.budgets}

    def entries(self, stream: str, since: int) -> list[str]:
        self._up()
        return [text for seq, text in sorted(self.streams.get(stream, {}).items()) if seq >= since]

    def apart(self, resource: str, keys: Collection[tuple[str, str]]) -> list[Apart]:
        self._up()
        found = self.beside.get(resource, {})
        return [_apart(found[place]) for place in map(place_of, keys) if place in found]

    def open_apart(self, resource: str, after: str) -> tuple[list[Apart], str]:
        self._up()
        behind = [
            (place, _apart(text)) for place, text in sorted(self.beside.get(resource, {}).items()) if place > after
        ]
        found = [(place, one) for place, one in behind if one.episode.ends_at is None]
        more = len(found) > MOST_APART
        return [one for _, one in found[:MOST_APART]], found[MOST_APART - 1][0] if more else ""

    def due(self, now: datetime) -> list[tuple[str, str]]:
        self._up()
        return [(resource, kind) for resource, (at, kind) in sorted(self.dues.items(), key=lambda d: d[1]) if at <= now]

    def budgets(self, names: Sequence[str]) -> list[Budget]:
        self._up()
        return [self.spent.get(name, Budget(name)) for name in names]

    def incidents(self, limit: int) -> list[tuple[str, str, datetime]]:
        self._up()
        return self.opened[: -limit - 1 : -1]

    def opened_since(self, moment: datetime) -> tuple[list[Member], int]:
        self._up()
        found = [o for o in self.opened if o[2] >= moment]
        return [Member(*one, name_in(self.streams[one[0]][1])) for one in found[:NAMED]], len(found)

    def _check(self, change: Change) -> None:
        """Refuse before anything is written: all of a change or nothing."""
        resource = change.record.resource
        if len(change.apart) > MOST_APART:
            raise AssertionError(f"{len(change.apart)} episodes in one change")
        if self.epochs.get(resource, 0) != change.expected_epoch:
            raise Fenced(f"{resource} is at epoch {self.epochs.get(resource, 0)}, expected {change.expected_epoch}")
        places = [(e.stream, e.seq) for e in change.entries]
        if len(set(places)) < len(places) or any(seq in self.streams.get(stream, {}) for stream, seq in places):
            raise Fenced(f"{resource}: an entry of that number exists")
        for budget in change.budgets:
            if self.spent.get(budget.name, Budget(budget.name)).version != budget.version:
                raise Fenced(f"budget {budget.name} moved since it was read")

    def _append(self, entry: Record, record: TargetRecord) -> None:
        self.streams.setdefault(entry.stream, {})[entry.seq] = entry.text
        if record.incident and entry.stream == record.incident.id and entry.seq == 1:
            insort(self.opened, (entry.stream, record.resource, record.incident.opened_at), key=lambda o: o[2])


def _apart(text: str) -> Apart:
    return from_plain(Apart, json.loads(text), "an episode apart")


@dataclass
class InMemoryAudit(Twin):
    """`objects` maps a key to a record's text."""

    objects: dict[str, str] = field(default_factory=dict)

    def put(self, record: Record) -> None:
        self._up()
        if self.objects.setdefault(record.key, record.text) != record.text:
            raise ActionFailed(f"{record.key} exists with other bytes")

    def read(self, stream: str) -> list[str]:
        self._up()
        return [self.objects[key] for key in sorted(self.objects, key=_number) if _stream(key) == stream]


@dataclass
class InMemoryLock(Twin):
    """`says` is the audit bucket's protection; an empty one locks nothing."""

    says: str = "COMPLIANCE, 400 days"

    def describe(self) -> str:
        self._up()
        if not self.says:
            raise NotThere("the audit bucket locks nothing: records could be deleted")
        return self.says


@dataclass
class InMemoryMetrics(Twin):
    """`answers` maps an expression to its samples; what is not there answers with no series."""

    answers: dict[str, list[Sample]] = field(default_factory=dict)
    asked: list[tuple[str, datetime]] = field(default_factory=list)

    def query(self, expression: str, at: datetime) -> list[Sample]:
        self._up()
        self.asked.append((expression, at))
        return self.answers.get(expression, [])


@dataclass
class InMemoryAlertView(Twin):
    """`firing` maps a fingerprint to what is said of it; an alert not in it is gone."""

    firing: dict[str, Firing] = field(default_factory=dict)

    def state(self, alert: Alert) -> Firing:
        if self.trouble:
            return Firing("unknown", str(self.trouble))
        return self.firing.get(alert.fingerprint, Firing("gone", "not among the alerts"))

    def states(self, alerts: Sequence[Alert]) -> list[Firing]:
        return [self.state(alert) for alert in alerts]


@dataclass
class InMemoryModes(Twin):
    """`settings` maps a name without prefix to its mode; `written` is what `set` did, by `who` at `now`."""

    settings: dict[str, str] = field(default_factory=dict)
    written: list[Flip] = field(default_factory=list)
    who: str = "somebody"
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def read(self, names: Sequence[str]) -> Mapping[str, str]:
        return {} if self.trouble else {name: self.settings[name] for name in names if name in self.settings}

    def set(self, name: str, mode: str) -> None:
        self._up()
        self.settings[name] = mode
        self.written.append(Flip(name, self.versions().get(name, 0) + 1, mode, self.who, self.now))

    def versions(self) -> Mapping[str, int]:
        self._up()
        return {flip.name: flip.version for flip in self.written}

    def flips(self, name: str, after: int) -> list[Flip]:
        self._up()
        return [flip for flip in self.written if flip.name == name and flip.version > after]


@dataclass
class InMemoryReleases(Twin):
    """`markers` maps (target, time of marking, version) to the release."""

    markers: dict[tuple[str, datetime, str], Release] = field(default_factory=dict)

    def of(self, target: str) -> list[Release]:
        self._up()
        return [release for key, release in sorted(self.markers.items()) if key[0] == target]

    def save(self, release: Release) -> None:
        self._up()
        self.markers[(release.target, release.marked_at, release.version)] = release


@dataclass
class InMemoryChannel(Twin):
    """`letters` in the order sent, whatever was done with them."""

    name: str = "in_memory"
    letters: list[Letter] = field(default_factory=list)
    kinds: tuple[str, ...] = ("page", "ticket", "note")

    def send(self, letter: Letter) -> str:
        self._up()
        self.letters.append(letter)
        return f"{self.name}-{letter.key}"

    def update(self, letter: Letter, external_id: str) -> None:
        self._up()
        if not any(external_id == f"{self.name}-{sent.key}" for sent in self.letters):
            raise NotThere(f"nothing was sent as {external_id}")
        self.letters.append(letter)

    def resolve(self, letter: Letter, external_id: str) -> None:
        self.update(letter, external_id)

    def look(self, to: Team) -> str:
        self._up()
        return f"takes notices for {to}"


@dataclass
class InMemoryLedger(Twin):
    """`lines` is what the front door said it accepted; `cut` how many alerts Alertmanager had cut off."""

    lines: list[Booked] = field(default_factory=list)
    cut: int = 0

    def accepted(self, since: datetime, until: datetime) -> tuple[list[Booked], int]:
        self._up()
        return [b for b in self.lines if since <= b.accepted_at <= until], self.cut


@dataclass
class InMemoryAlertList(Twin):
    """`fires` is what Alertmanager has."""

    fires: list[Fires] = field(default_factory=list)

    def all(self) -> list[Fires]:
        self._up()
        return self.fires


def _stream(key: str) -> str:
    """Return the stream of `audit/v1/<hour>/<stream>/<number>`."""
    return key.split("/", 3)[3].rpartition("/")[0]


def _number(key: str) -> str:
    return key.rpartition("/")[2]
