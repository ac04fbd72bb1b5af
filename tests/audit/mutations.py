"""What somebody might do to a trail, each at a random place; each says what must be found, and on which object.

Whoever does this may write and delete as they like, and has a key of their own; what they do not have is the key
that signs, the head that was noted elsewhere, and a way to write with another clock than the bucket's.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.audit.signer import LocalSigner
from tests.audit.trails import Kept

from responder.domain.audit import record_key
from responder.domain.finding import Fault
from responder.domain.plain import canonical, sha256, stamp
from responder.domain.seal import RECORDS, ROOT, Head, Held, Lock, Version, bind, read_seal, seal_key

F = Fault


@dataclass(frozen=True)
class Expected:
    """One of these faults must be found on this object, and on this version where one is named."""

    faults: frozenset[Fault]
    key: str
    version: str = ""


def expect(key: str, *faults: Fault, version: str = "") -> Expected:
    return Expected(frozenset(faults), key, version)


def flip_a_byte(kept: Kept, dice: Random) -> Expected:
    version, held = _any(kept, dice)
    place = dice.randrange(len(held.content))
    content = bytearray(held.content)
    content[place] ^= 1 << dice.randrange(8)
    _replace(kept, version, held._replace(content=bytes(content)))
    if version.key.startswith(RECORDS):
        return expect(version.key, F.MODIFIED, version=version.id)
    return expect(version.key, F.BAD_SIGNATURE, F.UNREADABLE, F.UNKNOWN_KEY, version=version.id)


def delete_a_version(kept: Kept, dice: Random) -> Expected:
    version, _ = _any(kept, dice)
    del kept.trail.objects[version.key]
    if version.key == seal_key(_head(kept).hour):
        return expect(_newest_seal(kept), F.STALE_HEAD)
    return expect(version.key, F.MISSING, F.SEAL_GAP)


def cut_the_tail(kept: Kept, dice: Random) -> Expected:
    hour = dice.choice(_hours(kept)[1:])
    for key in [key for key in kept.trail.objects if _hour(key) >= hour]:
        del kept.trail.objects[key]
    return expect(_newest_seal(kept), F.STALE_HEAD)


def reorder(kept: Kept, dice: Random) -> Expected:
    (one, first), (other, second) = dice.sample(_held(kept, RECORDS), 2)
    _replace(kept, one, first._replace(content=second.content))
    _replace(kept, other, second._replace(content=first.content))
    return expect(dice.choice([one.key, other.key]), F.MODIFIED)


def insert(kept: Kept, dice: Random) -> Expected:
    event = _event(dice.choice(_held(kept, RECORDS))[1])
    stream, seq = dice.choice([(event["data"]["stream"], event["data"]["seq"] + 100), ("forged", 1)])
    event["data"] |= {"stream": stream, "seq": seq}
    key = record_key(stream, seq, datetime.fromisoformat(event["data"]["recorded_at"]))
    kept.trail.write(key, canonical(event).encode(), kept.now)
    return expect(key, F.UNREFERENCED)


def shadow(kept: Kept, dice: Random) -> Expected:
    version, held = _any(kept, dice)
    kept.trail.write(version.key, dice.choice([held.content, b"{}"]), kept.now)
    return expect(version.key, F.SHADOWED, version=kept.trail.objects[version.key][0][0].id)


def lay_a_delete_marker(kept: Kept, dice: Random) -> Expected:
    version, _ = _any(kept, dice)
    kept.trail.delete(version.key, kept.now)
    return expect(version.key, F.DELETE_MARKER, version=kept.trail.objects[version.key][0][0].id)


def weaken_the_lock(kept: Kept, dice: Random) -> Expected:
    version, held = _any(kept, dice)
    until = held.lock.until if held.lock else None
    assert until
    weak = dice.choice(
        [Lock(), Lock("GOVERNANCE", until), Lock("COMPLIANCE", until - timedelta(days=dice.randint(1, 399)))]
    )
    _replace(kept, version, held._replace(lock=weak))
    return expect(version.key, F.WEAK_LOCK, version=version.id)


def drop_an_hour(kept: Kept, dice: Random) -> Expected:
    hour = dice.choice(_hours(kept))
    newest = hour == _head(kept).hour
    for key in [key for key in kept.trail.objects if _hour(key) == hour]:
        del kept.trail.objects[key]
    return expect(_newest_seal(kept), F.STALE_HEAD) if newest else expect(seal_key(hour), F.SEAL_GAP)


def re_sign_with_another_key(kept: Kept, dice: Random) -> Expected:
    """Change a record and rewrite every seal from there on, consistently, with a key of one's own."""
    thief = LocalSigner("arn:aws:kms:us-east-1:123456789012:key/thief")
    victim, held = dice.choice(_held(kept, RECORDS))
    _replace(kept, victim, held._replace(content=held.content.replace(b"chat", b"chit")))
    forged = sha256(held.content.replace(b"chat", b"chit"))
    previous: Head | None = None
    touched = ""
    for version, sealed in sorted(_held(kept, ROOT)):
        seal, _ = read_seal(sealed.content)
        listed = tuple(replace(e, sha256=forged) if e.place == victim.place else e for e in seal.listed)
        late = tuple(replace(e, sha256=forged) if e.place == victim.place else e for e in seal.late)
        if (listed, late) != (seal.listed, seal.late) or touched:
            key = {"key_id": thief.id, "public_key": thief.der.hex(), "public_key_sha256": thief.key().fingerprint}
            seal = replace(seal, listed=listed, late=late, previous=previous, **key)  # type: ignore[arg-type]  # fields of Seal
            _replace(kept, version, sealed._replace(content=bind(seal, thief.sign(seal.digest)).encode()))
            touched = touched or version.key
        previous = Head(seal.hour, sha256(dict(kept.trail.objects[version.key])[version].content))  # type: ignore[union-attr]  # it is held
    return expect(touched, F.UNKNOWN_KEY)


