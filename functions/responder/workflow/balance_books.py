"""Every few minutes: what was accepted must stand somewhere, and what fires must have arrived.

    accepted (log lines) ─► journal, else its entries, else the quarantine ─► lost: a page
    to be gone on with ─► in somebody's agenda ─► left: a page
    fires in Alertmanager ─► an open episode here ─► unseen: taken in now, and a ticket
    Watchdog heard ─► silent: a page

It runs apart from what it checks: another function, another role, another source of facts.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from responder.domain import books
from responder.domain.alert import Alert, Notification
from responder.domain.books import Booked, Trouble
from responder.domain.dead_letter import PREFIX
from responder.domain.incident import Apart, Episode
from responder.domain.journal import TargetRecord
from responder.domain.message import BOOKS, WATCHDOG, to_messages
from responder.errors import ActionFailed
from responder.ports import AlertList, AlertQueue, Ledger
from responder.workflow.hold import Written
from responder.workflow.respond import respond
from responder.workflow.world import World

LATEST = 100  # incidents looked through for a quarantined alert


@dataclass(frozen=True)
class Books:
    """The other side's facts, and where what was missed is put in."""

    ledger: Ledger
    listed: AlertList | None
    queue: AlertQueue
    receiver: str


@dataclass(frozen=True)
class Balanced:
    """What one run found."""

    accepted: int = 0
    lost: tuple[Booked, ...] = ()
    left: tuple[str, ...] = ()
    unseen: tuple[Alert, ...] = ()
    silent: tuple[str, ...] = ()
    watchdogs: int = 0
    cannot: tuple[str, ...] = ()
    written: Sequence[Written] = field(default=())


def balance(here: Books, world: World, now: datetime) -> Balanced:
    """Compare both sides and speak up; what cannot be asked is said, and asked again next time."""
    records = _Records(world)
    cannot: list[str] = []
    written: list[Written] = []
    heard = world.journal.read(WATCHDOG).heard
    quiet = tuple(books.silent(heard, now))
    written += _speak(Trouble.SILENT, quiet, world, now)
    booked: list[Booked] = []
    truncated = 0
    lost: tuple[Booked, ...] = ()
    left: tuple[str, ...] = ()
    unseen: tuple[Alert, ...] = ()
    try:
        booked, truncated = here.ledger.accepted(now - books.LOOKBACK - books.GRACE, now)
        settled = [b for b in booked if not books.in_flight(b, now)]
        records.look_beside([(b.resource, b.source, b.fingerprint) for b in settled], now)
        lost = tuple(b for b in settled if not _known(b, records, world))
        written += _speak(Trouble.LOST, books.describe(lost), world, now)
        left = tuple(_left({b.resource for b in settled}, records, world, now))
        written += _speak(Trouble.LEFT, left, world, now)
    except ActionFailed as error:
        cannot.append(str(error))
    try:
        unseen = tuple(_unseen(here, booked, truncated, records, world, now))
        if unseen:
            here.queue.send(to_messages(_notification(unseen, booked, here.receiver, now), world.library.targets))
        written += _speak(Trouble.UNSEEN, [f"{a.name} {a.fingerprint}" for a in unseen], world, now)
    except ActionFailed as error:
        cannot.append(str(error))
    return Balanced(len(booked), lost, left, unseen, quiet, len(heard), tuple(cannot), written)


class _Records:
    """Each resource is read once a run."""

    def __init__(self, world: World) -> None:
        self._journal = world.journal
        self._read: dict[str, TargetRecord] = {}
        self._beside: dict[tuple[str, str, str], Apart] = {}

    def of(self, resource: str) -> TargetRecord:
        if resource not in self._read:
            self._read[resource] = self._journal.read(resource)
        return self._read[resource]

    def look_beside(self, wanted: Iterable[tuple[str, str, str]], now: datetime) -> None:
        """Read what of these (resource, source, fingerprint) stands apart, many in a call."""
        keys: dict[str, list[tuple[str, str]]] = {}
        for resource, source, fingerprint in wanted:
            if self.of(resource).has_apart(now):
                keys.setdefault(resource, []).append((source, fingerprint))
        found = {resource: self._journal.apart(resource, some) for resource, some in keys.items()}
        self._beside |= {(resource, *a.key): a for resource, some in found.items() for a in some}

    def beside(self, resource: str, source: str, fingerprint: str) -> list[Apart]:
        found = self._beside.get((resource, source, fingerprint))
        return [found] if found else []

    def is_open_beside(self, resource: str, source: str, fingerprint: str) -> bool:
        incident = self.of(resource).incident
        found = self.beside(resource, source, fingerprint)
        return any(a.episode.ends_at is None and incident and a.incident == incident.id for a in found)


