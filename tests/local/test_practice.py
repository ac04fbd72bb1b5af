import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from infra.local.demo import find_fault
from infra.local.errors import LocalCloudError
from infra.local.journal import Entry, Locked
from infra.local.practice import COMPILED, built_artifact, with_member, with_practice, write_practice_runbooks
from infra.local.recorded import read_recorded
from infra.local.stage import write_services

from responder.domain.touch import Touch

GOOD = ("received", "decided", "acted", "converged", "verified", "closed")


def compiled(folder: Path, touches: dict[str, Touch]) -> dict[str, Any]:
    write_practice_runbooks(folder / "runbooks", write_services(touches))
    with zipfile.ZipFile(io.BytesIO(with_practice(an_archive({}), folder / "runbooks"))) as archive:
        found: dict[str, Any] = json.loads(archive.read(COMPILED))
    return found


def test_practice_may_touch_its_own_endpoint_and_nothing_else(tmp_path: Path) -> None:
    library = compiled(tmp_path, {})

    assert [target["touch"]["sagemaker_endpoint"] for target in library["targets"]] == ["chat"]


def test_a_scenario_brings_its_own_service_and_the_limits_are_as_much_faster_as_everything_else(tmp_path: Path) -> None:
    library = compiled(tmp_path, {"slow-release": Touch(sagemaker_endpoint="slow-release")})

    assert [target["name"] for target in library["targets"]] == ["chat", "slow-release"]
    assert (library["fleet"], library["storm"]) == (["10 per 2m"], "3 per 20s")


def test_only_the_compiled_runbooks_of_the_artifact_are_replaced() -> None:
    copied = with_member(an_archive({"respond.py": b"code", "runbooks.json": b"old"}), "runbooks.json", b"new")

    with zipfile.ZipFile(io.BytesIO(copied)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "respond.py": b"code",
            "runbooks.json": b"new",
        }


def test_a_missing_artifact_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LocalCloudError, match="make build"):
        built_artifact(tmp_path / "functions.zip")


def test_a_recorded_notification_begins_now() -> None:
    body = read_recorded(datetime(2026, 11, 25, 20, 0, tzinfo=UTC))

    assert {alert["startsAt"] for alert in body["alerts"]} == {"2026-11-25T20:00:00.000Z"}


def test_a_recovery_with_every_step_locked_in_the_audit_is_a_success() -> None:
    entries = a_journal()

    assert find_fault(entries, an_audit(entries), acted=True) is None


def test_a_missing_step_a_missing_record_and_an_unlocked_record_are_named() -> None:
    entries = a_journal()
    trail = an_audit(entries)

    assert "no alert" in str(find_fault([], [], acted=True))
    assert "without closed" in str(find_fault(entries[:-1], trail, acted=True))
    assert "1 journal entries are not in the audit" in str(find_fault(entries, trail[1:], acted=True))
    assert "not locked" in str(find_fault(entries, an_audit(entries, mode=None), acted=True))


def test_an_incident_that_ended_with_a_person_is_no_recovery() -> None:
    entries = a_journal(disposition="escalated")

    assert "escalated" in str(find_fault(entries, an_audit(entries), acted=True))


def a_journal(disposition: str = "recovered") -> list[Entry]:
    return [Entry("incident", seq, kind, "", {"disposition": disposition}) for seq, kind in enumerate(GOOD, start=1)]


def an_audit(entries: list[Entry], mode: str | None = "GOVERNANCE") -> list[Locked]:
    return [Locked(f"{one.seq}.json", {"data": {"stream": one.incident, "seq": one.seq}}, mode) for one in entries]


def an_archive(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()
