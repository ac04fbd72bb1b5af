"""Start processes and end exactly those, by process id.

Each process leads a group of its own, so that what it started (the functions' workers) ends with it. What was
started is written down in the run's folder; a later run can then recognise what a killed one left behind.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from infra.local.errors import LocalCloudError

RECORD = "processes.json"
PATIENCE_SECONDS = 5.0
"""How long a process may take to end by itself before it is killed."""


@dataclass(frozen=True)
class Program:
    """What to run, and how to tell that it is ready."""

    name: str
    argv: Sequence[str | Path]
    env: Mapping[str, str]
    ready: Callable[[], bool]
    within: float = 20.0
    cwd: Path | None = None


class Processes:
    """The processes of one run; leaving the context ends them, the last one first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        (self.folder / "logs").mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in reversed(list(self._running)):
            self.stop(name)

    @property
    def pids(self) -> dict[str, int]:
        """Name the processes that were started and not yet stopped."""
        return {name: process.pid for name, process in self._running.items()}

    def start(self, program: Program) -> None:
        """Start and wait until it is ready; a process that dies or dawdles is an error that names its log."""
        with self.log(program.name).open("ab") as log:
            process = subprocess.Popen(  # noqa: S603  # the argument list is ours, no shell reads it
                [str(part) for part in program.argv],
                env=dict(program.env),
                cwd=program.cwd or self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._running[program.name] = process
        self._write_down()
        self._wait(program, process)

    def stop(self, name: str) -> None:
        """End one process and whatever it started."""
        end_group(self._running.pop(name))
        self._write_down()

    def log(self, name: str) -> Path:
        """Name the file a process writes to."""
        return self.folder / "logs" / f"{name}.log"

    def _wait(self, program: Program, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + program.within
        while not program.ready():
            if process.poll() is not None:
                raise LocalCloudError(
                    f"{program.name} ended at once (exit {process.returncode}): read {self.log(program.name)}"
                )
            if time.monotonic() > deadline:
                raise LocalCloudError(
                    f"{program.name} was not ready within {program.within:.0f} s: read {self.log(program.name)}"
                )
            time.sleep(0.05)

    def _write_down(self) -> None:
        record = {"owner": os.getpid(), "processes": self.pids}
        (self.folder / RECORD).write_text(json.dumps(record), encoding="utf-8")


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Ask the process and its children to end, then make them."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def free_ports(count: int) -> list[int]:
    """Find ports nobody listens on, all different."""
    with contextlib.ExitStack() as open_sockets:
        sockets = [open_sockets.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]


def listens(port: int) -> bool:
    """Tell whether somebody accepts connections on this machine's own interface."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
