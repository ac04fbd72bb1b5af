from pathlib import Path

import pytest

from responder.adapters.runbook_files import read_compiled, read_library, write_compiled
from responder.domain.failure_mode import FailureMode
from responder.errors import CannotRead

SHIPPED = Path(__file__).parents[2] / "runbooks"


def test_the_shipped_library_survives_being_compiled(tmp_path: Path) -> None:
    library = read_library(SHIPPED)

    write_compiled(library, tmp_path / "runbooks.json")

    assert read_compiled(tmp_path / "runbooks.json") == library


def test_the_same_library_gives_the_same_bytes(tmp_path: Path) -> None:
    write_compiled(read_library(SHIPPED), tmp_path / "one.json")
    write_compiled(read_compiled(tmp_path / "one.json"), tmp_path / "two.json")

    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_a_directory_of_ones_own_replaces_files_of_the_same_name(tmp_path: Path) -> None:
    mine = (SHIPPED / "latency_spike.md").read_text().replace("autonomy: auto", "autonomy: suggest")
    (tmp_path / "latency_spike.md").write_text(mine)
    (tmp_path / "README.md").write_text("Our own pages.")

    library = read_library(SHIPPED, tmp_path)

    assert library.book.page(FailureMode.LATENCY_SPIKE).policy.autonomy == "suggest"
    assert FailureMode.UNKNOWN in library.book.runbooks


def test_a_mode_without_a_page_is_answered_by_unknown(tmp_path: Path) -> None:
    for name in ("unknown.md", "services.yaml"):
        (tmp_path / name).write_text((SHIPPED / name).read_text())

    library = read_library(tmp_path)

    assert library.book.page(FailureMode.ERROR_RATE).failure_mode is FailureMode.UNKNOWN


def test_faults_of_all_files_come_together(tmp_path: Path) -> None:
    (tmp_path / "unknown.md").write_text("no front matter")
    (tmp_path / "latency_spkie.md").write_text("---\nfailure_mode: latency_spkie\n---\n")

    with pytest.raises(CannotRead) as refused:
        read_library(tmp_path)

    said = str(refused.value)
    assert "unknown.md:1: no front matter" in said
    assert "did you mean latency_spike?" in said
    assert "services.yaml is in none of" in said


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotRead, match="nowhere: no such directory"):
        read_library(SHIPPED, tmp_path / "nowhere")


def test_an_artifact_that_was_not_built_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(CannotRead, match="run make build"):
        read_compiled(tmp_path / "runbooks.json")
