"""Compare what a seal lists with what is there: one hour at a time, in the order of the keys."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby

from responder.domain.finding import Fault, Finding
from responder.domain.seal import RECORDS, Entry, Lock, Policy, Version

STRICT = "COMPLIANCE"
DAY = "%Y-%m-%d %H:%M"
TOLERANCE = timedelta(minutes=5)  # between a bucket's clock when it locks and when it says it wrote


def stacked(versions: Iterable[Version]) -> Iterator[Finding]:
    """Find what lies over what was written first; every name here is written once and never deleted."""
    for key, group in groupby(versions, key=lambda version: version.key):
        *newer, first = group
        for version in (*newer, *([first] if first.marker else [])):
            if version.marker:
                yield Finding(Fault.DELETE_MARKER, key, version.id, "it is hidden from every ordinary reader")
            else:
                yield Finding(Fault.SHADOWED, key, version.id, f"it was written over version {first.id}")


def at_a_glance(
    versions: Iterable[Version], known: set[tuple[str, str]], first: str, sealed_at: datetime
) -> Iterator[Finding]:
    """Find what the listing alone tells of the hours from `first` on: missing, not sealed, shadowed or deleted.

    What came after the newest seal may be taken in by the next one as late, so it is not missed yet.
    """
    there = list(versions)
    places = {version.place for version in there}
    yield from stacked(there)
    for version in there:
        came_before = version.modified is None or version.modified < sealed_at
        if version.place not in known and not version.marker and came_before:
            yield Finding(Fault.UNREFERENCED, version.key, version.id, "no seal lists it")
    for key, version_id in sorted(known - places):
        if key >= f"{RECORDS}{first}/":
            yield Finding(Fault.MISSING, key, version_id, "a seal lists it, the bucket does not")


def weaker(version: Version, lock: Lock, sealed: Entry | None, policy: Policy | None) -> str | None:
    """Say in what way a lock is less than it was when sealed, or than the policy asks for."""
    if lock.mode is None or lock.until is None:
        return "it is not locked" if policy or (sealed and sealed.mode) else None
    if STRICT in (policy and policy.mode, sealed and sealed.mode) and lock.mode != STRICT:
        return f"its lock is {lock.mode}, it must be {STRICT}"
    if sealed and sealed.until and lock.until < sealed.until:
        return f"it is locked until {lock.until:{DAY}}, when it was sealed it was until {sealed.until:{DAY}}"
    if policy and version.modified and lock.until < version.modified + timedelta(days=policy.days) - TOLERANCE:
        return f"it is locked until {lock.until:{DAY}}, the policy asks for {policy.days} days"
    return None
