"""`responder audit verify` on folders: exit codes for CI, every finding by name, and what cannot be known."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.audit.signer import SIGNER, LocalSigner
from tests.audit.trails import Kept, an_honest_trail

from responder.adapters.audit_copy import write_copy
from responder.adapters.audit_folder import About
from responder.adapters.signatures import as_pem
from responder.cli import main


@pytest.fixture(scope="module")
def kept() -> Kept:
    return an_honest_trail()


@pytest.fixture
def copied(kept: Kept, tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "trail"
    write_copy(kept.trail, folder, About("audit", kept.now, "ann", kept.heads.head, kept.trail.policy), lambda _: None)
    (tmp_path / "key.pem").write_text(as_pem(SIGNER.der))
    (tmp_path / "other.pem").write_text(as_pem(LocalSigner().der))
    yield folder
    shutil.rmtree(folder)


def verify(folder: Path, *more: str) -> int:
    return main(["audit", "verify", str(folder), *more])


def test_an_honest_copy_is_clean_with_the_key_and_the_head(
    copied: Path, kept: Kept, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kept.heads.head

    assert verify(copied, "--key", str(copied.parent / "key.pem"), "--head", kept.heads.head.sha256) == 0
    said = capsys.readouterr().out
    assert "clean" in said
    assert "give the" not in said


def test_without_key_and_head_it_says_what_it_cannot_know(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(copied) == 0

    said = capsys.readouterr().out
    assert "who signed" in said
    assert "newest seals were cut off" in said


def test_a_finding_is_exit_code_one_and_names_object_and_version(
    copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    victim = min(copied.glob("objects/audit/v1/*/*/00000002.json/*"))
    victim.write_bytes(victim.read_bytes().replace(b"chat", b"chit"))

    assert verify(copied) == 1
    said = capsys.readouterr().out
    assert f"modified: {victim.parent.relative_to(copied / 'objects')} version {victim.name}" in said
    assert "FINDINGS" in said


def test_another_key_than_the_trusted_one_is_a_finding(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(copied, "--key", str(copied.parent / "other.pem")) == 1
    assert "unknown_key: seal/v1/" in capsys.readouterr().out


def test_a_head_that_is_not_there_is_a_finding(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(copied, "--head", "0" * 64) == 1
    assert "stale_head" in capsys.readouterr().out


def test_a_lock_weaker_than_the_reviewer_asks_for_is_a_finding(
    copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(copied, "--lock", "COMPLIANCE:2000") == 1
    assert "weak_lock" in capsys.readouterr().out


def test_a_file_that_was_added_is_a_finding(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stranger = copied / "objects/audit/v1/2026-11-25T12/i9/00000001.json/v1"
    stranger.parent.mkdir(parents=True)
    stranger.write_text("{}")

    assert verify(copied) == 1
    assert "unreferenced: audit/v1/2026-11-25T12/i9/00000001.json" in capsys.readouterr().out


def test_the_report_for_machines_says_the_same(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    next(iter(sorted(copied.glob("objects/audit/v1/*/*/00000002.json/*")))).unlink()

    assert verify(copied, "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert told["clean"] is False
    assert {f["fault"] for f in told["findings"]} >= {"missing", "sequence_gap"}
    assert told["checked"]["seals"] > 15
    assert told["unknown"]


def test_a_plain_folder_of_keys_is_checked_as_far_as_it_goes(
    kept: Kept, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for key, versions in kept.trail.objects.items():
        path = tmp_path / "plain" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(versions[0][1].content if versions[0][1] else b"")

    assert verify(tmp_path / "plain") == 0
    assert "has no manifest" in capsys.readouterr().out


@pytest.mark.parametrize("broken", ["nowhere", "key", "manifest", "about"])
def test_what_could_not_be_checked_is_exit_code_two(
    broken: str, copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    match broken:
        case "nowhere":
            code = verify(copied / "nowhere")
        case "key":
            (copied.parent / "key.pem").write_text("no key")
            code = verify(copied, "--key", str(copied.parent / "key.pem"))
        case "manifest":
            (copied / "manifest.jsonl").write_text('{"key":"audit/v1/x"}\n')
            code = verify(copied)
        case _:
            (copied / "about.json").write_text("?")
            code = verify(copied)

    assert code == 2
    assert "could not be checked" in capsys.readouterr().err
