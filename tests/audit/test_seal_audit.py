"""Sealing as a story: hour after hour, with and without records, late ones, missed hours, two sealers, a cut chain."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.audit.signer import SIGNER, LocalSigner
from tests.audit.trails import Kept
from tests.world import CHAT, NOON

from responder.domain.audit import GENESIS, Actor, make_record
from responder.domain.finding import Fault
from responder.domain.seal import Head, Policy, read_seal, seal_key
from responder.errors import ActionFailed
from responder.workflow.seal_audit import seal_audit

ACTOR = Actor("function", "respond", "test")


def a_record(kept: Kept, stream: str, *, at: datetime, written: datetime | None = None) -> str:
    record = make_record(stream, 1, GENESIS, "told", CHAT.resource, {}, ACTOR, "trace-1", at)
    kept.trail.write(record.key, record.text.encode(), written or at)
    return record.key


def the_seal(kept: Kept, hour: str) -> tuple[list[str], list[str]]:
    held = kept.trail.objects[seal_key(hour)][-1][1]
    assert held
    seal, _ = read_seal(held.content)
    return [e.key for e in seal.listed], [e.key for e in seal.late]


def test_an_hour_is_sealed_ten_minutes_after_it_is_over_and_not_earlier() -> None:
    kept = Kept()
    a_record(kept, "i1", at=NOON)

    assert [s.hour for s in kept.seal(NOON + timedelta(minutes=69)).seals] == ["2026-11-25T11"]
    assert [s.hour for s in kept.seal(NOON + timedelta(minutes=70)).seals] == ["2026-11-25T12"]


def test_a_seal_lists_every_version_with_digest_and_lock() -> None:
    kept = Kept()
    key = a_record(kept, "i1", at=NOON)
    kept.trail.write(key, b"laid over it", NOON)

    (seal,) = kept.seal(NOON + timedelta(minutes=70)).seals

    assert [(e.key, e.version) for e in seal.listed] == [(key, "v2"), (key, "v1")]
    assert all(e.sha256 and e.mode == "COMPLIANCE" and e.until for e in seal.listed)
    assert seal.policy == Policy("COMPLIANCE", 400)


def test_an_hour_in_which_nothing_happened_is_sealed_too() -> None:
    kept = Kept()

    (seal,) = kept.seal(NOON + timedelta(minutes=70)).seals

    assert (seal.hour, seal.listed, seal.previous) == ("2026-11-25T12", (), None)
    assert kept.verify() == []


def test_a_trail_that_has_no_seal_yet_is_only_missed_when_one_is_due() -> None:
    kept = Kept(now=NOON + timedelta(hours=3))
    a_record(kept, "i1", at=NOON)

    assert kept.verify() == []
    kept.now = NOON + timedelta(hours=4)
    assert [f.fault for f in kept.verify()] == [Fault.STALE_HEAD]


def test_missed_hours_are_sealed_in_order_and_each_names_the_one_before() -> None:
    kept = Kept()
    kept.seal(NOON + timedelta(minutes=70))
    a_record(kept, "i1", at=NOON + timedelta(hours=2))

    sealed = kept.seal(NOON + timedelta(hours=5, minutes=70))

    assert [s.hour[-2:] for s in sealed.seals] == ["13", "14", "15", "16", "17"]
    assert [s.previous.hour[-2:] for s in sealed.seals if s.previous] == ["12", "13", "14", "15", "16"]
    assert kept.verify() == []


def test_without_time_for_all_hours_the_next_run_goes_on() -> None:
    kept = Kept(now=NOON + timedelta(hours=6))
    a_record(kept, "i1", at=NOON)
    turns = iter([True, True, False])

    first = seal_audit(kept.sealing(lambda: next(turns)), kept.now)
    second = seal_audit(kept.sealing(), kept.now)

    assert ([s.hour[-2:] for s in first.seals], first.left) == (["12", "13"], 3)
    assert ([s.hour[-2:] for s in second.seals], second.left) == (["14", "15", "16"], 0)


def test_what_came_after_its_hour_was_sealed_is_taken_in_as_late_once() -> None:
    kept = Kept()
    kept.seal(NOON + timedelta(minutes=70))
    late = a_record(kept, "i1", at=NOON, written=NOON + timedelta(minutes=80))

    kept.seal(NOON + timedelta(hours=1, minutes=70))
    kept.seal(NOON + timedelta(hours=2, minutes=70))

    assert the_seal(kept, "2026-11-25T13") == ([], [late])
    assert the_seal(kept, "2026-11-25T14") == ([], [])
    assert kept.verify() == []


def test_what_was_there_before_the_first_seal_is_missed_as_well() -> None:
    kept = Kept()
    kept.seal(NOON + timedelta(minutes=70))
    late = a_record(kept, "i1", at=NOON - timedelta(hours=5), written=NOON + timedelta(minutes=80))
    kept.seal(NOON + timedelta(hours=1, minutes=70))

    del kept.trail.objects[late]

    assert [(f.fault, f.key) for f in kept.verify()] == [(Fault.MISSING, late)]


def test_of_two_sealers_the_first_wins_and_the_second_goes_on_from_it() -> None:
    kept, other = Kept(), Kept()
    other.trail = kept.trail
    a_record(kept, "i1", at=NOON)
    kept.seal(NOON + timedelta(minutes=70))

    other.seal(NOON + timedelta(hours=1, minutes=70))

    assert other.heads.head == Head("2026-11-25T13", other.heads.head.sha256 if other.heads.head else "")
    assert len(kept.trail.objects[seal_key("2026-11-25T12")]) == 1
    assert other.verify() == []


@pytest.mark.parametrize("harm", ["removed", "rewritten"])
def test_a_chain_that_is_not_what_was_noted_elsewhere_is_not_gone_on_with(harm: str) -> None:
    kept = Kept()
    kept.seal(NOON + timedelta(minutes=70))
    key = seal_key("2026-11-25T12")
    (version, held) = kept.trail.objects.pop(key)[0]
    assert held
    if harm == "rewritten":
        seal, _ = read_seal(held.content)
        kept.trail.put(key, held.content.decode().replace(seal.sealed_by, "thief"))

    with pytest.raises(ActionFailed, match="not the seal in the bucket"):
        kept.seal(NOON + timedelta(hours=1, minutes=70))
    assert version.key == key
    assert seal_key("2026-11-25T13") not in kept.trail.objects


def test_a_head_that_was_not_noted_is_noted_by_the_next_run() -> None:
    kept = Kept()
    kept.seal(NOON + timedelta(minutes=70))
    kept.heads.head = None

    kept.seal(NOON + timedelta(hours=1, minutes=70))

    assert kept.heads.head
    assert kept.heads.head.hour == "2026-11-25T13"
    assert kept.verify(heads=(kept.heads.head.sha256,)) == []


def test_after_the_key_is_replaced_old_seals_stay_verifiable_with_both() -> None:
    kept, new = Kept(), LocalSigner("arn:aws:kms:us-east-1:123456789012:key/second")
    kept.seal(NOON + timedelta(minutes=70))
    kept.signer = new
    kept.seal(NOON + timedelta(hours=1, minutes=70))

    assert kept.verify(SIGNER.der, new.der) == []
    assert {f.fault for f in kept.verify(SIGNER.der)} == {Fault.UNKNOWN_KEY}


def test_a_glance_at_every_run_finds_what_the_listing_alone_tells() -> None:
    kept = Kept()
    shadowed, gone = a_record(kept, "i1", at=NOON), a_record(kept, "i2", at=NOON)
    kept.seal(NOON + timedelta(minutes=70))
    kept.trail.write(shadowed, b"{}", NOON)
    del kept.trail.objects[gone]

    sealed = kept.seal(NOON + timedelta(hours=1, minutes=70))

    assert {(f.fault, f.key) for f in sealed.findings} == {(Fault.SHADOWED, shadowed), (Fault.MISSING, gone)}


def test_what_comes_between_two_seals_is_late_and_no_finding() -> None:
    kept = Kept()
    kept.seal(NOON + timedelta(minutes=70))
    a_record(kept, "i1", at=NOON, written=NOON + timedelta(minutes=80))

    assert kept.seal(NOON + timedelta(minutes=90)).findings == ()


def test_a_seal_that_cannot_be_signed_is_not_written() -> None:
    class Broken(LocalSigner):
        def sign(self, digest: bytes) -> bytes:
            raise ActionFailed(f"disabled, {len(digest)} bytes left unsigned")

    kept = replace(Kept(), signer=Broken())

    with pytest.raises(ActionFailed):
        kept.seal(NOON + timedelta(minutes=70))
    assert kept.trail.objects == {}
