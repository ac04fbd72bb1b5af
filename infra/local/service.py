"""One service of the practice fleet: how it is because of what it runs and lets in, and what it measures of that."""

import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from botocore.exceptions import BotoCoreError, ClientError
from prometheus_client import CollectorRegistry, generate_latest
from urllib3.exceptions import HTTPError

from infra.local.behaviour import ACCEPTED_WHEN_WELL, JUDGED_SHARE, REQUESTS_PER_SECOND, WEEKLY_BUDGET_USD, Requests
from infra.local.eyes import Stand
from infra.local.mishaps import Mishaps
from responder.domain.touch import TouchKind
from responder.rehearsal.fleet import Health, Sight
from telemetry import Exporter, Served

ROUTE = "/v1/chat"
TOKENIZER, OTHER_TOKENIZER = "0" * 64, "1" * 64
FIRST_RELEASE = "v1"
STILL, SAMPLES = 0.04, 900
"""How far a feature always is from its baseline, and how many samples say so."""
IDLE_SECONDS = 5.0
"""How seldom a service is looked at that plays no part yet."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Clock:
    """The minute of a scenario: it goes on from `minute` at so many minutes a second, and stands at `until`."""

    minute: float = 0.0
    rate: float = 0.0
    until: float = math.inf
    since: float = field(default_factory=time.monotonic)

    def now(self) -> int:
        """Tell the minute."""
        return int(min(self.until, self.minute + self.rate * (time.monotonic() - self.since)))


@dataclass(frozen=True)
class View:
    """What a service behaves by (`Sight`)."""

    minute: int
    stand: Stand

    @property
    def runs(self) -> str:
        """Name the release in service."""
        return self.stand.runs

    def says(self, kind: TouchKind) -> Mapping[str, str]:
        """Tell how the thing of this kind stands."""
        return self.stand.things[kind]


class Metrics:
    """What a service tells Prometheus, by the exporter that users install."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.registry = CollectorRegistry()
        self.exporter = Exporter(self._served(FIRST_RELEASE, TOKENIZER), self.registry)
        self.exporter.expect("none", TOKENIZER)
        self.exporter.budget(WEEKLY_BUDGET_USD)
        self.exporter.families.baseline.labels(model, "none", ROUTE).set(ACCEPTED_WHEN_WELL)
        self.exporter.families.eval_score.labels(model, "none", FIRST_RELEASE, "golden", "f1").set(0.81)
        for feature in ("input_len", "language", "toxicity"):
            self.exporter.drifted(ROUTE, feature, STILL, SAMPLES)
        self._requests = Requests()

    def run(self, version: str, tokenizer: str = TOKENIZER) -> None:
        """Say which release is served, and with which tokenizer."""
        served = self._served(version, tokenizer)
        if served != self.exporter.served:
            self.exporter.serve(served)

    def drift(self, psi: float) -> None:
        """Say how far the longest-watched feature of what comes in is from its baseline."""
        self.exporter.drifted(ROUTE, "input_len", psi or STILL, SAMPLES)

    def record(self, health: Health) -> float:
        """Serve one request in this health, and say how long it took."""
        latency = self._requests.next_latency_ms(health)
        outcome, answer = self._requests.next_outcome(health), self._requests.next_answer(health)
        self.exporter.answered(ROUTE, outcome, latency, answer)
        if self._requests.falls_due("judged", JUDGED_SHARE):
            accepted = self._requests.falls_due("accepted", ACCEPTED_WHEN_WELL * health.acceptance)
            self.exporter.judged(ROUTE, accepted=accepted)
        return latency

    def _served(self, version: str, tokenizer: str) -> Served:
        return Served(self.model, version, routes=(ROUTE,), tokenizer_sha256=tokenizer)


