"""Seals: every hour, a signed statement of every version of every audit record, chained to the hour before.

- A seal is written at H + 10 min, also when the hour is empty: silence is stated, not assumed.
- It lists every *version* of every object of its hour with SHA-256 and lock, and under `late` whatever of the
  48 hours before no seal had listed.
- It names the seal before it by the SHA-256 of that seal's bytes, signature included.
- What is signed is the SHA-256 of the canonical `seal` part. The key's id and its public key stand inside, so that
  old seals stay verifiable when the key is replaced; whether a key is to be trusted, a verifier is told.
- It is created once, and the first writer wins.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from responder.domain.plain import canonical, from_plain, sha256, stamp, to_plain
from responder.errors import CannotRead

SEAL_VERSION = 1
ALGORITHM = "ECDSA_SHA_256"
ROOT = "seal/v1/"
RECORDS = "audit/v1/"
DELAY = timedelta(minutes=10)
WINDOW = 48  # hours in which something late is still taken in
HOUR = "%Y-%m-%dT%H"


class Lock(NamedTuple):
    """How one version is locked."""

    mode: str | None = None
    until: datetime | None = None


class Version(NamedTuple):
    """One version of one object, as the bucket lists it; a delete marker has no bytes.

    The lock is known here only where a copy's manifest tells it; a bucket tells it with the bytes.
    """

    key: str
    id: str
    marker: bool
    size: int
    modified: datetime | None
    lock: Lock | None = None

    @property
    def place(self) -> tuple[str, str]:
        return self.key, self.id


class Held(NamedTuple):
    """What stands under a version; the lock is None where nobody could look at it."""

    content: bytes
    lock: Lock | None


@dataclass(frozen=True)
class Policy:
    """The bucket's default retention: how every version must at least be locked."""

    mode: str
    days: int


@dataclass(frozen=True)
class Entry:
    """One version under a seal; a delete marker has neither digest nor lock."""

    key: str
    version: str
    sha256: str | None = None
    mode: str | None = None
    until: datetime | None = None

    @property
    def place(self) -> tuple[str, str]:
        return self.key, self.version


@dataclass(frozen=True)
class Head:
    """The newest seal: its hour, and the SHA-256 of its bytes."""

    hour: str
    sha256: str


@dataclass(frozen=True)
class SigningKey:
    """Who signs: the key's id, and its public key as DER (SubjectPublicKeyInfo)."""

    id: str
    public: bytes

    @property
    def fingerprint(self) -> str:
        return sha256(self.public)


@dataclass(frozen=True)
class Seal:
    """What is signed."""

    hour: str
    sealed_at: datetime
    sealed_by: str
    listed: tuple[Entry, ...]
    late: tuple[Entry, ...]
    key_id: str
    public_key: str
    public_key_sha256: str
    previous: Head | None = None
    policy: Policy | None = None
    algorithm: str = ALGORITHM
    seal_version: int = SEAL_VERSION

    @property
    def key(self) -> str:
        return seal_key(self.hour)

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(canonical(to_plain(self)).encode()).digest()


def seal_key(hour: str) -> str:
    return f"{ROOT}{hour}.json"


def hour_of(moment: datetime) -> str:
    return stamp(moment)[:13]


def start_of(hour: str) -> datetime:
    return datetime.strptime(hour, HOUR).replace(tzinfo=UTC)


def hours_later(hour: str, hours: int) -> str:
    return hour_of(start_of(hour) + timedelta(hours=hours))


def hours_between(first: str, stop: str) -> Iterator[str]:
    """Yield every hour from the first up to, and without, the last."""
    while first < stop:
        yield first
        first = hours_later(first, 1)


def hours_due(newest: str | None, oldest_record: str | None, now: datetime) -> Iterator[str]:
    """Yield the hours to seal, in order: after the newest seal, else from the first record on.

    The first run of all seals the hour just over, even an empty one: it shows that sealing works.
    """
    stop = hour_of(now - DELAY)
    before = hours_later(stop, -1)
    first = hours_later(newest, 1) if newest else min(oldest_record or before, before)
    return hours_between(first, stop)


def enter(version: Version, held: Held | None) -> Entry:
    if version.marker or held is None:
        return Entry(version.key, version.id)
    lock = held.lock or Lock()
    return Entry(version.key, version.id, sha256(held.content), lock.mode, lock.until)


def late(versions: Iterable[Version], known: set[tuple[str, str]]) -> list[Version]:
    """Return what no seal has listed yet."""
    return [version for version in versions if version.place not in known]


def bind(seal: Seal, signature: bytes) -> str:
    """Write the seal with its signature, as it is stored."""
    return canonical({"seal": to_plain(seal), "signature": base64.b64encode(signature).decode()})


def read_seal(text: bytes) -> tuple[Seal, bytes]:
    """Read a seal and its signature; raise CannotRead for anything but exactly what `bind` writes."""
    try:
        fact: dict[str, Any] = json.loads(text)
        seal = from_plain(Seal, fact["seal"], "seal")
        signature = base64.b64decode(fact["signature"], validate=True)
    except (ValueError, KeyError, TypeError) as error:
        raise CannotRead(f"it is no seal: {error}") from error
    if seal.seal_version != SEAL_VERSION:
        raise CannotRead(f"it has version {seal.seal_version}, this code knows {SEAL_VERSION}")
    if bind(seal, signature).encode() != text:
        raise CannotRead("it holds more, or other, than was signed")
    return seal, signature
