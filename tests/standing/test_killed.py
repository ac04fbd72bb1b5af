"""Processes are killed at moments nobody chose; every alert that got a 2xx ends once, and nobody is paged twice.

The cloud, the queue and PagerDuty live on. The full number of kills and alerts runs with --proof.
"""

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

import pytest
from tests.standing.findings import Journal, dispositions, faults, read, unsettled
from tests.standing.killing import Crew, Pace, kill_around
from tests.standing.place import Place, standing
from tests.standing.sender import PER_MODEL, Told, groups, send_all
from tests.standing.workers import Hurried

pytestmark = pytest.mark.e2e
SENDERS = 3


@dataclass(frozen=True)
class Run:
    """How much is sent and how often somebody is killed; the seed chooses alerts, victims and pauses."""

    alerts: int
    kills: int
    seed: int
    patience_s: float


SAMPLE, FULL = Run(400, 12, 1, 180), Run(10_000, 200, 1, 900)


def test_no_kill_loses_an_alert_or_pages_twice(
    request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    run = FULL if request.config.getoption("--proof") else SAMPLE
    began = time.monotonic()
    with standing(run.alerts // PER_MODEL + 1) as place:
        told, kills = _play(run, place)
        journal = read(place)
        wrong = list(faults(place, journal, told.accepted))
        with capsys.disabled():
            print(f"\n{_figures(run, place, journal, told, kills)}, {time.monotonic() - began:.0f} s")  # noqa: T201  # the figures are asked for

    assert wrong == []
    assert len(told.accepted) == run.alerts
    assert set(told.statuses) <= {200, 503}
    assert sum(kills.values()) == run.kills


def _play(run: Run, place: Place) -> tuple[Told, dict[str, int]]:
    chance, told, pace = random.Random(run.seed), Told(), Pace()  # noqa: S311  # a schedule, not a secret
    work = groups(run.alerts, chance)
    Hurried.began = time.time()
    with Crew(place, Hurried.began) as crew:
        shares = [work[n::SENDERS] for n in range(SENDERS)]
        given = [(share, crew.doors, told, _now, pace.wait) for share in shares]
        senders = [threading.Thread(target=send_all, args=each, daemon=True) for each in given]
        for sender in senders:
            sender.start()
        kill_around(crew, run.kills, chance, pace)
        for sender in senders:
            sender.join(timeout=run.patience_s)
            assert not sender.is_alive(), "a sender is still waiting for a 2xx"
        _settle(place, run.patience_s)
        return told, crew.kills


def _settle(place: Place, patience_s: float) -> None:
    """Wait until both queues are empty and nothing is left to do; a slow machine is no loss."""
    deadline = time.monotonic() + patience_s
    while place.waiting or any(unsettled(read(place))):
        assert time.monotonic() < deadline, f"still at work after {patience_s:.0f} s: {place.waiting} messages wait"
        time.sleep(2)


def _now() -> datetime:
    return Hurried.now()


def _figures(run: Run, place: Place, journal: Journal, told: Told, kills: dict[str, int]) -> str:
    ends = Counter(ending for endings in dispositions(journal).values() for ending in endings)
    return (
        f"seed {run.seed}: {len(told.accepted)} alerts accepted, kills {kills}, answers {told.statuses},"
        f" {told.broken} connections broken, dispositions {dict(ends)}, {len(journal.resources)} resources,"
        f" {sum(map(len, journal.streams.values()))} records, {len(place.pages())} pages"
    )
