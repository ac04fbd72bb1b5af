import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from infra.local.errors import LocalCloudError
from infra.local.leftovers import command_line, end_leftovers, find_leftovers
from infra.local.processes import RECORD, Processes, Program, free_ports, listens

FOREVER = "import time; time.sleep(60)"
WITH_A_CHILD = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {FOREVER!r}])
open("child.pid", "w").write(str(child.pid))
time.sleep(60)
"""


def gone_soon(pid: int) -> bool:
    """A child that lost its parent is buried by the system a moment after it died."""
    deadline = time.monotonic() + 5
    while command_line(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not command_line(pid)


def a_program(code: str, folder: Path, within: float = 5.0, *, ready: bool = True) -> Program:
    argv: list[str | Path] = [sys.executable, "-c", code, folder]
    return Program("practice", argv, dict(os.environ), ready=lambda: ready, within=within)


def test_leaving_ends_what_was_started_and_what_that_started(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        processes.start(a_program(WITH_A_CHILD, tmp_path))
        pids = [processes.pids["practice"], wait_for_child(tmp_path)]

    assert all(gone_soon(pid) for pid in pids)


def test_a_program_that_dies_names_its_log(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes, pytest.raises(LocalCloudError, match=r"ended at once.*practice\.log"):
        processes.start(a_program("raise SystemExit(3)", tmp_path, ready=False))


def test_a_program_that_dawdles_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes, pytest.raises(LocalCloudError, match="not ready within"):
        processes.start(a_program(FOREVER, tmp_path, within=0.2, ready=False))


def test_what_a_killed_run_left_behind_is_found_and_ended(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    left = subprocess.Popen([sys.executable, "-c", FOREVER, folder], start_new_session=True)  # noqa: S603  # our own
    record(folder, owner=gone(), pid=left.pid)

    found = end_leftovers(tmp_path)

    assert ([one.pid for one in found], left.wait(5)) == ([left.pid], -9)
    assert not folder.exists()


def test_a_run_that_is_still_going_on_is_nobodys_leftover(tmp_path: Path) -> None:
    with Processes(tmp_path / "run") as processes:
        processes.start(a_program(FOREVER, tmp_path / "run"))

        assert find_leftovers(tmp_path) == []


def test_a_process_that_took_over_an_old_number_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    record(folder, owner=gone(), pid=os.getpid())

    assert end_leftovers(tmp_path) == []


def test_free_ports_are_free_and_different() -> None:
    ports = free_ports(4)

    assert len(set(ports)) == 4
    assert not any(listens(port) for port in ports)


def record(folder: Path, owner: int, pid: int) -> None:
    (folder / RECORD).write_text(json.dumps({"owner": owner, "processes": {"practice": pid}}), encoding="utf-8")


def gone() -> int:
    ended = subprocess.Popen([sys.executable, "-c", ""])  # our own interpreter
    ended.wait()
    return ended.pid


def wait_for_child(folder: Path) -> int:
    written = folder / "child.pid"
    for _ in range(100):
        if written.exists() and written.read_text(encoding="utf-8"):
            break
        time.sleep(0.05)
    return int(written.read_text(encoding="utf-8"))
