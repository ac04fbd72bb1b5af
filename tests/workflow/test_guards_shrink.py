"""Whatever is taken away or broken, what is done only shrinks: never more, never something else.

Each disturbance makes the world poorer in one way: a label is missing, a port fails or answers nonsense, a clock
is wrong, a set is empty. Undisturbed, the one action happens.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.world import CHAT, NOON, Given, Practice, a_library, a_notification, a_release, a_snapshot, an_alert

from responder.domain.alert import fingerprint_of
from responder.domain.evidence import Sample
from responder.domain.failure_mode import FailureMode
from responder.domain.guard import Firing
from responder.domain.journal import Budget
from responder.domain.message import to_messages
from responder.domain.release import Artefacts, Configuration
from responder.errors import CannotKnow, TryAgain

THE_ACTION = (CHAT.resource, {"endpoint_config": "chat-v1"})
ERRORS = (CannotKnow("timeout"), TryAgain("busy"), RuntimeError("odd"))


class Poorer:
    """A practice world, its alert, and what its ports are made to answer."""

    def __init__(self) -> None:
        self.practice = Practice()
        self.alert = an_alert()
        self.answers: dict[str, Callable[[Callable[[], Any]], Any]] = {}
        self.practice.between = self._answer

    def done(self) -> list[tuple[str, dict[str, str]]]:
        """Let the alert come, twice and half an hour long, and return what was done about it."""
        for _ in range(2):
            with suppress(Exception):  # as the handlers do: what breaks here comes again
                for message in to_messages(a_notification(self.alert), self.practice.library.targets):
                    self.practice.deliver(message)
            with suppress(Exception):  # as above
                self.practice.wait(minutes=12)
        return [(resource, desired) for resource, desired, _ in self.practice.remediator.applied]

    def _answer(self, name: str, call: Callable[[], Any]) -> Any:  # noqa: ANN401  # whatever the port returns
        spoilt = self.answers.get(name)
        return spoilt(call) if spoilt else call()


Disturbance = Callable[[Poorer], None]


def _without_label(name: str) -> Disturbance:
    def disturb(world: Poorer) -> None:
        labels = {k: v for k, v in world.alert.labels.items() if k != name}
        world.alert = replace(world.alert, labels=labels, fingerprint=fingerprint_of(labels))
        world.practice.fires(world.alert)

    return disturb


def _answering(name: str, answer: Given) -> Disturbance:
    return lambda world: world.answers.update({name: lambda _: answer})


def _failing(name: str, error: Exception) -> Disturbance:
    def fail(_: Callable[[], Any]) -> Any:  # noqa: ANN401  # never returns
        raise error

    return lambda world: world.answers.update({name: fail})


def _losing_the_answer_of(name: str) -> Disturbance:
    def lose(real: Callable[[], Any]) -> Any:  # noqa: ANN401  # never returns
        real()
        raise CannotKnow("timeout")

    return lambda world: world.answers.update({name: lose})


def _clock_off_by(**span: float) -> Disturbance:
    return lambda world: setattr(world.practice, "now", NOON + timedelta(**span))


def _target(**changes: Given) -> Disturbance:
    return lambda world: setattr(world.practice, "library", a_library(replace(CHAT, **changes)))


def _policy(**changes: Given) -> Disturbance:
    def disturb(world: Poorer) -> None:
        book = world.practice.library.book
        page = book.page(FailureMode.LATENCY_SPIKE)
        poorer = replace(page, policy=replace(page.policy, **changes))
        pages = {**book.runbooks, FailureMode.LATENCY_SPIKE: poorer}
        world.practice.library = replace(world.practice.library, book=replace(book, runbooks=pages))

    return disturb


def _limits(**changes: Given) -> Disturbance:
    limits = a_library().book.page(FailureMode.LATENCY_SPIKE).policy.limits
    return _policy(limits=replace(limits, **changes))


def _emptied(twin: str, held: str) -> Disturbance:
    return lambda world: getattr(getattr(world.practice, twin), held).clear()


def _calls() -> list[str]:
    undisturbed = Poorer()
    undisturbed.done()
    return sorted(set(undisturbed.practice.calls))


NONSENSE: dict[str, list[Given]] = {
    "metrics.query": [
        [],
        [Sample({}, math.nan)],
        [Sample({}, math.inf)],
        [Sample({}, 2.5), Sample({}, 2.5)],
        [Sample({}, "2.5")],  # type: ignore[arg-type]  # nonsense on purpose
        None,
    ],
    "alerts.states": [
        [],
        *([Firing(state, "")] for state in ("gone", "suppressed", "unknown", "what?")),  # type: ignore[arg-type]  # as above
    ],
    "modes.read": [
        {},
        {"global": ""},
        {"global": "AUTO!"},
        {"global": "off"},
        {"target/chat": "auto"},
        {"global": None},
    ],
    "remediator.observe": [
        a_snapshot(""),
        a_snapshot("nan"),
        a_snapshot(shape=()),
        a_snapshot(failed=True),
        a_snapshot(settled=False, state="Updating"),
        None,
    ],
    "remediator.configuration": [
        Configuration((), Artefacts(missing=("config",))),
        Configuration(("AllTraffic",), Artefacts()),
        Configuration(("AllTraffic",), Artefacts({"config": "nan"})),
        Configuration(("Other",), Artefacts({"config": "sha-v1"})),
    ],
    "releases.of": [[], [a_release("v2", minutes_ago=20, good=False)], [a_release("v1", minutes_ago=2880)]],
    "agenda.budgets": [[], [Budget("runbook#latency_spike", (NOON,) * 99), Budget("fleet", (NOON,) * 99)]],
}


def _all() -> Iterator[tuple[str, Disturbance]]:
    for name in an_alert().labels:
        yield f"no label {name}", _without_label(name)
    for name in _calls():
        yield f"answer of {name} lost", _losing_the_answer_of(name)
        for error in ERRORS:
            yield f"{name} fails: {error!r}", _failing(name, error)
    for name, answers in NONSENSE.items():
        for answer in answers:
            yield f"{name} says {answer!r}", _answering(name, answer)
    for span in (-8760, -25, -1, -0.02, 0.02, 1, 3, 25, 8760):
        yield f"clock off by {span} h", _clock_off_by(hours=span)
    yield "no runbook link", lambda world: setattr(world, "alert", replace(world.alert, annotations={}))
    yield "no target", lambda world: setattr(world.practice, "library", replace(a_library(), targets=()))
    yield "no series", _target(series={})
    yield "no match", _target(match={"model": []})
    yield "no ladder", _policy(remediation=())
    yield "no signals", _policy(signals=())
    yield "no quota of the target", _limits(per_target=())
    yield "no quota of the runbook", _limits(per_runbook=())
    yield "no quota of the fleet", lambda world: setattr(world.practice, "library", replace(a_library(), fleet=()))
    for twin, held in (("releases", "markers"), ("remediator", "configurations"), ("remediator", "things")):
        yield f"no {held}", _emptied(twin, held)
    yield "no modes", _emptied("modes", "settings")
    yield "nothing fires", _emptied("alerts", "firing")
    yield "nobody to tell", lambda world: setattr(world.practice.pages, "kinds", ())
    yield "no time left", lambda world: setattr(world.practice, "left", timedelta(seconds=-1))


DISTURBANCES = dict(_all())


def _done(*names: str) -> list[tuple[str, dict[str, str]]]:
    world = Poorer()
    for name in names:
        DISTURBANCES[name](world)
    return world.done()


def test_undisturbed_the_one_action_happens() -> None:
    assert _done() == [THE_ACTION]


def test_one_disturbance_never_adds_or_changes_an_action() -> None:
    faults = {name: done for name in DISTURBANCES if (done := _done(name)) not in ([], [THE_ACTION])}

    assert faults == {}


@settings(max_examples=40)
@given(st.sets(st.sampled_from(sorted(DISTURBANCES)), min_size=2, max_size=4))
def test_several_disturbances_at_once_never_do_either(names: set[str]) -> None:
    assert _done(*sorted(names)) in ([], [THE_ACTION])


def test_what_denies_does_deny() -> None:
    """The guards are not there for show: each of these alone stops it."""
    stops = [
        "no label model",
        *(f"alerts.states says {[Firing(state, '')]!r}" for state in ("unknown", "what?")),  # type: ignore[arg-type]  # as above
        "modes.read says {}",
        "modes.read says {'target/chat': 'auto'}",
        "releases.of says []",
        "audit.put fails: CannotKnow('timeout')",
        "clock off by 3 h",
        "no target",
        "no ladder",
        "no quota of the target",
        "no quota of the runbook",
        "no quota of the fleet",
        "no configurations",
        "nothing fires",
        "no time left",
    ]

    assert {name: _done(name) for name in stops} == {name: [] for name in stops}
