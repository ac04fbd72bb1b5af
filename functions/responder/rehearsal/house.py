"""One simulated house: a target, its alert, a clock, and the production code over the twins.

`neighbours` are targets of the same make that share its fate: what happens to it happens to each of them.

Minute by minute: the fleet is looked at, the alert fires or ends as Alertmanager would have it, what is in
flight arrives, and the sweeper runs. A `between` can break any call, as a killed process or a lost answer does.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from responder.adapters.in_memory import (
    InMemoryAlertView,
    InMemoryAudit,
    InMemoryChannel,
    InMemoryJournal,
    InMemoryModes,
    InMemoryReleases,
)
from responder.adapters.in_memory_levers import InMemoryThings, levers
from responder.adapters.in_memory_registry import InMemoryRegistry, InMemorySnapshots
from responder.adapters.in_memory_twins import twins
from responder.domain.alert import Alert, Notification, Status, fingerprint_of
from responder.domain.audit import Actor
from responder.domain.guard import Firing
from responder.domain.incident import Incident
from responder.domain.levers import RESTORES
from responder.domain.message import to_messages
from responder.domain.plans.rollback import POINTERS
from responder.domain.release import Artefacts, Configuration, Release
from responder.domain.runbook import Library
from responder.domain.target import Target
from responder.domain.touch import REGISTRIES, TouchKind
from responder.errors import ResponderError
from responder.rehearsal.fleet import Fleet, Health, Sight
from responder.workflow.gather import in_order
from responder.workflow.respond import respond
from responder.workflow.sweep import due_now, stumble, sweep_one
from responder.workflow.world import World

START = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
FIRES_AFTER = 5  # minutes a condition holds before its alert fires, as in the shipped rules
REPEATS_EVERY = 60  # minutes, Alertmanager's repeat_interval in the shipped receiver block
CONVERGES_IN = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)


class Killed(BaseException):
    """The process is gone: nothing may catch this but the house."""


@dataclass
class House:
    """Everything a scenario can arrange, and everything it is judged by."""

    library: Library
    target: Target
    alert_name: str
    runbook: str
    behaves: Callable[[Sight], Health]
    severity: str = "critical"
    neighbours: tuple[Target, ...] = ()
    now: datetime = START
    journal: InMemoryJournal = field(default_factory=InMemoryJournal)
    audit: InMemoryAudit = field(default_factory=InMemoryAudit)
    alerts: InMemoryAlertView = field(default_factory=InMemoryAlertView)
    modes: InMemoryModes = field(default_factory=lambda: InMemoryModes(settings={"global": "auto"}))
    things: dict[TouchKind, InMemoryThings] = field(default_factory=twins)
    registry: InMemoryRegistry = field(default_factory=InMemoryRegistry)
    snapshots: InMemorySnapshots = field(default_factory=InMemorySnapshots)
    releases: InMemoryReleases = field(default_factory=InMemoryReleases)
    pages: InMemoryChannel = field(default_factory=lambda: InMemoryChannel(name="inbox"))
    bad_minutes: list[int] = field(default_factory=list)
    bad_for: int = 0
    fired_at: datetime = START
    between: Callable[[str, Callable[[], Any]], Any] | None = None
    moving_since: dict[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.library = replace(self.library, targets=self.targets)
        self.metrics = Fleet(health=lambda: self.behaves(self))
        for twin in self.things.values():
            shape = ("AllTraffic",) if twin.kind is TouchKind.SAGEMAKER_ENDPOINT else ()
            twin.configurations |= {v: Configuration(shape, Artefacts({"config": f"sha-{v}"})) for v in ("v1", "v2")}

    @property
    def targets(self) -> tuple[Target, ...]:
        return (self.target, *self.neighbours)

    @property
    def minute(self) -> int:
        return int((self.now - START) / MINUTE)

    @property
    def runs(self) -> str:
        """The release in service, of the first thing that runs one."""
        names = [(kind, name) for kind, name in self.target.things.items() if kind in self.things]
        return next((s.release for kind, name in names if (s := self.things[kind].things[name]).release), "")

    def says(self, kind: TouchKind) -> Mapping[str, str]:
        """What the target's thing of this kind stands at."""
        if kind in REGISTRIES:
            return self.registry.registry.aliases
        return self.things[kind].things[self.target.things[kind]].current

    @property
    def incident(self) -> Incident | None:
        return self.journal.read(self.target.resource).incident

    @property
    def asked(self) -> list[tuple[str, dict[str, str], str]]:
        """Every change we asked for."""
        return [asked for twin in self.things.values() for asked in twin.applied] + self.registry.applied

    def release(self, version: str, *, good: bool = False) -> None:
        """Deploy, as a pipeline does, and mark it; `good` is what a person vouched for two days ago."""
        at = self.now - timedelta(days=2) if good else self.now
        known = {"known_good": "adopted", "known_good_at": at, "known_good_by": "a person"} if good else {}
        kind = next(k for k in self.target.things if k in self.things)
        for target in self.targets:
            made = Release(target.name, version, version, {"config": f"sha-{version}"}, at, "pipeline")
            self.releases.save(replace(made, **known))  # type: ignore[arg-type]  # the three fields above
            self.things[kind].stand(target, **POINTERS[kind].at(target, version))

    def play(self, minutes: int, events: Callable[["House"], None]) -> None:
        for _ in range(minutes):
            self.now += MINUTE
            events(self)
            self._arrive()
            self._watch()
            self._sweep()

    def tell(self, *, fires: bool) -> None:
        """Let Alertmanager notify."""
        status = Status.FIRING if fires else Status.RESOLVED
        alerts = tuple(self._alert(status, target) for target in self.targets)
        heard = Notification("alertmanager", "responder", alerts, 0, "rehearsal", self.now)
        for message in to_messages(heard, self.library.targets):
            with suppress(ResponderError, Killed):
                respond(message, self._world(), self.now)

    def _watch(self) -> None:
        bad = self.behaves(self).bad
        self.bad_minutes += [self.minute] if bad else []
        self.bad_for = self.bad_for + 1 if bad else 0
        fires, fired = self.bad_for > FIRES_AFTER, bool(self.alerts.firing)
        if fires and not fired:
            self.fired_at = self.now
            active = Firing("firing", "Alertmanager says it is active")
            self.alerts.firing = {self._alert(Status.FIRING, target).fingerprint: active for target in self.targets}
        if fired and not self.bad_for:
            self.alerts.firing = {}
        if fires != fired and (fires or not self.bad_for):
            self.tell(fires=fires)
        elif fires and self.bad_for % REPEATS_EVERY == 0:
            self.tell(fires=True)

    def _alert(self, status: Status, target: Target) -> Alert:
        labels = {"alertname": self.alert_name, "severity": self.severity, "model": target.name}
        notes = {"summary": self.alert_name, "runbook": f"runbooks/{self.runbook}.md"}
        ends = self.now if status is Status.RESOLVED else None
        return Alert(fingerprint_of(labels), status, self.fired_at, labels, notes, ends)

    def _arrive(self) -> None:
        moving = {name: twin for twin in self.things.values() for name, seen in twin.things.items() if not seen.settled}
        self.moving_since = {name: self.moving_since.get(name, self.now) for name in moving}
        for name, since in self.moving_since.items():
            if self.now - since >= CONVERGES_IN:
                moving[name].arrive(name)

    def _sweep(self) -> None:
        """As the handler does: what is busy waits, what breaks stumbles, and the others go on."""
        world = self._world()
        for resource in due_now(world, self.now):
            try:
                sweep_one(resource, world, self.now)
            except Killed:
                return
            except ResponderError as error:
                with suppress(ResponderError):
                    stumble(resource, error, world, self.now)

    def _world(self) -> World:
        pulled = {**levers(self.things), **dict.fromkeys(RESTORES, self.registry)}
        return World(
            actor=Actor("person", "game day", "rehearsal"),
            library=self.library,
            journal=self.journal,
            agenda=self.journal,
            audit=self.audit,
            metrics=self.metrics,
            alerts=self.alerts,
            modes=self.modes,
            remediators={lever: Breakable(twin, self) for lever, twin in pulled.items()},
            configurations=self.things,
            releases=self.releases,
            registry=self.registry,
            snapshots=self.snapshots,
            channels=(self.pages,),
            ask=in_order,
            time_left=lambda: timedelta(seconds=55),
        )


@dataclass
class Breakable:
    """A remediator seen through the house's `between`."""

    inner: Any
    house: House

    def observe(self, target: Target) -> Any:  # noqa: ANN401  # as the remediator
        return self.inner.observe(target)

    def apply(self, *asked: Any) -> Any:  # noqa: ANN401  # as the remediator
        def call() -> Any:  # noqa: ANN401  # as the remediator
            return self.inner.apply(*asked)

        return self.house.between("apply", call) if self.house.between else call()
