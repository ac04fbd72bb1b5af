"""One scenario: what is done to its services, and what came of it."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from infra.local.errors import LocalCloudError
from infra.local.live.arrangements import Live
from infra.local.live.doorman import Turn
from infra.local.live.hands import Hands
from infra.local.live.trail import Trail, is_in_the_audit, who_was_told, word
from infra.local.progress import Say
from responder.domain.runbook import Library
from responder.rehearsal.gameday import baselines
from responder.rehearsal.scenarios import Expected, Scenario
from responder.rehearsal.verdict import Result, Seen, judge

LINGER_SECONDS = 10.0
"""How long it is watched after it went as it must, for what should not come any more."""
PATIENCE_SECONDS = 480.0
BACK = ("lift", "undo")


@dataclass
class Play:
    """A scenario with its hands, its turn and its thread."""

    scenario: Scenario
    live: Live
    hands: Sequence[Hands]
    say: Say
    shipped: Library
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    turn: Turn = field(init=False)
    thread: threading.Thread | None = None
    failure: str = ""
    others: tuple[int, int] = (0, 0)
    """How many minutes would have been bad with nobody, and with a reflex, by the simulated clock."""

    def __post_init__(self) -> None:
        forward = sum(action not in BACK for action in self.scenario.expected.actions)
        opens_after = self.live.opens_after
        self.turn = Turn(
            self.scenario.runbook,
            forward,
            0.0,
            opens_after,
            len(self.hands),
            restless=self.live.restless,
            alone=bool(self.live.ends_alone),
        )

    @property
    def first(self) -> Hands:
        """Give the hands on the service that is played; the others only share its fate."""
        return self.hands[0]

    @property
    def expected(self) -> Expected:
        """Say what must be seen here."""
        return replace(self.scenario.expected, told=self.live.told or self.scenario.expected.told)

    @property
    def trail(self) -> Trail:
        """Give the records of all its services."""
        return Trail(tuple(entry for hands in self.hands for entry in hands.trail().entries))

    def prepare(self) -> None:
        """Arrange what has long been so when it begins."""
        for hands in self.hands:
            self.live.before(hands)
            hands.tell("leave")

    def start(self) -> None:
        """Begin, on a thread of its own."""
        self.turn = replace(self.turn, begins_at=time.monotonic())
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def look(self) -> None:
        """Note for the doorman how far it is."""
        now, trail = time.monotonic(), self.trail
        begun = trail.entries and (self.turn.opened_at is None or (self.turn.restless and not self.turn.over))
        opened = now if begun else self.turn.opened_at  # what opens again and again may have done so a moment ago
        reopens = now + self.live.again_after if self.live.again_after and trail.has("acted") else None
        acted = self.turn.acted_at or (now if trail.count("acted") >= max(1, self.turn.actions) else None)
        over = self.thread is not None and not self.thread.is_alive()
        self.turn = replace(
            self.turn,
            opened_at=opened,
            reopens_at=self.turn.reopens_at or reopens,
            acted_at=acted,
            released=self.live.ends_alone in self.first.done,
            over=over,
        )

    def _run(self) -> None:
        try:
            self._play()
        except (LocalCloudError, OSError) as error:
            self.failure = str(error)
            self.say(f"{self.scenario.name}: {error}")

    def _play(self) -> None:
        self.say(f"{self.scenario.name}: {self.scenario.says}")
        for hands in self.hands:
            hands.tell("wake")
        self._together(self.live.begins)
        self.began = datetime.now(UTC)
        for hands in self.hands:
            self._clock(hands, self.live.starts_at, self.live.waits_at)
        self._until_over()
        for hands in self.hands:
            hands.tell("end")
        self.others = tuple(map(len, baselines(self.scenario, self.shipped)))  # type: ignore[assignment]  # two of them

    def _together(self, do: Callable[[Hands], None]) -> None:
        threads = [threading.Thread(target=do, args=(hands,), daemon=True) for hands in self.hands]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _clock(self, hands: Hands, minute: int, until: int | None) -> None:
        told = {"minute": float(minute), "rate": 1 / self.live.minute_s}
        hands.tell("clock", told | ({} if until is None else {"until": float(until)}))

    def _until_over(self) -> None:
        deadline, well_since = time.monotonic() + PATIENCE_SECONDS, 0.0
        while time.monotonic() < deadline:
            self._report()
            self.live.meanwhile(self.first)
            acted = self.trail.count("acted") >= self.live.waits_for
            if self.live.waits_at is not None and acted and self.first.once("clock"):
                self._clock(self.first, self.live.waits_at, None)
            ended = self._as_it_must() or self._went_wrong()
            well_since = (well_since or time.monotonic()) if ended else 0.0
            if well_since and time.monotonic() - well_since > LINGER_SECONDS:
                return
            time.sleep(1)

    def _report(self) -> None:
        for entry in self.trail.entries:
            if self.first.once(f"{entry.incident}/{entry.seq}"):
                self.say(f"{self.scenario.name}: {word(entry)}")

    def _as_it_must(self) -> bool:
        if self.live.at_least and self.first.minute < self.live.at_least:
            return False
        trail = self.trail
        if not self._did(trail, [self.expected.told]):
            return False
        return self._did(trail, who_was_told(self.first.house, trail.incidents))

    def _went_wrong(self) -> bool:
        """Tell whether something was done, or a person has it, that no later step can make right."""
        seen = Seen(self.began, self.trail.facts, (), bad=0, harm=0, audit_complete=True)
        did = judge(self.scenario, self.expected, seen, 0, 0).did
        handed_over = did.ends == "escalated" != self.expected.ends
        return handed_over or did.actions != self.expected.actions[: len(did.actions)]

    def _did(self, trail: Trail, told: Sequence[str]) -> bool:
        seen = Seen(self.began, trail.facts, told, bad=0, harm=0, audit_complete=True)
        return judge(self.scenario, self.expected, seen, 0, 0).did == self.expected

    def result(self) -> Result:
        """Judge what stands when all is over."""
        trail, house = self.trail, self.first.house
        state = self.first.state
        bucket = house.stack.outputs["AuditBucket"]
        seen = Seen(
            began=self.began,
            facts=trail.facts,
            told=who_was_told(house, trail.incidents),
            bad=round(state["bad_s"] / self.live.minute_s),
            harm=round(state["harm_s"] / self.live.minute_s),
            audit_complete=bool(trail.entries) and is_in_the_audit(house.clouds, bucket, trail),
            tick=timedelta(seconds=1),
            unit="s",
        )
        result = judge(self.scenario, self.expected, seen, *self.others)
        return replace(result, diagnosed=f"{result.diagnosed} ({self.failure})", harm=-1) if self.failure else result
