"""The same promise between two real Alertmanagers that gossip: nothing that got a 2xx is lost, and no 4xx is said.

The schedule of faults is drawn from a seed; --proof plays a longer one. Needs Debian's Alertmanager, which is fetched.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from tests.contract_kit.alertmanager import Alert, of_bodies
from tests.contract_kit.faulty_door import Fault, FaultyDoor, faulty_door
from tests.contract_kit.house import House
from tests.contract_kit.pair import Pair, two_alertmanagers
from tests.contract_kit.test_schedules import _ours, _paged_twice

pytestmark = pytest.mark.e2e
SEED, ROUNDS, PROOF_ROUNDS, ROUND_S = 7, 9, 80, 2.0
PASSING = (Fault.UNAVAILABLE, Fault.RESET, Fault.HANGS, Fault.SLOW, Fault.ANSWER_LOST, Fault.NONE)


@dataclass
class Stage:
    """The house, its door and the pair in front of it, played in real time."""

    house: House
    door: FaultyDoor
    pair: Pair
    chance: random.Random

    def fire(self, name: str, **labels: str) -> Alert:
        alert = Alert({"alertname": name, "severity": "page", **labels}, datetime.now(UTC))
        self.pair.alerts.append(alert)
        self.house.practice.fires(_ours(alert))
        return alert

    def end(self, alert: Alert) -> None:
        alert.ends = datetime.now(UTC)
        self.house.practice.ends(_ours(alert))

    def play(self, seconds: float, until: Callable[[], bool] = lambda: False) -> bool:
        """Let real time pass: Prometheus tells, the queue delivers, the sweeper and the drain do their rounds."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.pair.tell()
            with self.door.lock:
                self._work()
                if until():
                    return True
            time.sleep(0.2)
        return False

    def _work(self) -> None:
        practice, fifo = self.house.practice, self.house.fifo
        practice.now = max(practice.now, datetime.now(UTC))
        fifo.deliver(self.house._respond)
        practice.sweep()
        fifo.drain(self.house._drain)

    @property
    def open(self) -> list[Alert]:
        return [alert for alert in self.pair.alerts if alert.ends is None]

    @property
    def accepted(self) -> set[str]:
        return {fingerprint for fingerprint, _, _ in of_bodies(self.house.accepted)}


@contextmanager
def stage() -> Iterator[Stage]:
    house = House()
    house.practice.modes.settings["global"] = "observe"
    house.practice.now = datetime.now(UTC)
    with faulty_door(house) as door, two_alertmanagers(door.url) as pair:
        yield Stage(house, door, pair, random.Random(SEED))  # noqa: S311  # a schedule, not a secret


def test_two_real_alertmanagers_lose_nothing_whatever_breaks(
    request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    rounds = PROOF_ROUNDS if request.config.getoption("--proof") else ROUNDS
    began = time.monotonic()
    with stage() as playing:
        for number in range(rounds):
            _round(playing, number)
        _heal(playing)
        wrong = _wrong(playing)
        figures = _figures(playing, rounds)
    with capsys.disabled():
        print(f"\n{figures}, {time.monotonic() - began:.0f} s")  # noqa: T201  # the figures are asked for

    assert wrong == []


@pytest.mark.parametrize(("says", "is_known"), [(Fault.REFUSED, False), (Fault.UNAVAILABLE, True)])
def test_a_short_alert_is_lost_by_a_4xx_and_by_nothing_we_say(says: Fault, is_known: bool) -> None:  # noqa: FBT001  # parametrised
    """Why 503 it is: a real Alertmanager asks again after a 5xx and after nothing else."""
    with stage() as playing:
        playing.pair.kill(1)  # its peer would send it after all
        playing.door.fault = says
        alert = playing.fire("Short")
        playing.play(5.0, until=lambda: bool(playing.door.answers))
        playing.end(alert)
        playing.pair.tell()
        playing.door.fault = Fault.NONE
        playing.play(6.0, until=lambda: alert.fingerprint in playing.accepted)

        assert (alert.fingerprint in playing.accepted) is is_known


def _round(playing: Stage, number: int) -> None:
    """Let something fire and something end while the door misbehaves and, in turn, a peer is killed or parted."""
    playing.door.fault = PASSING[number % len(PASSING)]
    for _ in range(playing.chance.randint(1, 3)):
        model = playing.chance.choice(["chat", "nobody-knows"])
        playing.fire(f"LLM{playing.chance.randint(0, 3)}", model=model, pod=str(len(playing.pair.alerts)))
    if number % 3 == 1:
        playing.end(playing.chance.choice(playing.open))
    match number % 4:
        case 1:
            playing.pair.kill(victim := playing.chance.choice([0, 1]))
            playing.play(ROUND_S / 2)
            playing.pair.start(victim)
        case 2:
            playing.pair.part()
        case 3:
            playing.pair.mend()
    playing.play(ROUND_S)


def _heal(playing: Stage) -> None:
    """Let all be well: what fires must arrive, what ends must close, and then nothing moves any more."""
    playing.door.fault = Fault.NONE
    playing.pair.mend()
    playing.play(25.0, until=lambda: {a.fingerprint for a in playing.open} <= playing.accepted)
    for alert in playing.open:
        playing.end(alert)
    playing.play(15.0, until=lambda: playing.house.is_quiet)
    playing.house.settle(45)  # an end that died with a peer is found by looking, which takes two looks


def _wrong(playing: Stage) -> list[str]:
    """Ask the kit itself, and whether what never ended during a fault came in after all."""
    last = {alert.fingerprint for alert in playing.pair.alerts[-3:]}
    missed = [f"{fingerprint} never came in" for fingerprint in last - playing.accepted]
    playing.house.cluster.answers = playing.door.answers
    return [*missed, *playing.house.faults(), *_paged_twice(playing.house)]


def _figures(playing: Stage, rounds: int) -> str:
    said = Counter(of_bodies(playing.house.accepted))
    pages = {letter.key for letter in playing.house.practice.letters if letter.kind == "page"}
    return (
        f"seed {SEED}: {rounds} rounds, {len(playing.pair.alerts)} alerts, {len(playing.house.accepted)} bodies taken,"
        f" {sum(times > 1 for times in said.values())} statements came again, {playing.door.lost} answers lost,"
        f" answers {dict(Counter(playing.door.answers))}, {playing.house.fifo.sent} messages, {len(pages)} pages"
    )