def _known(booked: Booked, records: _Records, world: World) -> bool:
    """Ask the record first; what it has forgotten stands in the entries, what was set aside in the quarantine."""
    record = records.of(booked.resource)
    if booked.resource == WATCHDOG or books.is_accounted_for(
        booked, record, records.beside(booked.resource, booked.source, booked.fingerprint)
    ):
        return True
    streams = [record.incident.id] if record.incident else []
    streams += [i for i, resource, _ in world.agenda.incidents(LATEST) if resource.startswith(PREFIX)]
    return any(books.stands_in(booked, text) for stream in streams for text in world.journal.entries(stream, 1))


def _left(resources: Collection[str], records: _Records, world: World, now: datetime) -> Iterator[str]:
    """Look twice at what has something to do and stands in no agenda: it may have been done in between."""
    busy = [resource for resource in sorted(resources) if books.is_left(records.of(resource), (), now)]
    for look in (records.of, world.journal.read):
        due = {resource for resource, _ in world.agenda.due(now)} if busy else set()
        busy = [resource for resource in busy if books.is_left(look(resource), due, now)]
    yield from busy


def _unseen(
    here: Books, booked: Sequence[Booked], truncated: int, records: _Records, world: World, now: datetime
) -> Iterator[Alert]:
    """Yield what fires for us, began some time ago, and has no open episode."""
    coming, since_before = _coming(booked, now), now - _patience(truncated)
    ours = [
        f.alert
        for f in (here.listed.all() if here.listed else ())
        if f.active and here.receiver in f.receivers and not f.alert.is_watchdog
    ]
    late = [a for a in ours if a.starts_at <= since_before and a.fingerprint not in coming]
    places = [(_resource(alert, world), alert) for alert in late]
    sources = {b.source for b in booked} | {e.source for r, _ in places for e in _open_here(records.of(r))}
    records.look_beside([(r, source, a.fingerprint) for r, a in places for source in sorted(sources)], now)
    for resource, alert in places:
        here_open = any(e.fingerprint == alert.fingerprint for e in _open_here(records.of(resource)))
        if not here_open and not any(records.is_open_beside(resource, s, alert.fingerprint) for s in sources):
            yield alert


def _open_here(record: TargetRecord) -> tuple[Episode, ...]:
    return record.incident.firing if record.incident else ()


def _resource(alert: Alert, world: World) -> str:
    (message,) = to_messages(Notification(BOOKS, "", (alert,), 0, "", alert.starts_at), world.library.targets)
    return message.resource


def _coming(booked: Sequence[Booked], now: datetime) -> set[str]:
    return {b.fingerprint for b in booked if books.in_flight(b, now)}


def _patience(truncated: int) -> timedelta:
    """After a notification that was cut, an alert may be missing from its first minute on."""
    return timedelta() if truncated else books.UNSEEN


def _notification(unseen: Sequence[Alert], booked: Sequence[Booked], receiver: str, now: datetime) -> Notification:
    """Put them in under the source they would have come from, so that their end, when it comes, is theirs."""
    sources = [b.source for b in booked]
    source = max(sorted(set(sources)), key=sources.count, default="alertmanager")
    return Notification(source, receiver, tuple(unseen), 0, "", now)


def _speak(trouble: Trouble, details: Sequence[str], world: World, now: datetime) -> Sequence[Written]:
    """Open, keep or end the incident of this trouble; silence stays silent."""
    incident = world.journal.read(f"{BOOKS}/{trouble}").incident
    firing = incident.firing if incident else ()
    if not details and not firing:
        return ()
    since = firing[0].starts_at if firing else now
    return respond(books.finding(trouble, details, since, now), world, now).written
