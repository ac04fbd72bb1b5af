"""Drive recorded notifications through the production stories, on twins and a clock that jumps.

What a recording cannot tell is assumed, and said: every target runs a release of a given age with a known
good one before it, a change arrives after five minutes, and it helps (or not, when asked so). How anything else
stood is not assumed: a change of it is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from responder.adapters.in_memory import (
    InMemoryAudit,
    InMemoryChannel,
    InMemoryJournal,
    InMemoryModes,
    InMemoryReleases,
)
from responder.adapters.in_memory_levers import InMemoryThings
from responder.adapters.in_memory_registry import InMemoryRegistry, InMemorySnapshots
from responder.adapters.in_memory_twins import twins
from responder.commands.backtest.recordings import Delivery
from responder.commands.backtest.untold import Untold
from responder.domain.alert import Alert, Status
from responder.domain.audit import Actor
from responder.domain.condition import holds
from responder.domain.evidence import Sample
from responder.domain.guard import Firing
from responder.domain.incident import State
from responder.domain.levers import PLANNERS
from responder.domain.message import Message, to_messages
from responder.domain.plans.rollback import POINTERS
from responder.domain.release import Artefacts, Configuration, Release
from responder.domain.runbook import Library, Verify, fill
from responder.domain.target import Target
from responder.domain.touch import TouchKind
from responder.errors import TryAgain
from responder.workflow.gather import in_order
from responder.workflow.respond import respond
from responder.workflow.sweep import due_now, sweep_one
from responder.workflow.world import World

MINUTE = timedelta(minutes=1)
ARRIVES_AFTER = timedelta(minutes=5)
QUIET_AFTER = timedelta(hours=3)  # after the last notification, so that what was begun comes to an end
NOW_RUNS, RAN_BEFORE = "release-now", "release-before"
_CANDIDATES = (0.0, 1e-6, 0.5, 1.0, 2.0, 1e3, 1e9, -1.0, -1e9)


@dataclass(frozen=True)
class Assumed:
    """What the recording cannot tell."""

    mode: str = "auto"
    release_age: timedelta = timedelta(hours=1)
    helps: bool = True


def witness(condition: str, *, holding: bool) -> float:
    """Return a value for which the condition holds, or does not; NaN when none is found."""
    return next((v for v in _CANDIDATES if holds(condition, {"value": v}) is holding), float("nan"))


@dataclass
class Replay:
    """The world of a recording; `run` plays it, the twins keep what came of it."""

    library: Library
    assumed: Assumed
    now: datetime
    journal: InMemoryJournal = field(default_factory=InMemoryJournal)
    audit: InMemoryAudit = field(default_factory=InMemoryAudit)
    about: dict[str, Target] = field(default_factory=dict)
    inbox: InMemoryChannel = field(default_factory=lambda: InMemoryChannel(name="inbox"))
    things: dict[TouchKind, InMemoryThings] = field(default_factory=twins)
    firing: dict[str, set[str]] = field(default_factory=dict)
    moving_since: dict[str, datetime] = field(default_factory=dict)

    def run(self, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            self._until(delivery.at)
            for message in to_messages(delivery.notification, self.library.targets):
                self._deliver(message)
        self._until(self.now + QUIET_AFTER)

    def _deliver(self, message: Message) -> None:
        target = self.library.target(message.target)
        record = self.journal.read(message.resource)
        if target and (record.incident is None or record.incident.state is State.CLOSED):
            self._stand(target)
        for alert in message.alerts:
            firing = self.firing.setdefault(message.resource, set())
            (firing.discard if alert.status is Status.RESOLVED else firing.add)(alert.fingerprint)
            if target:
                self.about[alert.fingerprint] = target
        respond(message, self.world(), self.now)

    def _until(self, moment: datetime) -> None:
        """Sweep at every minute at which something is due."""
        while (due := min((at for at, _ in self.journal.dues.values()), default=moment)) < moment:
            self.now = max(self.now + MINUTE, due)
            if self.now >= moment:
                break
            self._arrive()
            self._sweep()
        self.now = max(self.now, moment)

    def _sweep(self) -> None:
        for resource in due_now(self.world(), self.now):
            try:
                sweep_one(resource, self.world(), self.now)
            except TryAgain:
                continue

    def _stand(self, target: Target) -> None:
        """Put its releases where they are assumed; how a limit or a document stood, no recording tells."""
        for kind in target.things.keys() & POINTERS.keys():
            self.things[kind].stand(target, **POINTERS[kind].at(target, NOW_RUNS))

    def _arrive(self) -> None:
        for twin in self.things.values():
            for name, seen in twin.things.items():
                since = self.moving_since.setdefault(name, self.now) if not seen.settled else None
                if since and self.now - since >= ARRIVES_AFTER:
                    twin.arrive(name)
                    del self.moving_since[name]

    def world(self) -> World:
        for twin in self.things.values():
            shape = ("AllTraffic",) if twin.kind is TouchKind.SAGEMAKER_ENDPOINT else ()
            made = {name: Configuration(shape, Artefacts({"config": name})) for name in (NOW_RUNS, RAN_BEFORE)}
            twin.configurations = made
        return World(
            actor=Actor("command", "backtest", "backtest"),
            library=self.library,
            journal=self.journal,
            agenda=self.journal,
            audit=self.audit,
            metrics=_AsRecorded(self),
            alerts=_StillFiring(self),
            modes=InMemoryModes(settings={"global": self.assumed.mode}),
            remediators={lever: self.things[lever.kind] if lever.kind in POINTERS else Untold() for lever in PLANNERS},
            configurations=self.things,
            releases=_Released(replay=self),
            registry=InMemoryRegistry(),
            snapshots=InMemorySnapshots(),
            channels=(self.inbox,),
            ask=in_order,
            time_left=lambda: timedelta(minutes=1),
        )

    def is_well(self, target: Target) -> bool:
        """A target is well when nothing fires on it, or when something was changed and changes help."""
        kind = next((kind for kind in target.things if kind in POINTERS), None)
        seen = self.things[kind].things.get(target.things[kind]) if kind else None
        changed = seen is not None and seen.settled and seen.release not in ("", NOW_RUNS)
        return not self.firing.get(target.resource) or (changed and self.assumed.helps)


@dataclass
class _StillFiring:
    """An alert fires as recorded, but on a target that would be well again it would have ended."""

    replay: Replay

    def state(self, alert: Alert) -> Firing:
        target = self.replay.about.get(alert.fingerprint)
        recorded = any(alert.fingerprint in fingerprints for fingerprints in self.replay.firing.values())
        if not recorded or (target and self.replay.is_well(target)):
            return Firing("gone", "it ended, or would have ended")
        return Firing("firing", "as recorded")

    def states(self, alerts: Sequence[Alert]) -> list[Firing]:
        return [self.state(alert) for alert in alerts]


@dataclass
class _AsRecorded:
    """Prometheus as far as a recording can tell: a verification holds while the target is well.

    Only what was decided is verified. What a diagnosis asks is not known: the same questions would make every page's
    own measure look bad at once.
    """

    replay: Replay

    def query(self, expression: str, at: datetime) -> list[Sample]:  # noqa: ARG002  # the replay has its own clock
        for target in self.replay.library.targets:
            incident = self.replay.journal.read(target.resource).incident
            rule = incident.intent.verify if incident and incident.intent else None
            if rule and (value := self._answer(rule, target, expression)) is not None:
                return [Sample({}, value)]
        return []

    def _answer(self, rule: Verify, target: Target, expression: str) -> float | None:
        if expression == fill(rule.traffic.query, target.selector):
            return rule.traffic.at_least * 10
        if expression == fill(rule.query, target.selector):
            return witness(rule.condition, holding=self.replay.is_well(target))
        return None


@dataclass
class _Released(InMemoryReleases):
    """Whatever is asked about runs a release of the assumed age, with a known good one before it."""

    replay: Replay = field(kw_only=True)

    def of(self, target: str) -> list[Release]:
        age, now = self.replay.assumed.release_age, self.replay.now
        before = Release(
            target, RAN_BEFORE, RAN_BEFORE, {"config": RAN_BEFORE}, now - age - timedelta(days=7), "assumed"
        )
        good = replace(before, known_good="adopted", known_good_at=before.marked_at, known_good_by="assumed")
        return [good, Release(target, NOW_RUNS, NOW_RUNS, {"config": NOW_RUNS}, now - age, "assumed")]

    def save(self, release: Release) -> None:
        """A blame is not remembered: the next incident has a release of its own."""