@dataclass
class Service:
    """Well until its scenario begins; `left` is how people left things: beside it one sees what we made worse.

    While it is not `awake` nobody uses it and it says nothing, so that many can wait their turn on a small machine.
    It may have several `instances`, each with metrics of its own: how the requests are spread over those that run
    follows from its health and from what it may have touched.
    """

    name: str
    behaves: Callable[[Sight], Health]
    look_around: Callable[[], Stand]
    instances: tuple[str, ...] = ()
    clock: Clock = field(default_factory=Clock)
    awake: bool = True
    busy: bool = True
    stand: Stand = field(default_factory=Stand)
    left: Stand | None = None
    health: Health = field(default_factory=Health)
    bad_s: float = 0.0
    harm_s: float = 0.0
    meters: Mapping[str, Metrics] = field(init=False)
    mishaps: Mishaps = field(init=False)
    _looked_at: float = -math.inf
    _served_until: float = field(default_factory=time.monotonic)
    _owed: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.meters = {instance: Metrics(self.name) for instance in self.instances or ("",)}
        self.mishaps = Mishaps(self.name, self.metrics.exporter)

    @property
    def metrics(self) -> Metrics:
        """Give what the first instance tells, which is often the only one."""
        return next(iter(self.meters.values()))

    @property
    def running(self) -> tuple[str, ...]:
        """Name the instances that run: of replicas only as many as there are."""
        replicas = int(self.stand.things.get(TouchKind.CAPACITY, {}).get("running", len(self.meters)))
        return tuple(self.meters)[: max(1, replicas)]

    def look(self) -> None:
        """Follow what may be touched; while nobody can be asked, go on as before."""
        now = time.monotonic()
        if not self.busy and now - self._looked_at < IDLE_SECONDS:
            return
        try:
            self.stand = self.look_around()
        except (BotoCoreError, ClientError, HTTPError) as error:
            log.warning("cannot look at what %s may have touched: %s", self.name, error)
        self.left = self.left or self.stand
        self._be(now)

    def _be(self, now: float) -> None:
        minute, passed = self.clock.now(), now - self._looked_at
        self.health = self.behaves(View(minute, self.stand)) if self.busy else Health()
        for meter in self.meters.values():
            meter.run(self.stand.runs or FIRST_RELEASE, OTHER_TOKENIZER if self.health.mismatched else TOKENIZER)
            meter.drift(self.health.drifted)
        if self.busy and math.isfinite(passed):
            self.mishaps.befall(self.health, passed)
        if self.busy and math.isfinite(passed) and self.health.bad:
            self.bad_s += passed
            self.harm_s += 0.0 if self.behaves(View(minute, self.left or self.stand)).bad else passed
        self._looked_at = now

    def serve(self) -> None:
        """Serve what came in since the last time, however long ago that was."""
        if not self.awake:
            self._served_until = time.monotonic()
            return
        due = int((time.monotonic() - self._served_until) * REQUESTS_PER_SECOND)
        self._served_until += due / REQUESTS_PER_SECOND
        for _ in range(due):
            self.meters[self._next_instance()].record(self.health)

    def _next_instance(self) -> str:
        """Send each request to who is owed most of its share."""
        shares = {name: load for name, load in self.health.loads.items() if name in self.meters}
        shares = shares or dict.fromkeys(self.running, 1.0)
        whole = sum(shares.values())
        owed = {name: self._owed.get(name, 0.0) + share / whole for name, share in shares.items()}
        chosen = max(owed, key=lambda name: owed[name])
        self._owed = {**owed, chosen: owed[chosen] - 1}
        return chosen

    def wake(self) -> None:
        """Let people use it."""
        self.awake = True

    def exposed(self, instance: str = "") -> bytes | None:
        """Say what Prometheus is told, nothing by an instance that does not run."""
        if not self.awake:
            return b""
        return generate_latest(self.meters[instance].registry) if instance in self.running else None

    def begin(self, minute: float, rate: float, until: float | None) -> None:
        """Set the clock of its scenario; from now on it is watched closely."""
        self.clock, self.busy = Clock(minute, rate, math.inf if until is None else until), True

    def end(self) -> None:
        """Count no more, and let nobody use it."""
        self.busy = self.awake = False

    def leave(self) -> None:
        """Take what stands now for what people wanted."""
        self.stand = self.look_around()
        self.left = replace(self.stand)

    def spend(self, share: float) -> None:
        """Have spent this share of the week's budget already."""
        self.metrics.exporter.spend(share * WEEKLY_BUDGET_USD)

    @property
    def facts(self) -> dict[str, object]:
        """Tell how it is."""
        return {
            "version": self.stand.runs,
            "minute": self.clock.now(),
            "bad": self.health.bad,
            "bad_s": round(self.bad_s, 1),
            "harm_s": round(self.harm_s, 1),
        }
