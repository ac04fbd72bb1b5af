"""In-memory twins of what the audit is proved with: a bucket with versions and locks, and a place for the head."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from responder.adapters.in_memory import Twin
from responder.domain.seal import Head, Held, Lock, Policy, Version


@dataclass
class InMemoryTrail(Twin):
    """A bucket with Object Lock: `objects` maps a key to its versions, newest first. `now` is its clock."""

    objects: dict[str, list[tuple[Version, Held | None]]] = field(default_factory=dict)
    policy: Policy = field(default_factory=lambda: Policy("COMPLIANCE", 400))
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    written: int = 0

    def versions(self, start: str, stop: str) -> Iterator[Version]:
        self._up()
        for key in sorted(key for key in self.objects if start <= key < stop):
            yield from (version for version, _ in self.objects[key])

    def look(self, versions: Iterable[Version]) -> Iterator[tuple[Version, Held | None]]:
        self._up()
        for version in versions:
            found = dict(self.objects.get(version.key, []))
            yield version, found.get(version)

    def put(self, key: str, text: str) -> bytes:
        """Create once, as the bucket's policy makes everybody do."""
        self._up()
        if key not in self.objects:
            self.write(key, text.encode(), self.now)
        held = self.objects[key][-1][1]
        return held.content if held else b""

    def write(self, key: str, content: bytes, at: datetime, lock: Lock | None = None) -> None:
        """Write a version, over others if there are any."""
        self.written += 1
        version = Version(key, f"v{self.written}", marker=False, size=len(content), modified=at)
        locked = lock or Lock(self.policy.mode, at + timedelta(days=self.policy.days))
        self.objects.setdefault(key, []).insert(0, (version, Held(content, locked)))

    def delete(self, key: str, at: datetime) -> None:
        """Lay a delete marker over what is there."""
        self.written += 1
        self.objects.setdefault(key, []).insert(
            0, (Version(key, f"v{self.written}", marker=True, size=0, modified=at), None)
        )


@dataclass
class InMemoryHead(Twin):
    """`head` is what was noted last."""

    head: Head | None = None

    def read(self) -> Head | None:
        self._up()
        return self.head

    def write(self, head: Head) -> None:
        self._up()
        self.head = head
