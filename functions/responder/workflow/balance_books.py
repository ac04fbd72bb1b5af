"""Every few minutes: what was accepted must stand somewhere, and what fires must have arrived.

    accepted (log lines) ─► journal, else its entries, else the quarantine ─► lost: a page
    fires in Alertmanager ─► an open episode here ─► unseen: taken in now, and a ticket
    Watchdog heard ─► silent: a page

It runs apart from what it checks: another function, another role, another source of facts.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from responder.domain import books
from responder.domain.alert import Alert, Notification
from responder.domain.books import Booked, Trouble
from responder.domain.dead_letter import PREFIX
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
    unseen: tuple[Alert, ...] = ()
    try:
        booked, truncated = here.ledger.accepted(now - books.LOOKBACK - books.GRACE, now)
        lost = tuple(b for b in booked if not books.in_flight(b, now) and not _known(b, records, world))
        written += _speak(Trouble.LOST, books.describe(lost), world, now)
    except ActionFailed as error:
        cannot.append(str(error))
    try:
        unseen = tuple(_unseen(here, _coming(booked, now), records, world, now - _patience(truncated)))
        if unseen:
            here.queue.send(to_messages(_notification(unseen, booked, here.receiver, now), world.library.targets))
        written += _speak(Trouble.UNSEEN, [f"{a.name} {a.fingerprint}" for a in unseen], world, now)
    except ActionFailed as error:
        cannot.append(str(error))
    return Balanced(len(booked), lost, unseen, quiet, len(heard), tuple(cannot), written)


class _Records:
    """Each resource is read once a run."""

    def __init__(self, world: World) -> None:
        self._journal = world.journal
        self._read: dict[str, TargetRecord] = {}

    def of(self, resource: str) -> TargetRecord:
        if resource not in self._read:
            self._read[resource] = self._journal.read(resource)
        return self._read[resource]


def _known(booked: Booked, records: _Records, world: World) -> bool:
    """Ask the record first; what it has forgotten stands in the entries, what was set aside in the quarantine."""
    record = records.of(booked.resource)
    if booked.resource == WATCHDOG or books.is_accounted_for(booked, record):
        return True
    streams = [record.incident.id] if record.incident else []
    streams += [i for i, resource, _ in world.agenda.incidents(LATEST) if resource.startswith(PREFIX)]
    return any(books.stands_in(booked, text) for stream in streams for text in world.journal.entries(stream, 1))


def _unseen(
    here: Books, coming: Collection[str], records: _Records, world: World, since_before: datetime
) -> Iterator[Alert]:
    """Yield what fires for us, began before this moment, and has no open episode."""
    for fires in here.listed.all() if here.listed else ():
        alert = fires.alert
        ours = fires.active and here.receiver in fires.receivers and not alert.is_watchdog
        late = alert.starts_at <= since_before and alert.fingerprint not in coming
        if ours and late and not _is_open(alert, records, world):
            yield alert


def _coming(booked: Sequence[Booked], now: datetime) -> set[str]:
    return {b.fingerprint for b in booked if books.in_flight(b, now)}


def _patience(truncated: int) -> timedelta:
    """After a notification that was cut, an alert may be missing from its first minute on."""
    return timedelta() if truncated else books.UNSEEN


def _is_open(alert: Alert, records: _Records, world: World) -> bool:
    (message,) = to_messages(Notification(BOOKS, "", (alert,), 0, "", alert.starts_at), world.library.targets)
    incident = records.of(message.resource).incident
    return incident is not None and any(e.fingerprint == alert.fingerprint for e in incident.firing)


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
