"""A storm: one cause, thousands of alerts in groups of fifty; what it costs, and how many people it wakes.

    python -m tests.benchmarks.storm [ALERTS ...]

Real front door, real stories, the model of Alertmanager and of the queue, twins behind every port. Each call to a port
is counted as one call to AWS. CPU is measured here, without the models, and given as a ratio to the first row of its
kind: what this machine takes does not matter, that it stays the same does.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import TypeVar

from tests.contract_kit.alertmanager import Alert, Cluster, Peer
from tests.contract_kit.house import House
from tests.world import CHAT, Practice, a_library

from responder.domain.alert import Alert as Ours
from responder.domain.alert import Status
from responder.domain.incident import State
from responder.domain.target import Target
from responder.domain.touch import Touch

T = TypeVar("T")
PER_GROUP = 50
KINDS = ("one target", "a target for every group", "no target")
SIZES = {
    "one target": (1_000, 10_000, 100_000),
    "a target for every group": (1_000, 10_000),
    "no target": (1_000, 10_000),
}


@dataclass(frozen=True)
class Row:
    """What came of one storm, from the first notification to the last incident closed."""

    about: str
    alerts: int
    notifications: int
    messages: int
    incidents: int
    pages: int
    tickets: int
    letters: int
    actions: int
    open_at_the_end: int
    largest_item: int
    calls_per_alert: float
    calls_to_end_per_alert: float
    cpu_us_per_alert: float
    cpu_us_to_end_per_alert: float


@dataclass
class Storm:
    """One storm as it plays; `spent_s` is the responder's own CPU."""

    about: str
    alerts: int
    house: House = field(init=False)
    fired: list[Alert] = field(default_factory=list)
    spent_s: float = 0.0

    def __post_init__(self) -> None:
        practice = Practice(library=a_library(*self._targets()))
        for target in practice.library.targets:
            practice.remediator.stand(target, endpoint_config="chat-v2")
        self.house = House(practice=practice)
        self.house.cluster = Cluster([Peer(0)])

    def _targets(self) -> list[Target]:
        if self.about != "a target for every group":
            return [CHAT]
        named = [f"chat-{number}" for number in range(self.alerts // PER_GROUP)]
        return [replace(CHAT, name=n, match={"model": n}, touch=Touch(sagemaker_endpoint=n)) for n in named]

    def begin(self) -> None:
        self.fire()
        self._arrive()

    def fire(self) -> None:
        for number in range(self.alerts):
            group = number // PER_GROUP
            model = {"one target": "chat", "a target for every group": f"chat-{group}"}.get(self.about, "nobody-knows")
            labels = {"alertname": f"HighLatency{group:04}", "severity": "page", "model": model, "pod": str(number)}
            alert = self.house.cluster.fire(labels, self.house.practice.now)
            self.fired.append(alert)
            self.house.practice.fires(_ours(alert))

    def end(self) -> None:
        for alert in self.fired:
            alert.ends = self.house.practice.now
            self.house.practice.ends(_ours(alert))
        self._arrive()

    def _arrive(self) -> None:
        """Let everything be notified and taken in within a minute, as many functions side by side would."""
        self.notify()
        while self.house.fifo.groups:
            self.house.fifo.deliver(lambda body: self._timed(lambda: self.house._respond(body)))

    def notify(self) -> None:
        practice = self.house.practice
        practice.now += timedelta(minutes=1)
        self.house.cluster.flush(practice.now, lambda body, at: self._timed(lambda: self.house._post(body, at)))

    def wait(self, minutes: int) -> None:
        for _ in range(minutes):
            self.house.practice.now += timedelta(minutes=1)
            self.house.practice._converge()
            self._timed(self.house.practice.sweep)

    def _timed(self, work: Callable[[], T]) -> T:
        began = time.process_time()
        answer = work()
        self.spent_s += time.process_time() - began
        return answer


def storm(alerts: int, about: str = "one target") -> Row:
    """Let this many alerts fire at once, wait until people were told, let all end, and wait until it is quiet."""
    it = Storm(about, alerts)
    practice = it.house.practice
    it.begin()
    it.wait(20)
    calls, spent = len(practice.calls), it.spent_s
    it.end()
    it.wait(20)
    kinds = [(letter.key, letter.kind) for letter in practice.letters]
    journal = practice.journal
    items = [*journal.states.values(), *(t for some in journal.beside.values() for t in some.values())]
    incidents = [i for r in journal.states if (i := journal.read(r).incident)]
    return Row(
        about=about,
        alerts=alerts,
        notifications=len(it.house.accepted),
        messages=it.house.fifo.sent,
        incidents=len(journal.opened),
        pages=len({key for key, kind in kinds if kind == "page"}),
        tickets=len({key for key, kind in kinds if kind == "ticket"}),
        letters=len(kinds),
        actions=len(practice.applied),
        open_at_the_end=sum(i.state is not State.CLOSED for i in incidents),
        largest_item=max(map(len, [*items, *(t for s in journal.streams.values() for t in s.values())])),
        calls_per_alert=calls / alerts,
        calls_to_end_per_alert=(len(practice.calls) - calls) / alerts,
        cpu_us_per_alert=spent / alerts * 1e6,
        cpu_us_to_end_per_alert=(it.spent_s - spent) / alerts * 1e6,
    )


def _ours(alert: Alert) -> Ours:
    return Ours(alert.fingerprint, Status.FIRING, alert.starts, alert.labels, {})


def table(rows: list[Row]) -> str:
    """Write the rows as the note has them; CPU against the first row of the same kind."""
    heads = ("about", "alerts", "notifications", "messages", "incidents", "pages", "tickets", "actions", "calls/alert")
    lines = ["| " + " | ".join((*heads, "CPU/alert", "largest item")) + " |", "| --- " * (len(heads) + 2) + "|"]
    for row in rows:
        first = next(r for r in rows if r.about == row.about)
        ratio = row.cpu_us_per_alert / first.cpu_us_per_alert
        counts = (row.alerts, row.notifications, row.messages, row.incidents, row.pages, row.tickets, row.actions)
        lines.append(
            f"| {row.about} | {' | '.join(f'{n:,}' for n in counts)} | {row.calls_per_alert:.2f}"
            f" | {ratio:.2f} | {row.largest_item / 1024:.0f} KB |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    asked = [int(text) for text in sys.argv[1:]]
    found = []
    for kind in KINDS:
        storm(PER_GROUP * 4, kind)  # what is made once in a process is no part of an alert
        for size in asked or SIZES[kind]:
            found.append(storm(size, kind))
            sys.stdout.write(json.dumps(asdict(found[-1])) + "\n")
            sys.stdout.flush()
    sys.stdout.write(table(found) + "\n")
