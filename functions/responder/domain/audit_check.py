"""Check a whole trail, hour by hour, in constant memory: seals, what they list, and the streams inside.

Given per hour are all versions of its seal and of its records, with their bytes. Nothing is believed because it
stands there: bytes count when a seal lists their digest, a seal counts when a trusted key signed it and the next
one names it, and the newest seal counts when its hash was noted elsewhere (`heads`).
"""

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from responder.domain.finding import Fault, Finding
from responder.domain.plain import sha256
from responder.domain.seal import (
    DELAY,
    WINDOW,
    Entry,
    Head,
    Held,
    Policy,
    Seal,
    Version,
    hours_between,
    hours_later,
    read_seal,
    seal_key,
    start_of,
)
from responder.domain.sealed_hour import stacked, weaker
from responder.domain.stream_check import Followed, finish, follow, place_of, read_line
from responder.domain.unlisted import Unlisted
from responder.errors import CannotRead

Seen = tuple[Version, Held | None]
PROMPT = timedelta(hours=3) + DELAY  # from the start of its hour, the newest seal is never older than this


@dataclass
class Tally:
    """What was looked at, for the summary."""

    records: int = 0
    seals: int = 0
    hours: int = 0
    late: int = 0
    unsealed: int = 0
    in_flight: int = 0
    keys: Counter[str] = field(default_factory=Counter)
    first: str = ""
    head: Head | None = None


