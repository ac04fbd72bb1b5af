from datetime import timedelta

import pytest
from tests.world import NOON

from responder.domain.finding import Fault
from responder.domain.seal import Entry, Lock, Policy, Version
from responder.domain.sealed_hour import at_a_glance, stacked, weaker

KEY = "audit/v1/2026-11-25T12/i1/00000001.json"
FIRST = Version(KEY, "v1", marker=False, size=1, modified=NOON)
OVER = Version(KEY, "v2", marker=False, size=1, modified=NOON)
MARKER = Version(KEY, "v3", marker=True, size=0, modified=NOON)
LONG = NOON + timedelta(days=400)
SEALED = Entry(KEY, "v1", "0" * 64, "COMPLIANCE", LONG)
POLICY = Policy("COMPLIANCE", 400)


def test_one_version_is_as_it_must_be() -> None:
    assert list(stacked([FIRST])) == []


def test_what_lies_over_the_first_version_is_named_by_its_own_version() -> None:
    assert [(f.fault, f.version) for f in stacked([MARKER, OVER, FIRST])] == [
        (Fault.DELETE_MARKER, "v3"),
        (Fault.SHADOWED, "v2"),
    ]


def test_a_marker_whose_versions_are_gone_is_named() -> None:
    assert [f.fault for f in stacked([MARKER])] == [Fault.DELETE_MARKER]


@pytest.mark.parametrize(
    ("lock", "says"),
    [
        (Lock("COMPLIANCE", LONG), None),
        (Lock("COMPLIANCE", LONG + timedelta(days=1)), None),
        (Lock(), "not locked"),
        (Lock("GOVERNANCE", LONG), "must be COMPLIANCE"),
        (Lock("COMPLIANCE", LONG - timedelta(days=1)), "when it was sealed"),
    ],
)
def test_a_lock_may_grow_but_not_shrink(lock: Lock, says: str | None) -> None:
    found = weaker(FIRST, lock, SEALED, POLICY)

    assert (says in found) if says and found else found is None


def test_a_lock_is_held_against_the_policy_where_no_seal_lists_it() -> None:
    assert weaker(FIRST, Lock("GOVERNANCE", NOON + timedelta(days=1)), None, Policy("GOVERNANCE", 1)) is None
    assert "asks for 400 days" in (weaker(FIRST, Lock("COMPLIANCE", NOON), None, POLICY) or "")
    assert weaker(FIRST, Lock(), None, None) is None


def test_a_glance_does_not_miss_what_came_after_the_newest_seal() -> None:
    later = NOON + timedelta(minutes=1)

    assert list(at_a_glance([FIRST], set(), "2026-11-25T12", NOON)) == []
    assert [f.fault for f in at_a_glance([FIRST], set(), "2026-11-25T12", later)] == [Fault.UNREFERENCED]
    assert [f.fault for f in at_a_glance([], {FIRST.place}, "2026-11-25T12", later)] == [Fault.MISSING]
