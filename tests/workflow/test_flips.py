"""Who changed a mode, and when, stands in the audit in a stream of its own."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.world import NOON, Practice, failing

from responder.domain.audit import check_chain
from responder.errors import ActionFailed, Fenced
from responder.workflow.hold import Hold
from responder.workflow.sweep import CONTROL, audit_flips


def _sweep(practice: Practice) -> None:
    audit_flips(practice.modes, practice.world(), practice.now)


def _flips(practice: Practice) -> list[dict[str, Any]]:
    return [json.loads(text)["data"] for text in practice.audit.read(CONTROL)]


def _flipped(*modes: str) -> Practice:
    practice = Practice()
    practice.modes.who = "arn:aws:iam::123456789012:user/ann"
    for mode in modes:
        practice.modes.set("global", mode)
    return practice


def test_every_flip_is_audited_with_who_did_it_and_when() -> None:
    practice = _flipped("suggest", "off")

    _sweep(practice)

    assert [(f["name"], f["value"], f["version"]) for f in _flips(practice)] == [
        ("global", "suggest", 1),
        ("global", "off", 2),
    ]
    assert {f["by"] for f in _flips(practice)} == {"arn:aws:iam::123456789012:user/ann"}
    assert {f["at"] for f in _flips(practice)} == {"2026-01-01T00:00:00.000Z"}


def test_a_flip_is_audited_once() -> None:
    practice = _flipped("off")
    _sweep(practice)
    calls = len(practice.calls)

    _sweep(practice)

    assert len(_flips(practice)) == 1
    assert practice.calls[calls:] == ["journal.read"]


def test_the_chain_of_the_control_stream_holds_over_many_sweeps() -> None:
    practice = _flipped()
    for number, mode in enumerate(["off", "observe", "suggest", "auto"]):
        practice.now = NOON + timedelta(hours=number)
        practice.modes.set("target/chat", mode)
        practice.modes.set("global", mode)
        _sweep(practice)

    texts = practice.audit.read(CONTROL)
    assert len(texts) == 8
    assert check_chain(texts) == []


def test_an_export_that_failed_is_caught_up_with() -> None:
    practice = _flipped("off")
    practice.between = failing("audit.put", ActionFailed("S3 is down"))
    _sweep(practice)
    assert _flips(practice) == []

    practice.between = None
    practice.wait(minutes=2)

    assert [f["value"] for f in _flips(practice)] == ["off"]


@pytest.mark.parametrize("write", range(6))
def test_a_crash_at_any_write_loses_no_flip_and_doubles_none(write: int) -> None:
    practice = _flipped("suggest", "off")
    count = iter(range(100))

    def between(name: str, call: Any) -> Any:  # noqa: ANN401  # whatever the port returns
        if name.startswith(("journal.write", "audit.put")) and next(count) == write:
            raise SystemExit
        return call()

    practice.between = between
    with pytest.raises(SystemExit):
        _sweep(practice)
    practice.between = None

    for _ in range(3):
        practice.now += timedelta(minutes=1)
        practice.sweep()
        _sweep(practice)

    assert [f["value"] for f in _flips(practice)] == ["suggest", "off"]
    assert check_chain(practice.audit.read(CONTROL)) == []


def test_while_somebody_holds_the_stream_it_is_left_to_them() -> None:
    practice = _flipped("off")
    hold = Hold.take(practice.journal, practice.journal.read(CONTROL), practice.world().actor, practice.now)
    hold.record = replace(hold.record, lease_until=practice.now + timedelta(seconds=60), unexported={"control": 1})
    hold.save()

    _sweep(practice)

    assert practice.journal.streams.get(CONTROL) is None


def test_whoever_lost_the_stream_writes_nothing_more() -> None:
    practice = _flipped("off")
    late = Hold.take(practice.journal, practice.journal.read(CONTROL), practice.world().actor, practice.now)
    _sweep(practice)

    with pytest.raises(Fenced):
        late.note(CONTROL, "flipped", {})

    assert len(practice.journal.streams[CONTROL]) == 1
