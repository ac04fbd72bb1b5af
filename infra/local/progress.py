"""Say what is going on, and how long it has taken so far."""

import sys
import time
from collections.abc import Callable

Say = Callable[[str], None]


class Progress:
    """Lines with the seconds since the start."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Tell how long it has been."""
        return time.monotonic() - self._began

    def __call__(self, line: str) -> None:
        """Say one line."""
        write(f"[{self.seconds:6.1f} s] {line}")


def write(line: str) -> None:
    """Write a line to whoever watches, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def silent(_line: str) -> None:
    """Say nothing: for tests."""
