"""A model of alerts.fifo and its dead letters: order within a group, five minutes of deduplication, five tries."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from responder.domain.message import Message, encode
from responder.domain.said import Said

WINDOW = timedelta(minutes=5)
MOST_RECEIVES = 5


@dataclass
class Fifo:
    """The sending side is the port; `deliver` hands out the head of every group once."""

    clock: Callable[[], datetime]
    groups: dict[str, deque[tuple[str, int]]] = field(default_factory=dict)
    dead: list[tuple[str, int]] = field(default_factory=list)
    seen: dict[str, datetime] = field(default_factory=dict)
    sent: int = 0

    def send(self, messages: Sequence[Message | Said]) -> None:
        now = self.clock()
        for message in messages:
            before = self.seen.get(message.deduplication_id)
            if before is None or now - before >= WINDOW:
                self.seen[message.deduplication_id] = now
                self.groups.setdefault(message.group_id, deque()).append((encode(message), 0))
                self.sent += 1

    def deliver(self, take: Callable[[str], bool]) -> None:
        """Let `take` work on the first message of each group; what it does not finish stays first, five times."""
        for group in list(self.groups):
            waiting = self.groups[group]
            body, receives = waiting.popleft()
            if not take(body):
                left = (body, receives + 1)
                self.dead.append((body, 0)) if receives + 1 >= MOST_RECEIVES else waiting.appendleft(left)
            if not waiting:
                del self.groups[group]

    def drain(self, take: Callable[[str, int], bool]) -> None:
        """Let `take` work on every dead letter; what it does not finish stays."""
        waiting, self.dead = self.dead, []
        self.dead = [(body, n + 1) for body, n in waiting if not take(body, n + 1)] + self.dead

    @property
    def empty(self) -> bool:
        return not self.groups and not self.dead
