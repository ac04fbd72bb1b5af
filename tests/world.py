"""One simulated world, shared by all tests of the stories.

The twins hold the state, the clock is a number, the fleet is slow exactly while its endpoint runs a slow
release. `between` wraps every seam, so that a test can count the calls and break any of them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.fleet import Fleet

from responder.adapters.in_memory import (
    InMemoryAlertView,
    InMemoryAudit,
    InMemoryChannel,
    InMemoryJournal,
    InMemoryModes,
    InMemoryReleases,
)
from responder.adapters.in_memory_levers import Applied, InMemoryThings, levers
from responder.adapters.in_memory_registry import InMemoryRegistry, InMemorySnapshots
from responder.adapters.in_memory_twins import twins
from responder.adapters.runbook_files import read_library
from responder.domain.alert import Alert, Notification, Status, fingerprint_of
from responder.domain.audit import Actor
from responder.domain.diagnosis import Diagnosis
from responder.domain.failure_mode import FailureMode
from responder.domain.guard import Firing
from responder.domain.incident import Episode, Incident, Intent, State
from responder.domain.levers import RESTORES
from responder.domain.message import Message
from responder.domain.plans.rollback import CONFIG
from responder.domain.release import Artefacts, Configuration, Release
from responder.domain.remediation import Lever, Plan, Snapshot, Surroundings
from responder.domain.runbook import Action, Library
from responder.domain.target import Target
from responder.domain.touch import REGISTRIES, Touch, TouchKind
from responder.errors import ResponderError, TryAgain
from responder.ports import Channel, Letter
from responder.workflow.gather import in_order
from responder.workflow.respond import respond
from responder.workflow.sweep import due_now, stumble, sweep_one
from responder.workflow.world import World

Given = Any  # fields of whatever dataclass a builder makes
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
ROOT = Path(__file__).parent.parent
CHAT = Target(
    name="chat",
    match={"model": "chat"},
    account="123456789012",
    region="us-east-1",
    touch=Touch(sagemaker_endpoint="chat"),
    team="ml-platform",
    series={"model": "chat"},
)
ROLL_BACK = Lever(Action.ROLLBACK, TouchKind.SAGEMAKER_ENDPOINT)
LABELS = {"alertname": "LLMHighP95", "severity": "page", "model": "chat", "env": "practice"}
SHIPPED = read_library(ROOT / "runbooks")


def a_library(*targets: Target) -> Library:
    return replace(SHIPPED, targets=targets or (CHAT,))


def an_alert(status: str = "firing", *, at: datetime = NOON, ends: datetime | None = None, **labels: str) -> Alert:
    given = {**LABELS, **labels}
    notes = {"summary": "p95 is 2.5 s", "runbook": "runbooks/latency_spike.md"}
    return Alert(fingerprint_of(given), Status(status), at, given, notes, ends)


def a_notification(*alerts: Alert, source: str = "alertmanager", at: datetime = NOON) -> Notification:
    return Notification(source, "responder", alerts or (an_alert(),), 0, "trace-1", at)


def a_message(
    *alerts: Alert, source: str = "alertmanager", target: Target | None = CHAT, at: datetime = NOON
) -> Message:
    given = alerts or (an_alert(),)
    return Message(
        source=source,
        receiver="responder",
        resource=target.resource if target else f"alert/{given[0].fingerprint}",
        target=target.name if target else None,
        why_no_target=None,
        alerts=given,
        truncated=0,
        redacted={},
        trace_id="trace-1",
        received_at=at,
    )


def an_episode(**changes: Given) -> Episode:
    alert = an_alert()
    episode = Episode("alertmanager", alert.fingerprint, alert.name, alert.severity, NOON, NOON)
    return replace(episode, **changes)


def an_incident(**changes: Given) -> Incident:
    incident = Incident(
        id="incident-1",
        resource=CHAT.resource,
        opened_at=NOON,
        trace_id="trace-1",
        target=CHAT.name,
        episodes=(an_episode(),),
        alerts=(an_alert(),),
    )
    return replace(incident, **changes)


def an_intent(**changes: Given) -> Intent:
    policy = SHIPPED.book.page(FailureMode.LATENCY_SPIKE).policy
    assert policy.verify is not None
    intent = Intent(
        action_id="action-1",
        failure_mode=policy.failure_mode,
        step=0,
        attempt=1,
        plan=a_plan(),
        verify=policy.verify,
        escalate=policy.escalate,
        if_not_recovered=policy.remediation[0].if_not_recovered,
    )
    return replace(intent, **changes)


def a_diagnosis(mode: FailureMode = FailureMode.LATENCY_SPIKE, **changes: Given) -> Diagnosis:
    because = ("the alert names this runbook",)
    return replace(Diagnosis(mode, 0.9, because, (), mode, FailureMode.UNKNOWN, (), NOON), **changes)


def a_snapshot(config: str = "chat-v2", **changes: Given) -> Snapshot:
    seen = Snapshot({CONFIG: config}, "InService", settled=True, shape=("AllTraffic",), release=config)
    return replace(seen, **changes)


def a_plan(**changes: Given) -> Plan:
    plan = Plan(
        action=Action.ROLLBACK,
        kind=TouchKind.SAGEMAKER_ENDPOINT,
        resource=CHAT.resource,
        before={CONFIG: "chat-v2"},
        desired={CONFIG: "chat-v1"},
        converge_within=timedelta(minutes=45),
        says="roll endpoint chat back from v2 to v1 (adopted good)",
        command="go back to chat-v1",
        undo_command="go forth to chat-v2",
        leaves="chat-v2",
        drift="the declared state (pipeline, Git) may still name chat-v2; the next deploy would bring it back",
    )
    return replace(plan, **changes)


def a_surrounding(**changes: Given) -> Surroundings:
    """An endpoint on a young v2, with a v1 that is known good and unchanged."""
    around = Surroundings(
        seen=a_snapshot(),
        releases=(a_release("v1", minutes_ago=2880), a_release("v2", minutes_ago=20, good=False)),
        configurations={"chat-v1": a_configuration("v1")},
    )
    return replace(around, **changes)


def a_configuration(version: str, **changes: Given) -> Configuration:
    return replace(Configuration(("AllTraffic",), Artefacts({"config": f"sha-{version}"})), **changes)


def a_release(version: str, *, minutes_ago: float, good: bool = True, **changes: Given) -> Release:
    at = NOON - timedelta(minutes=minutes_ago)
    release = Release("chat", version, f"chat-{version}", {"config": f"sha-{version}"}, at, "ci")
    good_facts: dict[str, Any] = {"known_good": "adopted", "known_good_at": at, "known_good_by": "ann"} if good else {}
    return replace(release, **{**good_facts, **changes})


Between = Callable[[str, Callable[[], Any]], Any]


def failing(name: str, error: BaseException) -> Between:
    """Let every call of this name fail."""

    def between(called: str, call: Callable[[], Any]) -> Any:  # noqa: ANN401  # whatever the port returns
        if called == name:
            raise error
        return call()

    return between


class Seam:
    """A port seen through `between`."""

    def __init__(self, name: str, inner: object, between: Between) -> None:
        self._name, self._inner, self._between = name, inner, between

    def __getattr__(self, method: str) -> Any:  # noqa: ANN401  # stands for any port
        found = getattr(self._inner, method)
        if not callable(found):
            return found
        return lambda *args, **kwargs: self._between(f"{self._name}.{method}", lambda: found(*args, **kwargs))


@dataclass
class Practice:
    """The whole world of one target, and the hands to play it with."""

    now: datetime = NOON
    library: Library = field(default_factory=a_library)
    journal: InMemoryJournal = field(default_factory=InMemoryJournal)
    audit: InMemoryAudit = field(default_factory=InMemoryAudit)
    alerts: InMemoryAlertView = field(default_factory=InMemoryAlertView)
    modes: InMemoryModes = field(default_factory=lambda: InMemoryModes(settings={"global": "auto"}))
    things: dict[TouchKind, InMemoryThings] = field(default_factory=twins)
    registry: InMemoryRegistry = field(default_factory=InMemoryRegistry)
    snapshots: InMemorySnapshots = field(default_factory=InMemorySnapshots)
    releases: InMemoryReleases = field(default_factory=InMemoryReleases)
    pages: InMemoryChannel = field(default_factory=lambda: InMemoryChannel(name="inbox"))
    tickets: Channel | None = None
    left: timedelta = timedelta(seconds=55)
    converge_after: timedelta = timedelta(minutes=3)
    version: str = "test"
    calls: list[str] = field(default_factory=list)
    between: Between | None = None
    metrics: Fleet = field(init=False)
    moving_since: dict[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.metrics = Fleet(running=self.running)
        self.remediator.stand(CHAT, endpoint_config="chat-v2")
        for twin in self.things.values():
            shape = ("AllTraffic",) if twin is self.remediator else ()
            twin.configurations |= {f"chat-{v}": a_configuration(v, shape=shape) for v in ("v1", "v2")}
        self.releases.save(a_release("v1", minutes_ago=2880))
        self.releases.save(a_release("v2", minutes_ago=20, good=False))
        self.fires(an_alert())

    def world(self) -> World:
        def seam(name: str, port: object) -> Any:  # noqa: ANN401  # stands for any port
            return Seam(name, port, self._call)

        pulled = {**levers(self.things), **dict.fromkeys(RESTORES, self.registry)}
        return World(
            actor=Actor("function", "respond", self.version),
            library=self.library,
            journal=seam("journal", self.journal),
            agenda=seam("agenda", self.journal),
            audit=seam("audit", self.audit),
            metrics=seam("metrics", self.metrics),
            alerts=seam("alerts", self.alerts),
            modes=seam("modes", self.modes),
            remediators={lever: seam("remediator", twin) for lever, twin in pulled.items()},
            configurations={kind: seam("remediator", twin) for kind, twin in self.things.items()},
            releases=seam("releases", self.releases),
            registry=seam("registry", self.registry),
            snapshots=seam("snapshots", self.snapshots),
            channels=(*([seam("tickets", self.tickets)] if self.tickets else []), seam("pages", self.pages)),
            ask=in_order,
            time_left=lambda: self.left,
        )

    @property
    def target(self) -> Target:
        """The one the alerts are about."""
        return self.library.targets[0]

    def touch(self, touch: Touch, **current: str) -> None:
        """Let the target be something else, standing at these values."""
        self.library = replace(self.library, targets=(replace(CHAT, touch=touch),))
        for kind in touch.names.keys() & self.things.keys():
            self.things[kind].stand(self.target, **current)

    @property
    def applied(self) -> list[Applied]:
        """Everything that was asked of anything."""
        return [asked for twin in self.things.values() for asked in twin.applied] + self.registry.applied

    @property
    def remediator(self) -> InMemoryThings:
        """The endpoints."""
        return self.things[TouchKind.SAGEMAKER_ENDPOINT]

    def fires(self, alert: Alert) -> None:
        self.alerts.firing[alert.fingerprint] = Firing("firing", "Alertmanager says it is active")

    def ends(self, alert: Alert) -> None:
        self.alerts.firing.pop(alert.fingerprint, None)

    def deliver(self, message: Message | None = None) -> None:
        respond(message or a_message(target=self.target), self.world(), self.now)

    def sweep(self) -> None:
        """As the handler does: what is busy waits, what breaks stumbles, and the others go on."""
        world = self.world()
        for resource in due_now(world, self.now):
            try:
                sweep_one(resource, world, self.now)
            except TryAgain:
                continue
            except Exception as error:  # noqa: BLE001  # stands for the handler, the home of the broad except
                with suppress(ResponderError):
                    stumble(resource, error, world, self.now)

    def wait(self, **span: float) -> None:
        """Let time pass, minute by minute, sweeping as the schedule does."""
        until = self.now + timedelta(**span)
        while self.now < until:
            self.now += timedelta(minutes=1)
            self._converge()
            self.sweep()

    def resolve(self, alert: Alert | None = None) -> None:
        ended = alert or an_alert("resolved", ends=self.now)
        self.ends(ended)
        self.deliver(a_message(ended, target=self.target))

    def _converge(self) -> None:
        moving = {name: twin for twin in self.things.values() for name, t in twin.things.items() if not t.settled}
        self.moving_since = {name: self.moving_since.get(name, self.now) for name in moving}
        for name, since in self.moving_since.items():
            if self.now - since >= self.converge_after:
                moving[name].arrive(name)

    @property
    def incident(self) -> Incident:
        found = self.journal.read(self.target.resource).incident
        assert found is not None
        return found

    @property
    def state(self) -> State:
        return self.incident.state

    @property
    def letters(self) -> list[Letter]:
        return self.pages.letters

    def told(self, kind: str) -> list[Letter]:
        return [letter for letter in self.letters if letter.kind == kind]

    def running(self) -> str:
        """What release runs, or where its one limit stands."""
        kind, name = next(iter(self.target.things.items()))
        if kind in REGISTRIES:
            return ",".join(self.registry.registry.aliases.values())
        seen = self.things[kind].things[name]
        return seen.release or ",".join(seen.current.values())

    def standing(self, kind: TouchKind) -> dict[str, str]:
        """Where one of the target's things stands."""
        return self.things[kind].things[self.target.things[kind]].current

    def _call(self, name: str, call: Callable[[], Any]) -> Any:  # noqa: ANN401  # whatever the port returns
        self.calls.append(name)
        return self.between(name, call) if self.between else call()


@contextmanager
def broken(twin: Any, trouble: Exception) -> Iterator[None]:  # noqa: ANN401  # any twin
    """Let one of the outside things be down for a while."""
    twin.trouble = trouble
    yield
    twin.trouble = None
