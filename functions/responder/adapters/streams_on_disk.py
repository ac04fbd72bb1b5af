"""The streams a check follows, kept on disk: memory stays the same however many incidents there were.

What is asked for again soon is in memory; the rest is in a temporary database that goes when the check ends.
"""

import contextlib
import json
import sqlite3
from collections.abc import Iterator, MutableMapping
from types import TracebackType
from typing import Self

from responder.domain.plain import canonical, from_plain, to_plain
from responder.domain.stream_check import Followed

AT_HAND = 5000


class StreamsOnDisk(MutableMapping[str, Followed]):
    """A mapping; iterating over it tells every stream, in the order of their names."""

    def __init__(self) -> None:
        self._disk = sqlite3.connect("", isolation_level=None)  # "" is a temporary file of its own
        self._disk.execute("PRAGMA journal_mode=OFF")
        self._disk.execute("CREATE TABLE followed (stream TEXT PRIMARY KEY, state TEXT) WITHOUT ROWID")
        self._hot: dict[str, Followed] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._disk.close()

    def __getitem__(self, stream: str) -> Followed:
        if stream in self._hot:
            return self._hot[stream]
        row = self._disk.execute("SELECT state FROM followed WHERE stream = ?", (stream,)).fetchone()
        if row is None:
            raise KeyError(stream)
        return _read(row[0])

    def __setitem__(self, stream: str, state: Followed) -> None:
        self._hot[stream] = state
        if len(self._hot) > AT_HAND:
            self._put_away()

    def __delitem__(self, stream: str) -> None:
        self._hot.pop(stream, None)
        self._disk.execute("DELETE FROM followed WHERE stream = ?", (stream,))

    def __iter__(self) -> Iterator[str]:
        self._put_away()
        with contextlib.closing(self._disk.execute("SELECT stream FROM followed ORDER BY stream")) as rows:
            yield from (row[0] for row in rows)

    def __len__(self) -> int:
        self._put_away()
        return int(self._disk.execute("SELECT count(*) FROM followed").fetchone()[0])

    def _put_away(self) -> None:
        rows = [(stream, canonical(to_plain(state))) for stream, state in self._hot.items()]
        self._disk.execute("BEGIN")
        self._disk.executemany("INSERT OR REPLACE INTO followed VALUES (?, ?)", rows)
        self._disk.execute("COMMIT")
        self._hot.clear()


def _read(text: str) -> Followed:
    return from_plain(Followed, json.loads(text), "stream")
