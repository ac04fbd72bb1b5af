"""Kill the workers one after the other, at moments nobody chose, and start each again."""

import multiprocessing
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from typing import Any, Self

from infra.local.processes import free_ports
from tests.standing import workers
from tests.standing.place import Place

DOORS = 2
EVERYBODY = ("intake-0", "intake-1", "respond-0", "respond-1", "respond-2", "tend-0")
WORK: dict[str, Callable[..., None]] = {
    "intake": workers.intake,
    "respond": workers.answering,
    "tend": workers.tending,
    "balance": workers.balancing,
}


@dataclass
class Crew:
    """All workers by name; `kills` counts how often each kind was killed."""

    place: Place
    began: float
    names: tuple[str, ...] = EVERYBODY
    running: dict[str, ForkServerProcess] = field(default_factory=dict)
    kills: dict[str, int] = field(default_factory=dict)
    ports: list[int] = field(default_factory=lambda: free_ports(DOORS))

    def __post_init__(self) -> None:
        self._fork = multiprocessing.get_context("forkserver")
        self._fork.set_forkserver_preload([workers.__name__])

    def __enter__(self) -> Self:
        for name in self.names:
            self.start(name)
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.running.values():
            process.kill()
            process.join()

    @property
    def doors(self) -> list[str]:
        return [f"http://127.0.0.1:{port}/v1/alerts" for port in self.ports]

    def start(self, name: str) -> None:
        kind, _, number = name.partition("-")
        given: tuple[Any, ...] = (self.place.folder, self.place.env, name, self.began)
        more = (self.ports[int(number)],) if kind == "intake" else ()
        self.running[name] = process = self._fork.Process(target=WORK[kind], args=(*given, *more), daemon=True)
        process.start()

    def end(self, name: str) -> None:
        self.running[name].kill()
        self.running.pop(name).join()

    def kill(self, name: str) -> None:
        """End it as a lost machine would, and have another in its place."""
        process = self.running[name]
        assert process.exitcode is None, f"{name} ended by itself: read {self.place.folder}/logs/{name}.log"
        process.kill()
        process.join()
        kind = name.partition("-")[0]
        self.kills[kind] = self.kills.get(kind, 0) + 1
        self.start(name)


class Pace:
    """Hold the senders back, so that the work lasts as long as the killing does."""

    def __init__(self) -> None:
        self._share, self._moved = 0.0, threading.Condition()

    def allow(self, share: float) -> None:
        with self._moved:
            self._share = share
            self._moved.notify_all()

    def wait(self, share: float) -> None:
        with self._moved:
            self._moved.wait_for(lambda: share <= self._share)


def kill_around(crew: Crew, times: int, chance: random.Random, pace: Pace) -> None:
    for number in range(times):
        pace.allow((number + 1) / times)
        time.sleep(chance.uniform(0.1, 1.1))
        crew.kill(chance.choice(crew.names))
    pace.allow(1.0)
