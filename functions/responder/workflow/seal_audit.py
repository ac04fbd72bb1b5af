"""Every hour: the audit records of every hour that is over are sealed, in order, and the head is noted elsewhere.

A seal that was there before stays: the first writer wins, and whoever comes second goes on from it. Where the head
that was noted elsewhere is not what stands in the bucket nothing is sealed: a chain that was cut must not be mended
by us, a person has to look.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from responder.domain.audit import Actor
from responder.domain.finding import Finding
from responder.domain.plain import sha256
from responder.domain.seal import (
    RECORDS,
    ROOT,
    WINDOW,
    Entry,
    Head,
    Policy,
    Seal,
    SigningKey,
    Version,
    bind,
    enter,
    hours_due,
    hours_later,
    late,
    read_seal,
    seal_key,
)
from responder.domain.sealed_hour import at_a_glance
from responder.errors import ActionFailed
from responder.ports import HeadNote, SealShelf, Signer, Trail

Place = tuple[str, str]
END = "~"  # behind every key
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Sealing:
    """The ports of seal_audit. `enough_time` says whether one more hour fits into this invocation."""

    trail: Trail
    shelf: SealShelf
    signer: Signer
    heads: HeadNote
    actor: Actor
    policy: Callable[[], Policy | None]
    enough_time: Callable[[], bool]


@dataclass(frozen=True)
class Sealed:
    """What came of it: the seals written, how many hours are still to do, and what a glance at the window found."""

    seals: tuple[Seal, ...] = ()
    left: int = 0
    head: Head | None = None
    findings: tuple[Finding, ...] = ()


@dataclass
class _Window:
    """What the seals of the last 48 hours list, by hour; a seal further back can no longer take anything in."""

    by_hour: dict[str, set[Place]] = field(default_factory=dict)
    sealed_at: datetime = LONG_AGO

    def add(self, seal: Seal) -> None:
        self.sealed_at = max(self.sealed_at, seal.sealed_at)
        self.by_hour[seal.hour] = {entry.place for entry in (*seal.listed, *seal.late)}
        oldest = hours_later(seal.hour, -WINDOW)
        self.by_hour = {hour: places for hour, places in self.by_hour.items() if hour >= oldest}

    @property
    def known(self) -> set[Place]:
        return set().union(*self.by_hour.values())


def seal_audit(to: Sealing, now: datetime) -> Sealed:
    """Seal every hour that is over; raise ActionFailed when the chain is not what it was."""
    head = _head(to)
    due = list(hours_due(head.hour if head else None, _oldest_record(to.trail), now))
    window = _window(to, head)
    key, policy = to.signer.key(), to.policy()
    seals: list[Seal] = []
    for hour in due:
        if not to.enough_time():
            break
        seal, head = _seal(hour, head, window.known, key, policy, to, now)
        to.heads.write(head)
        window.add(seal)
        seals.append(seal)
    findings = _glance(to, head, window) if head else ()
    return Sealed(tuple(seals), len(due) - len(seals), head, tuple(findings))


def _seal(
    hour: str,
    previous: Head | None,
    known: set[Place],
    key: SigningKey,
    policy: Policy | None,
    to: Sealing,
    now: datetime,
) -> tuple[Seal, Head]:
    """Write one seal, or take the one that is there already."""
    seal = Seal(
        hour=hour,
        sealed_at=now,
        sealed_by=f"{to.actor.name} {to.actor.version}",
        listed=_entries(to.trail.versions(f"{RECORDS}{hour}/", f"{RECORDS}{hour}0"), to.trail),
        late=_entries(late(_before(hour, to.trail), known), to.trail),
        key_id=key.id,
        public_key=key.public.hex(),
        public_key_sha256=key.fingerprint,
        previous=previous,
        policy=policy,
    )
    text = to.shelf.put(seal.key, bind(seal, to.signer.sign(seal.digest)))
    stands, _ = read_seal(text)
    if stands.previous != previous:
        raise ActionFailed(f"{seal.key} is there already and follows another seal than {previous}")
    return stands, Head(hour, sha256(text))


def _entries(versions: Iterator[Version] | list[Version], trail: Trail) -> tuple[Entry, ...]:
    return tuple(enter(version, held) for version, held in trail.look(versions))


def _before(hour: str, trail: Trail) -> Iterator[Version]:
    return trail.versions(f"{RECORDS}{hours_later(hour, -WINDOW)}/", f"{RECORDS}{hour}/")


def _head(to: Sealing) -> Head | None:
    """Return the newest seal of the bucket; raise ActionFailed when the head noted elsewhere is not one of them."""
    noted = to.heads.read()
    start = seal_key(noted.hour).removesuffix(".json") if noted else ROOT
    found = {version.key: version for version in to.trail.versions(start, f"{ROOT}{END}") if not version.marker}
    if noted and noted != _head_of(found.get(seal_key(noted.hour)), to.trail):
        raise ActionFailed(f"the head noted for {noted.hour} is not the seal in the bucket: nothing is sealed")
    return _head_of(found[max(found)], to.trail) if found else None


def _head_of(version: Version | None, trail: Trail) -> Head | None:
    for _, held in trail.look([version] if version else []):
        if held:
            seal, _ = read_seal(held.content)
            return Head(seal.hour, sha256(held.content))
    return None


def _oldest_record(trail: Trail) -> str | None:
    first = next(iter(trail.versions(RECORDS, f"{RECORDS}{END}")), None)
    return first.key.removeprefix(RECORDS)[:13] if first else None


def _window(to: Sealing, head: Head | None) -> _Window:
    window = _Window()
    if head:
        start = f"{ROOT}{hours_later(head.hour, -WINDOW)}"
        for _, held in to.trail.look(to.trail.versions(start, f"{ROOT}{head.hour}.json{END}")):
            if held:
                window.add(read_seal(held.content)[0])
    return window


def _glance(to: Sealing, head: Head, window: _Window) -> Iterator[Finding]:
    """Compare what the seals of the window list with what is listed now, without reading any record."""
    first = min(window.by_hour)
    versions = to.trail.versions(f"{RECORDS}{first}/", f"{RECORDS}{head.hour}0")
    return at_a_glance(versions, window.known, first, window.sealed_at)
