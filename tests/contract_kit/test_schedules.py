"""Under any schedule of faults no alert that got a 2xx is lost, and no 4xx is sent for a fault that passes.

Hypothesis drives the model of Alertmanager, the faults and the clock; at the end everything heals, and the books
must balance, every incident must have one disposition, and nobody may have been paged twice for one incident.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from tests.contract_kit.alertmanager import Alert, Cluster, Peer
from tests.contract_kit.house import House
from tests.stories import Crash

from responder.domain.alert import Alert as Ours
from responder.domain.alert import Status
from responder.errors import ActionFailed, CannotKnow, TryAgain

NAMES = st.sampled_from(["LLMHighP95", "LLMErrors", "DiskFull"])
SEVERITIES = st.sampled_from(["page", "warning", "info", "whatever"])
MODELS = st.sampled_from(["chat", "nobody-knows"])


DOWN: dict[str, type[Exception]] = {
    "journal": TryAgain,
    "queue": TryAgain,
    "audit": ActionFailed,
    "metrics": CannotKnow,
    "pages": ActionFailed,
}


class Schedules(RuleBasedStateMachine):
    """One run: alerts come and go, things break and heal, time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.house = House()
        self.open: dict[str, Alert] = {}

    @initialize(peers=st.integers(1, 3), cut=st.sampled_from([0, 0, 2]), mode=st.sampled_from(["auto", "observe"]))
    def begin(self, peers: int, cut: int, mode: str) -> None:
        self.house.cluster = Cluster([Peer(position) for position in range(peers)], cut)
        self.house.practice.modes.settings["global"] = mode

    @rule(name=NAMES, severity=SEVERITIES, model=MODELS, pod=st.integers(0, 3))
    def fire(self, name: str, severity: str, model: str, pod: int) -> None:
        self._fire(name, severity, model, pod)

    def _fire(self, name: str, severity: str, model: str, pod: int) -> None:
        labels = {"alertname": name, "severity": severity, "model": model, "pod": str(pod)}
        alert = Alert(labels, self.house.practice.now)
        if alert.fingerprint not in self.open:
            self.open[alert.fingerprint] = self.house.cluster.fire(labels, self.house.practice.now)
            self.house.practice.fires(_ours(alert))

    @rule(name=NAMES, severity=SEVERITIES, model=MODELS, first=st.integers(0, 20))
    def fire_many(self, name: str, severity: str, model: str, first: int) -> None:
        """More than an incident carries: of one target they stand apart, of no target they are a storm."""
        for pod in range(first, first + 15):
            self._fire(name, severity, model, pod)

    @rule(choice=st.integers(0, 100), told=st.sampled_from([True, True, True, False]))
    def end(self, choice: int, told: bool) -> None:  # noqa: FBT001  # drawn
        """End one; not told, as when it ends while it is silenced."""
        if not self.open:
            return
        alert = self.open.pop(sorted(self.open)[choice % len(self.open)])
        self.house.practice.ends(_ours(alert))
        if told:
            alert.ends = self.house.practice.now
            return
        for peer in self.house.cluster.peers:
            for group in peer.groups.values():
                group.pop(alert.fingerprint, None)

    @rule(minutes=st.integers(1, 8))
    def wait(self, minutes: int) -> None:
        for _ in range(minutes):
            self.house.minute()

    @rule(place=st.integers(0, 60), after=st.booleans(), kind=st.sampled_from([Crash, TryAgain]))
    def break_a_call(self, place: int, after: bool, kind: type[BaseException]) -> None:  # noqa: FBT001  # drawn
        """Kill whoever makes the n-th call from now, or tell them to try again: before its effect or after it."""
        self.house.practice.between = _once(place, kind, after=after)

    @rule(port=st.sampled_from(sorted(DOWN)))
    def take_away(self, port: str) -> None:
        """Let something be down until something else happens."""

        def between(name: str, call: Callable[[], Any]) -> Any:  # noqa: ANN401  # whatever the port returns
            if name.startswith(port):
                raise DOWN[port](f"{port} is down")
            return call()

        self.house.practice.between = between

    @rule()
    def heal(self) -> None:
        self.house.practice.between = None

    @rule(apart=st.booleans())
    def part_the_peers(self, apart: bool) -> None:  # noqa: FBT001  # drawn
        self.house.cluster.partitioned = apart

    @rule()
    def restart_a_peer(self) -> None:
        self.house.cluster.restart(0)

    def teardown(self) -> None:
        for alert in self.open.values():
            alert.ends = self.house.practice.now
            self.house.practice.ends(_ours(alert))
        self.house.settle()

        assert self.house.faults() == []
        assert _paged_twice(self.house) == []


