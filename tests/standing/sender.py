"""Alerts of many models that come and go, sent as an HA pair of Alertmanagers would: until somebody says 2xx."""

import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any

import urllib3
from tests.standing.place import TOKEN

from responder.domain.alert import fingerprint_of

PER_MODEL = 40
TOGETHER = 20  # alerts in one notification
SEVERITIES = ("page", "warning", "info", "page")
STRANGERS = 10  # of a hundred alerts, that many are about nothing we know
Episode = tuple[str, str]
"""Fingerprint and start."""


@dataclass
class Told:
    """What came of the sending; filled in by several threads."""

    accepted: set[Episode] = field(default_factory=set)
    statuses: dict[int, int] = field(default_factory=dict)
    broken: int = 0
    lock: Lock = field(default_factory=Lock)

    def note(self, status: int, notification: dict[str, Any]) -> None:
        with self.lock:
            self.statuses[status] = self.statuses.get(status, 0) + 1
            if status == 200:
                self.accepted |= {(a["fingerprint"], a["startsAt"]) for a in notification["alerts"]}


@dataclass
class Group:
    """The alerts of one notification group: they fire, and later they end."""

    labels: list[dict[str, str]]
    starts: str = ""

    def firing(self, now: datetime) -> dict[str, Any]:
        self.starts = now.isoformat()
        return self._written("firing", "0001-01-01T00:00:00Z")

    def ended(self, now: datetime) -> dict[str, Any]:
        return self._written("resolved", now.isoformat())

    def _written(self, status: str, ends: str) -> dict[str, Any]:
        alerts = [
            {"status": status, "labels": labels, "annotations": {"summary": "made up"}, "startsAt": self.starts}
            | {"endsAt": ends, "fingerprint": fingerprint_of(labels)}
            for labels in self.labels
        ]
        return {"version": "4", "receiver": "responder", "status": status, "truncatedAlerts": 0, "alerts": alerts}


def groups(alerts: int, chance: random.Random) -> list[Group]:
    """Make that many alerts: most about the models, `PER_MODEL` each, the rest about nothing that is known."""
    strangers = alerts * STRANGERS // 100
    labels = [
        {"alertname": f"LLMHighP95-{n % 4}", "severity": SEVERITIES[n // PER_MODEL % 4], "pod": str(n)}
        | {"model": f"model-{n // PER_MODEL}" if n < alerts - strangers else "nobody-knows"}
        for n in range(alerts)
    ]
    made = [Group(labels[n : n + TOGETHER]) for n in range(0, alerts, TOGETHER)]
    chance.shuffle(made)
    return made


def send_all(
    work: Sequence[Group], doors: Sequence[str], told: Told, now: Callable[[], datetime], may: Callable[[float], None]
) -> None:
    """Let every group fire, and end a while later; `may` holds back until that share of the work may be done."""
    chance = random.Random(work[0].labels[0]["pod"])  # noqa: S311  # a schedule, not a secret
    with urllib3.PoolManager(retries=False) as pool:
        for place, notification in enumerate(_in_turn(work, now)):
            may(place / (2 * len(work)))
            for _ in range(1 + (chance.random() < 0.2)):  # the peer did not hear in time that it was sent
                _until_accepted(pool, notification, doors, told, chance)


def _in_turn(work: Sequence[Group], now: Callable[[], datetime]) -> Iterator[dict[str, Any]]:
    open_ones: list[Group] = []
    for group in work:
        yield group.firing(now())
        open_ones.append(group)
        if len(open_ones) > 3:
            yield open_ones.pop(0).ended(now())
    for group in open_ones:
        yield group.ended(now())


def _until_accepted(
    pool: urllib3.PoolManager, notification: dict[str, Any], doors: Sequence[str], told: Told, chance: random.Random
) -> None:
    body = json.dumps(notification).encode()
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    while True:
        try:
            answer = pool.request("POST", chance.choice(doors), body=body, headers=headers, timeout=10)
        except urllib3.exceptions.HTTPError:
            told.broken += 1
        else:
            told.note(answer.status, notification)
            if answer.status < 500:
                return
        time.sleep(0.05)