class AuditCheck:
    """One check, fed in the order of time; `streams` may be any mapping, also one on disk.

    `signed` says what is wrong with a seal's signature, nothing when a trusted key made it. Where the trail is a
    plain folder it is not `versioned`, and an object is whatever lies under its key.
    """

    def __init__(
        self,
        signed: Callable[[Seal, bytes], Fault | None],
        streams: MutableMapping[str, Followed],
        policy: Policy | None = None,
        heads: Iterable[str] = (),
        as_of: datetime | None = None,
        *,
        versioned: bool = True,
    ) -> None:
        self._signed, self._streams, self._policy = signed, streams, policy
        self._heads, self._as_of = set(heads), as_of
        self._standing: Policy | None = policy
        self._versioned = versioned
        self._unlisted = Unlisted()
        self.tally = Tally()
        self.progress: Callable[[str, int], None] = lambda _hour, _records: None

    def hour(self, hour: str, seals: Iterable[Seen], records: Iterable[Seen]) -> Iterator[Finding]:
        """Check one hour; hours come in order, those without anything may be left out."""
        self.tally.hours += 1
        self.progress(hour, self.tally.records)
        written = list(seals)
        yield from stacked(version for version, _ in written)
        seal = None
        if written and not written[-1][0].marker:
            seal = yield from self._seal(hour, *written[-1])
        yield from self._records(seal, records)
        if seal:
            late = [(self._place(entry), entry) for entry in seal.late if entry.sha256]
            self.tally.late += len(late)
            yield from self._unlisted.take_in(late, seal.hour)

    def end(self) -> Iterator[Finding]:
        """Check what only the end tells: streams, the head, and what no seal has listed."""
        yield from self._unlisted.rest(self.tally.head.hour if self.tally.head else "")
        self.tally.unsealed = self._unlisted.newer
        for state in self._streams.values():
            self.tally.in_flight += bool(state.open_action)
            yield from finish(state, self._as_of)
        yield from self._head()

    def _seal(self, hour: str, version: Version, held: Held | None) -> Generator[Finding, None, Seal | None]:
        if held is None:
            yield Finding(Fault.MISSING, version.key, version.id, "its bytes are not there")
            return None
        try:
            seal, signature = read_seal(held.content)
        except CannotRead as error:
            yield Finding(Fault.UNREADABLE, version.key, version.id, str(error))
            return None
        self.tally.seals += 1
        self.tally.keys[seal.public_key_sha256] += 1
        if fault := self._signed(seal, signature):
            yield Finding(
                fault, version.key, version.id, f"key {seal.key_id}, fingerprint {seal.public_key_sha256[:16]}"
            )
        if seal.hour != hour:
            yield Finding(Fault.MISPLACED, version.key, version.id, f"it is the seal of {seal.hour}")
            return None
        yield from self._follows(seal, version)
        yield from self._lock(version, held, None, seal.policy)
        self.tally.head = Head(seal.hour, sha256(held.content))
        self._heads.discard(self.tally.head.sha256)
        return seal

    def _follows(self, seal: Seal, version: Version) -> Iterator[Finding]:
        last = self.tally.head
        if last is None:
            self.tally.first = seal.hour
            if seal.previous:
                self._unlisted.begins = seal.hour  # what is older was left out together with its seals
                says = f"the trail begins here, but this seal follows one of {seal.previous.hour}"
                yield Finding(Fault.SEAL_GAP, seal_key(seal.previous.hour), "", says)
            return
        for missing in hours_between(hours_later(last.hour, 1), seal.hour):
            yield Finding(Fault.SEAL_GAP, seal_key(missing), "", f"there is no seal of {missing}")
        named = seal.previous
        if named is None or (named.hour == last.hour and named.sha256 != last.sha256) or named.hour < last.hour:
            yield Finding(
                Fault.SEAL_CHAIN_BREAK, version.key, version.id, f"it does not follow the seal of {last.hour}"
            )

    def _records(self, seal: Seal | None, records: Iterable[Seen]) -> Iterator[Finding]:
        listed = {self._place(entry): entry for entry in seal.listed} if seal else {}
        for _, group in groupby(records, key=lambda seen: seen[0].key):
            there = list(group)
            yield from stacked(version for version, _ in there)
            for version, held in reversed(there):
                yield from self._record(version, held, listed.pop(version.place, None), seal)
        for entry in listed.values():
            yield Finding(Fault.MISSING, entry.key, entry.version, f"the seal of {seal.hour if seal else ''} lists it")

    def _record(self, version: Version, held: Held | None, entry: Entry | None, seal: Seal | None) -> Iterator[Finding]:
        if version.marker:
            return
        if held is None:
            yield Finding(Fault.MISSING, version.key, version.id, "it is named, but its bytes are not there")
            return
        self.tally.records += 1
        digest = sha256(held.content)
        if entry is None:
            self._unlisted.add(version.place, digest)
        elif entry.sha256 != digest:
            yield Finding(Fault.MODIFIED, *version.place, f"sealed as {entry.sha256}, it is {digest}")
        yield from self._lock(version, held, entry, seal.policy if seal else None)
        yield from self._stream(version, digest, held)

    def _stream(self, version: Version, digest: str, held: Held) -> Iterator[Finding]:
        try:
            line = read_line(version, digest, held.content)
        except CannotRead as error:
            yield Finding(Fault.UNREADABLE, *version.place, str(error))
            return
        yield from place_of(line)
        if version.modified and version.modified - line.at > timedelta(hours=WINDOW):
            yield Finding(Fault.BACKDATED, *version.place, f"it was written on {version.modified:%Y-%m-%d %H:%M}")
        state, found = follow(self._streams.get(line.stream, Followed()), line)
        self._streams[line.stream] = state
        yield from found

    def _lock(self, version: Version, held: Held, entry: Entry | None, sealed: Policy | None) -> Iterator[Finding]:
        if held.lock is None:
            return
        self._standing = self._policy or sealed or self._standing
        if says := weaker(version, held.lock, entry, self._standing):
            yield Finding(Fault.WEAK_LOCK, *version.place, says)

    def _place(self, entry: Entry) -> tuple[str, str]:
        return entry.place if self._versioned else (entry.key, "")

    def _head(self) -> Iterator[Finding]:
        head = self.tally.head
        key = seal_key(head.hour) if head else "seal/v1/"
        for noted in sorted(self._heads):
            yield Finding(Fault.STALE_HEAD, key, "", f"the head {noted} that was noted is none of the seals here")
        newest = head.hour if head else self._unlisted.oldest
        if self._as_of and newest and self._as_of - start_of(newest) > PROMPT:
            yield Finding(Fault.STALE_HEAD, key, "", f"there is no newer seal, as of {self._as_of:%Y-%m-%d %H:%M}")