def test_no_schedule_of_faults_loses_an_alert(request: pytest.FixtureRequest) -> None:
    schedules = 1000 if request.config.getoption("--proof") else 40
    run_state_machine_as_test(
        Schedules,
        settings=settings(
            max_examples=schedules,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.reuse, Phase.generate, Phase.shrink),
        ),
    )


def test_a_short_alert_whose_first_notification_met_a_fault_is_not_lost() -> None:
    """With a 429 it would be: Alertmanager retries nothing but 5xx, and it is over before the next flush."""
    house = House()
    house.practice.between = _once(0, TryAgain, after=False)
    alert = house.cluster.fire({"alertname": "Short", "severity": "page"}, house.practice.now)
    house.practice.fires(_ours(alert))
    house.minute()
    alert.ends = house.practice.now
    house.practice.ends(_ours(alert))
    house.settle()

    assert house.cluster.answers[:2] == [503, 200]
    assert house.faults() == []


def test_two_flaps_within_five_minutes_stay_two() -> None:
    house = House()
    for _ in range(2):
        alert = house.cluster.fire({"alertname": "Flap", "severity": "warning"}, house.practice.now)
        house.practice.fires(_ours(alert))
        house.minute()
        alert.ends = house.practice.now
        house.practice.ends(_ours(alert))
        house.minute()
    house.settle()

    texts = [text for stream in house.practice.journal.streams.values() for text in stream.values()]
    assert sum(text.count('"started":[{') for text in texts) == 2
    assert house.faults() == []


@pytest.mark.parametrize("lost", ["on the way in", "on the way out"])
def test_the_kit_finds_an_alert_that_is_lost_silently(lost: str) -> None:
    """What is never found wrong proves nothing: here a message disappears after it was acknowledged."""
    house = House()
    if lost == "on the way in":
        house.fifo.send = lambda _: None  # type: ignore[method-assign,assignment]  # a queue that takes and forgets
    else:
        house.fifo.deliver = lambda _: house.fifo.groups.clear()  # type: ignore[method-assign,assignment]  # as above
    alert = house.cluster.fire({"alertname": "Lost", "severity": "page"}, house.practice.now)
    house.practice.fires(_ours(alert))
    house.minute()
    house.settle(minutes=20)

    assert [fault.split()[0] for fault in house.faults()] == [alert.fingerprint, "lost"]


def test_the_kit_finds_an_answer_that_alertmanager_takes_for_final() -> None:
    house = House()
    house.cluster.fire({"alertname": "Refused", "severity": "page"}, house.practice.now)
    house.cluster.flush(house.practice.now, lambda _body, _at: 429)

    assert house.faults() == ["the front door answered 429"]


def _once(place: int, kind: type[BaseException], *, after: bool) -> Callable[[str, Callable[[], Any]], Any]:
    count = iter(range(1_000_000))

    def between(name: str, call: Callable[[], Any]) -> Any:  # noqa: ANN401  # whatever the port returns
        may_be_busy = name.startswith(("journal", "queue", "agenda"))
        here = next(count) == place and (kind is Crash or may_be_busy)
        if here and not after:
            raise kind("broken")
        answer = call()
        if here:
            raise kind("broken")
        return answer

    return between


def _ours(alert: Alert) -> Ours:
    return Ours(alert.fingerprint, Status.FIRING, alert.starts, alert.labels, {})


def _paged_twice(house: House) -> list[str]:
    """Where a key is one page an incident has one; and its journal says once that it was told."""
    pages = {letter.key for letter in house.practice.letters if letter.kind == "page"}
    streams = house.practice.journal.streams
    told = {key: sum(_tells_of_a_page(text) for text in streams[key].values()) for key in pages if key in streams}
    return [f"{key} was told {times} times" for key, times in told.items() if times != 1]


def _tells_of_a_page(text: str) -> bool:
    record = json.loads(text)
    return str(record["type"]).endswith(".told") and record["data"]["notice"]["kind"] == "page"
