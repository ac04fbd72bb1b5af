"""Find and end what a run that was killed left behind."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from infra.local.paths import RUNS
from infra.local.processes import RECORD


@dataclass(frozen=True)
class Leftover:
    """A process of a run whose owner is gone."""

    name: str
    pid: int
    folder: Path


def find_leftovers(runs: Path = RUNS) -> list[Leftover]:
    """List processes that still run although whoever started them does not."""
    records = [(path.parent, json.loads(path.read_text(encoding="utf-8"))) for path in runs.glob(f"*/{RECORD}")]
    return [
        Leftover(name, pid, folder)
        for folder, record in records
        if not is_alive(record["owner"])
        for name, pid in record["processes"].items()
        if str(folder) in command_line(pid)
    ]


def end_leftovers(runs: Path = RUNS) -> list[Leftover]:
    """End them, and forget the folders of runs that are over."""
    found = find_leftovers(runs)
    for leftover in found:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(leftover.pid, signal.SIGKILL)
    for record in runs.glob(f"*/{RECORD}"):
        if not is_alive(json.loads(record.read_text(encoding="utf-8"))["owner"]):
            shutil.rmtree(record.parent)
    return found


def is_alive(pid: int) -> bool:
    """Tell whether a process with this id exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def command_line(pid: int) -> str:
    """Read how a process was started: a process id alone may have been given to somebody else since."""
    listed = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self/cmdline").exists():
        return listed.read_text(encoding="utf-8", errors="replace").replace("\0", " ") if listed.exists() else ""
    asked = subprocess.run(  # noqa: S603  # a number we wrote down ourselves is the only argument
        ["ps", "-o", "command=", "-p", str(pid)],  # noqa: S607  # `ps` is where the machine's PATH says
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout
