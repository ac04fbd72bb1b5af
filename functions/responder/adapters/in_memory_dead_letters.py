"""In-memory twin of dead-letter queues: letters that are moved by and by, and may die again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from responder.adapters.in_memory_levers import InMemoryThings
from responder.domain.plans.requeue import ENDED, NEVER, RATE, STARTED, STOPPED
from responder.domain.remediation import Outcome, Snapshot
from responder.domain.target import Target
from responder.domain.touch import TouchKind


@dataclass
class InMemoryDeadLetters(InMemoryThings):
    """Each move has the number after the last one, as in SQS its time; a share of the letters `die_again`.

    One that is `long` is not over when it is let arrive, so many times.
    """

    kind: TouchKind = TouchKind.DEAD_LETTERS
    die_again: float = 0.0
    long: int = 0

    def fill(self, target: Target, letters: int) -> None:
        """Let so many letters lie there."""
        name, named = target.things[self.kind], target.touch.dead_letters
        self.things[name] = replace(self.things.get(name, _never(named.of if named else ())), waiting=letters)

    def stand(self, target: Target, **current: str) -> None:
        """Let the last move stand at these values, and no letters lie there."""
        self.fill(target, 0)
        seen = self.things[target.things[self.kind]]
        self.things[target.things[self.kind]] = replace(seen, current={**NEVER, **current})

    def apply(self, target: Target, seen: Snapshot, desired: Mapping[str, str], token: str) -> Outcome:  # noqa: ARG002  # SQS compares nothing
        self._up()
        name = target.things[self.kind]
        now, stops = self.things[name], ENDED in desired
        if now.settled is stops:  # nothing to stop, or one is under way
            return Outcome("refused", "UnsupportedOperation")
        self.applied.append((name, dict(desired), token))
        if self.reply.result == "accepted" or (self.reply.result == "unknown" and not self.lost):
            self.things[name] = _stopped(now) if stops else _begun(now, desired[RATE])
        return self.reply

    def arrive(self, name: str) -> None:
        """Finish the move: what dies again lies there once more."""
        if self.long:
            self.long -= 1
            return
        now = self.things[name]
        ended = {**now.current, ENDED: now.current[STARTED]}
        back = round(now.waiting * self.die_again)
        self.things[name] = replace(now, current=ended, state="completed", settled=True, waiting=back)


def _never(sources: tuple[str, ...]) -> Snapshot:
    return Snapshot(dict(NEVER), "never moved", settled=True, shape=tuple(sorted(sources)), numbered=True)


def _begun(now: Snapshot, rate: str) -> Snapshot:
    number = str(int(now.current[STARTED]) + 1)
    current = {STARTED: number, ENDED: "", RATE: rate, STOPPED: "no"}
    return replace(now, current=current, state="running", settled=False, revision=f"handle-{number}")


def _stopped(now: Snapshot) -> Snapshot:
    current = {**now.current, ENDED: now.current[STARTED], STOPPED: "yes"}
    return replace(now, current=current, state="cancelled", settled=True, revision="")
