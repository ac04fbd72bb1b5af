from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.world import NOON

from responder.domain.seal import Entry, Head, Policy, Seal, bind, hours_between, hours_due, hours_later, read_seal
from responder.errors import CannotRead

SEAL = Seal(
    hour="2026-11-25T12",
    sealed_at=NOON,
    sealed_by="seal_audit test",
    listed=(Entry("audit/v1/2026-11-25T12/i1/00000001.json", "v1", "0" * 64, "COMPLIANCE", NOON),),
    late=(),
    key_id="key",
    public_key="00",
    public_key_sha256="f",
    previous=Head("2026-11-25T11", "1" * 64),
    policy=Policy("COMPLIANCE", 400),
)


def test_a_seal_is_read_back_as_it_was_bound() -> None:
    assert read_seal(bind(SEAL, b"signature").encode()) == (SEAL, b"signature")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text + " ",
        lambda text: text.replace('{"seal"', '{"extra":1,"seal"'),
        lambda text: text.replace('"hour"', '"more":1,"hour"'),
        lambda text: text.replace('"signature":"', '"signature":"!'),
        lambda _: "[]",
        lambda _: "",
    ],
)
def test_anything_but_exactly_what_was_bound_is_no_seal(change: object) -> None:
    assert callable(change)

    with pytest.raises(CannotRead):
        read_seal(change(bind(SEAL, b"signature")).encode())


def test_a_seal_of_a_newer_responder_says_so() -> None:
    with pytest.raises(CannotRead, match="version 2"):
        read_seal(bind(replace(SEAL, seal_version=2), b"").encode())


@pytest.mark.parametrize(
    "changes", [{"hour": "2026-11-25T13"}, {"previous": None}, {"listed": ()}, {"policy": Policy("GOVERNANCE", 400)}]
)
def test_every_part_of_a_seal_is_signed(changes: dict[str, object]) -> None:
    assert replace(SEAL, **changes).digest != SEAL.digest  # type: ignore[arg-type]  # fields of Seal


@given(st.integers(-10_000, 10_000))
def test_hours_are_counted_over_days_and_years(hours: int) -> None:
    assert hours_later(hours_later("2026-11-25T12", hours), -hours) == "2026-11-25T12"


def test_what_is_due_begins_after_the_newest_seal_or_with_the_first_record() -> None:
    assert list(hours_due("2026-11-25T09", None, NOON)) == ["2026-11-25T10"]
    assert list(hours_due(None, "2026-11-25T09", NOON)) == ["2026-11-25T09", "2026-11-25T10"]
    assert list(hours_due(None, "2026-11-25T12", NOON)) == ["2026-11-25T10"]
    assert list(hours_due(None, None, NOON)) == ["2026-11-25T10"]
    assert list(hours_between("2026-11-25T12", "2026-11-25T12")) == []
