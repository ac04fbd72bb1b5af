"""A storm: one cause, thousands of alerts in many groups; what it costs, and how many people it wakes.

    python -m tests.benchmarks.storm [ALERTS ...]

The front door, the queue's rules, the stories and the twins run in this process; every call to a port is counted, as
each would be a call to AWS. CPU is this machine's.
"""

import json
import sys
import time
from dataclasses import dataclass

from tests.contract_kit.alertmanager import Alert, Cluster, Peer
from tests.contract_kit.house import House

from responder.domain.alert import Alert as Ours
from responder.domain.alert import Status

PER_GROUP = 50


@dataclass(frozen=True)
class Storm:
    """What came of it."""

    alerts: int
    notifications: int
    messages: int
    pages: int
    tickets: int
    actions: int
    calls_per_alert: float
    cpu_us_per_alert: float
    largest_state: int


def storm(alerts: int, model: str = "chat") -> Storm:
    """Let this many alerts fire at once, about one target or about nothing known, and look at the next five minutes."""
    house = House()
    house.cluster = Cluster([Peer(0)])
    for number in range(alerts):
        labels = {"alertname": f"Group{number // PER_GROUP}", "severity": "page", "model": model, "pod": str(number)}
        alert = house.cluster.fire(labels, house.practice.now)
        house.practice.fires(_ours(alert))
    began = time.process_time()
    for _ in range(max(5, alerts // PER_GROUP // 3 + 1)):
        house.minute()
        if house.fifo.empty:
            break
    spent = time.process_time() - began
    letters = house.practice.letters
    return Storm(
        alerts,
        len(house.accepted),
        house.fifo.sent,
        len({letter.key for letter in letters if letter.kind == "page"}),
        len({letter.key for letter in letters if letter.kind == "ticket"}),
        len(house.practice.applied),
        len(house.practice.calls) / alerts,
        spent / alerts * 1e6,
        max((len(state) for state in house.practice.journal.states.values()), default=0),
    )


def _ours(alert: Alert) -> Ours:
    return Ours(alert.fingerprint, Status.FIRING, alert.starts, alert.labels, {})


if __name__ == "__main__":
    for size in map(int, sys.argv[1:] or ["100", "1000", "10000"]):
        sys.stdout.write(json.dumps(storm(size).__dict__) + "\n")
