"""Walk a trail once, in the order of time, and check every hour of it; seals and records are merged as they come."""

from collections.abc import Iterator
from heapq import merge
from itertools import chain, groupby

from responder.domain.audit_check import AuditCheck, Seen
from responder.domain.finding import Fault, Finding
from responder.domain.seal import RECORDS, ROOT
from responder.ports import Trail

LAST = "\U0010ffff"  # behind every key
STRANGE = (("", RECORDS), ("audit/v10", ROOT), ("seal/v10", LAST))  # "0" comes right after "/"


def verify_audit(trail: Trail, check: AuditCheck) -> Iterator[Finding]:
    """Yield what is wrong, as it is found."""
    for start, stop in STRANGE:
        for version in trail.versions(start, stop):
            yield Finding(Fault.UNREFERENCED, version.key, version.id, "nothing of ours goes there")
    seals = ((seen[0].key[len(ROOT) :].removesuffix(".json"), 0, seen) for seen in _all(trail, ROOT, "seal/v10"))
    records = ((seen[0].key[len(RECORDS) :].partition("/")[0], 1, seen) for seen in _all(trail, RECORDS, "audit/v10"))
    for hour, group in groupby(merge(seals, records, key=lambda item: item[:2]), key=lambda item: item[0]):
        yield from _hour(hour, group, check)
    yield from check.end()


def _all(trail: Trail, start: str, stop: str) -> Iterator[Seen]:
    return trail.look(trail.versions(start, stop))


def _hour(hour: str, group: Iterator[tuple[str, int, Seen]], check: AuditCheck) -> Iterator[Finding]:
    """Split an hour into its seal, which comes first, and its records, which are not gathered."""
    written: list[Seen] = []
    for _, kind, seen in group:
        if kind:
            return (yield from check.hour(hour, written, chain([seen], (seen for _, _, seen in group))))
        written.append(seen)
    yield from check.hour(hour, written, ())
