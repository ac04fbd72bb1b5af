"""Play a story once and, at every call to the outside, fork a child in which just that call goes wrong.

What came before a call is played once for all its faults, and the children run beside each other on every core. A
child tells what it found through a pipe and is gone; nothing of it reaches the parent.
"""

import gc
import os
import pickle
from collections import deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.stories import Story, play
from tests.world import Practice

Judge = Callable[[Practice, Story], Iterator[str]]
Found = tuple[int, bool, str]
AT_ONCE = os.cpu_count() or 1


@dataclass
class Sweep:
    """One error at many places of a story, each before its call and after the call had its effect."""

    story: Story
    error: BaseException
    judge: Judge
    places: Collection[int]
    found: list[Found] = field(default_factory=list)
    played: int = 0
    _place: int = -1
    _child: tuple[bool, int] | None = None
    _running: deque[tuple[int, int, bool, int]] = field(default_factory=deque)

    def run(self) -> list[Found]:
        """Return every fault with its place; the undisturbed run itself is judged by nobody here."""
        gc.collect()
        gc.freeze()  # children share the pages of what is never collected
        try:
            practice = self._played()
        finally:
            gc.unfreeze()
        if self._child:
            self._tell(list(self.judge(practice, self.story)) if practice else ["it could not be played"])
        while self._running:
            self._gather()
        return sorted(self.found)

    def _played(self) -> Practice | None:
        """In a child nothing may get out: it would run the rest of the tests a second time."""
        try:
            return play(self.story, self._between)
        except BaseException as error:
            if self._child:
                self._tell([f"it broke: {type(error).__name__}: {error}"])
            raise

    def _between(self, _: str, call: Callable[[], Any]) -> Any:  # noqa: ANN401  # whatever the port returns
        if self._child:
            return call()
        self._place += 1
        if self._place in self.places:
            for after in (False, True):
                if self._fork(after=after):
                    if after:
                        call()
                    raise self.error
        return call()

    def _fork(self, *, after: bool) -> bool:
        """Return true in the child."""
        if len(self._running) >= AT_ONCE:
            self._gather()
        read, write = os.pipe()
        child = os.fork()
        if child:
            os.close(write)
            self.played += 1
            self._running.append((child, self._place, after, read))
            return False
        os.close(read)
        self._child = (after, write)
        return True

    def _gather(self) -> None:
        child, place, after, read = self._running.popleft()
        with os.fdopen(read, "rb") as told:
            said = told.read()
        os.waitpid(child, 0)
        faults: list[str] = pickle.loads(said) if said else ["the child told nothing"]  # noqa: S301  # our own child
        self.found += [(place, after, fault) for fault in faults]

    def _tell(self, faults: list[str]) -> None:
        assert self._child
        with os.fdopen(self._child[1], "wb") as pipe:
            pipe.write(pickle.dumps(faults))
        os._exit(0)