def backdate(kept: Kept, dice: Random) -> Expected:
    """Write a record now that says it was recorded earlier, and lies where it would have lain."""
    event = _event(dice.choice(_held(kept, RECORDS))[1])
    at = datetime.fromisoformat(event["data"]["recorded_at"]) - timedelta(minutes=dice.randint(5, 600))
    event["data"]["recorded_at"] = stamp(at)
    key = record_key(event["data"]["stream"], event["data"]["seq"], at)
    kept.trail.write(key, canonical(event).encode(), kept.now)
    return expect(key, F.UNREFERENCED, F.SHADOWED, F.BACKDATED)


Mutation = Callable[[Kept, Random], Expected]
MUTATIONS: tuple[Mutation, ...] = (
    flip_a_byte,
    delete_a_version,
    cut_the_tail,
    reorder,
    insert,
    shadow,
    lay_a_delete_marker,
    weaken_the_lock,
    drop_an_hour,
    re_sign_with_another_key,
    backdate,
)


def _held(kept: Kept, root: str) -> list[tuple[Version, Held]]:
    return [
        (version, held)
        for key, versions in kept.trail.objects.items()
        if key.startswith(root)
        for version, held in versions
        if held
    ]


def _any(kept: Kept, dice: Random) -> tuple[Version, Held]:
    return dice.choice(_held(kept, dice.choice([RECORDS, ROOT])))


def _replace(kept: Kept, version: Version, held: Held) -> None:
    kept.trail.objects[version.key] = [(v, held if v == version else h) for v, h in kept.trail.objects[version.key]]


def _event(held: Held) -> dict[str, dict[str, Any]]:
    event: dict[str, dict[str, Any]] = json.loads(held.content)
    return event


def _hour(key: str) -> str:
    return key.removeprefix(RECORDS).removeprefix(ROOT)[:13]


def _hours(kept: Kept) -> list[str]:
    return sorted({_hour(key) for key in kept.trail.objects if key.startswith(ROOT)})


def _newest_seal(kept: Kept) -> str:
    return max((key for key in kept.trail.objects if key.startswith(ROOT)), default=ROOT)


def _head(kept: Kept) -> Head:
    assert kept.heads.head
    return kept.heads.head
