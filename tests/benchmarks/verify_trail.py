"""How long a trail of many records takes to be checked, and in how much memory.

    python -m tests.benchmarks.verify_trail 1000000

The trail is made while it is read, ten records an incident and a thousand an hour, so that neither the disk nor
this program's own memory is measured.
"""

import json
import resource
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from tests.audit.signer import SIGNER

from responder.adapters.signatures import PublicKeys
from responder.adapters.streams_on_disk import StreamsOnDisk
from responder.domain.audit import GENESIS, Actor, make_record
from responder.domain.audit_check import AuditCheck
from responder.domain.plain import sha256
from responder.domain.seal import Entry, Head, Held, Lock, Policy, Seal, Version, bind, hour_of, seal_key
from responder.workflow.verify_audit import verify_audit

START = datetime(2026, 1, 1, tzinfo=UTC)
PER_HOUR, PER_INCIDENT = 1000, 10
UNTIL = START + timedelta(days=4000)
ACTOR = Actor("function", "respond", "0" * 40, "respond:7", "c" * 64)
FILLER = {"says": "p95 is over target", "evidence": ["x" * 60] * 40}  # a record of the size real ones have


class MadeTrail:
    """A trail of `records` that exists only while somebody looks at it."""

    def __init__(self, records: int) -> None:
        self._hours = records // PER_HOUR

    def versions(self, start: str, stop: str) -> Iterator[Version]:
        if start == "seal/v1/":
            for number in range(self._hours):
                yield Version(seal_key(hour_of(START + timedelta(hours=number))), "v", False, 1, START)  # a field
        elif start == "audit/v1/" and stop > start:
            for number in range(self._hours):
                yield from (version for version, _ in _hour(number))

    def look(self, versions: Iterable[Version]) -> Iterator[tuple[Version, Held | None]]:
        previous: Head | None = None
        made: dict[Version, Held] = {}
        for version in versions:
            number = int(
                (datetime.fromisoformat(f"{_written_hour(version.key)}:00+00:00") - START).total_seconds() // 3600
            )
            if version.key.startswith("seal/"):
                previous, held = _seal(number, previous)
                yield version, held
                continue
            if version not in made:
                made = dict(_hour(number))
            yield version, made[version]


def _written_hour(key: str) -> str:
    return key.split("/")[2].removesuffix(".json")


def _hour(number: int) -> Iterator[tuple[Version, Held]]:
    at = START + timedelta(hours=number)
    for incident in range(PER_HOUR // PER_INCIDENT):
        previous = GENESIS
        for seq in range(1, PER_INCIDENT + 1):
            stream = f"{number:08x}{incident:016x}"
            kind = "received" if seq == 1 else "told"
            record = make_record(stream, seq, previous, kind, "chat", {"state": "received", **FILLER}, ACTOR, "t", at)
            previous = record.sha256
            version = Version(record.key, f"v{seq}", False, len(record.text), at)  # a field
            yield version, Held(record.text.encode(), Lock("COMPLIANCE", UNTIL))


def _seal(number: int, previous: Head | None) -> tuple[Head, Held]:
    listed = tuple(Entry(v.key, v.id, sha256(h.content), "COMPLIANCE", UNTIL) for v, h in _hour(number))
    key, hour = SIGNER.key(), hour_of(START + timedelta(hours=number))
    named = (key.id, key.public.hex(), key.fingerprint)
    seal = Seal(hour, START, "bench", listed, (), *named, previous=previous, policy=Policy("COMPLIANCE", 400))
    content = bind(seal, SIGNER.sign(seal.digest)).encode()
    return Head(hour, sha256(content)), Held(content, Lock("COMPLIANCE", UNTIL))


def main() -> None:
    records = int(sys.argv[1])
    began = time.perf_counter()
    with StreamsOnDisk() as streams:
        check = AuditCheck(PublicKeys([SIGNER.der]).check, streams)
        findings = sum(1 for _ in verify_audit(MadeTrail(records), check))
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {"records": check.tally.records, "findings": findings, "seconds": round(seconds, 1), "peak_mb": round(peak)}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
