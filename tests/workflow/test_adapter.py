"""An adapter on several replicas that follow one by one: asked again until all have it, or it is too late."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.stories import Crash, Story, failing_at, play
from tests.stories.adapters import REPLICAS
from tests.world import NOON, Practice, a_configuration, a_message, a_release, an_alert, an_incident

from responder.adapters.in_memory import InMemoryLock
from responder.adapters.in_memory_levers import InMemoryThings
from responder.domain.audit import check_chain
from responder.domain.incident import Disposition, State
from responder.domain.levers import levers_of
from responder.domain.release import Artefacts, Configuration
from responder.domain.remediation import Outcome, Surroundings
from responder.domain.things.adapter import Adapter
from responder.domain.things.service import EcsService
from responder.domain.touch import Touch, TouchKind
from responder.workflow.diagnosing import diagnose_now
from responder.workflow.doctor import examine
from responder.workflow.hold import Written
from responder.workflow.look_around import look_around
from responder.workflow.measures import of_steps
from responder.workflow.releasing import see_configuration, see_running

ALERT = replace(
    an_alert(alertname="LLMAdapterLoadFailures"), annotations={"runbook": "runbooks/adapter_merge_error.md"}
)


def _begun(*stuck: str) -> Practice:
    """Every replica has the broken adapter, and these do not follow for a while."""
    practice = Practice()
    practice.touch(Touch(adapter=REPLICAS), a="chat-v2", b="chat-v2", c="chat-v2")
    practice.metrics.unloaded = lambda: float(practice.running() != "chat-v1")
    practice.things[TouchKind.ADAPTER].stuck = frozenset(stuck)
    practice.fires(ALERT)
    practice.deliver(a_message(ALERT, target=practice.target))
    return practice


def _records(practice: Practice, kind: str) -> Iterator[dict[str, Any]]:
    for text in practice.audit.read(practice.incident.id):
        record = json.loads(text)
        if record["type"].endswith(f".{kind}"):
            yield record["data"]


def test_where_all_follow_it_is_asked_once() -> None:
    practice = _begun()
    practice.wait(minutes=12)

    assert len(practice.applied) == 1
    assert practice.state is State.RECOVERED


def test_a_replica_that_does_not_follow_is_asked_again_until_it_does() -> None:
    practice = _begun("b")
    practice.wait(minutes=4)
    asked = len(practice.applied)
    practice.things[TouchKind.ADAPTER].stuck = frozenset()
    practice.wait(minutes=3)

    assert asked >= 3
    assert practice.state is State.VERIFYING
    assert [fact.get("again", False) for fact in _records(practice, "acted")][:2] == [False, True]
    assert practice.standing(TouchKind.ADAPTER) == {"a": "chat-v1", "b": "chat-v1", "c": "chat-v1"}


def test_a_replica_that_began_anew_while_others_loaded_is_asked_again() -> None:
    practice = _begun("b")
    practice.wait(minutes=2)
    practice.things[TouchKind.ADAPTER].stand(practice.target, a="chat-v1", b="chat-v1", c="")
    practice.things[TouchKind.ADAPTER].stuck = frozenset()
    practice.wait(minutes=2)

    assert practice.standing(TouchKind.ADAPTER)["c"] == "chat-v1"
    assert practice.state is State.VERIFYING


def test_a_replica_that_never_follows_is_a_persons_when_the_time_is_over() -> None:
    practice = _begun("b")
    practice.wait(minutes=25)

    assert practice.state is State.ESCALATED
    assert practice.told("page")
    assert len(practice.applied) <= 21
    assert practice.standing(TouchKind.ADAPTER) == {"a": "chat-v1", "b": "chat-v2", "c": "chat-v1"}


def test_what_somebody_else_loads_meanwhile_is_left_alone() -> None:
    practice = _begun("b")
    practice.wait(minutes=2)
    practice.things[TouchKind.ADAPTER].stand(practice.target, a="chat-v1", b="chat-v3", c="chat-v1")
    asked = len(practice.applied)
    practice.wait(minutes=5)

    assert (practice.state, len(practice.applied)) == (State.ESCALATED, asked)
    assert practice.standing(TouchKind.ADAPTER)["b"] == "chat-v3"


def test_switched_off_it_is_not_asked_again_and_a_person_hears_that_it_is_half_done() -> None:
    practice = _begun("b")
    practice.wait(minutes=1)
    practice.modes.settings["global"] = "off"
    asked = len(practice.applied)
    practice.wait(minutes=3)

    assert (practice.state, len(practice.applied)) == (State.ESCALATED, asked)
    assert "only partly done" in practice.incident.says


def test_a_refusal_of_all_that_is_left_ends_it_early() -> None:
    practice = _begun("b")
    practice.wait(minutes=1)
    practice.things[TouchKind.ADAPTER].reply = Outcome("refused", "HTTP 404: No adapter found")
    practice.wait(minutes=3)

    assert practice.state is State.ESCALATED
    assert "No adapter found" in practice.incident.says


def test_the_alert_may_end_while_the_last_replica_is_still_asked() -> None:
    practice = _begun("b")
    practice.wait(minutes=2)
    practice.ends(ALERT)
    asked = len(practice.applied)
    practice.things[TouchKind.ADAPTER].stuck = frozenset()
    practice.wait(minutes=2)

    assert len(practice.applied) > asked
    assert practice.standing(TouchKind.ADAPTER)["b"] == "chat-v1"


def test_asking_again_is_not_counted_as_the_time_to_act() -> None:
    first, again = (
        {"action": "restore_adapter", "outcome": {"result": "accepted"}, **more} for more in ({}, {"again": True})
    )
    incident = an_incident(acted_at=NOON)

    measured = [m.name for facts in (first, again) for m in of_steps([Written("acted", facts, incident)], NOON)]

    assert measured == ["Actions", "TimeToAct", "Actions"]


@dataclass
class Following(InMemoryThings):
    """Replicas of which one follows only when it is asked later than the others."""

    clock: Callable[[], datetime] = lambda: NOON
    late: timedelta = timedelta(minutes=4)

    def arrive(self, name: str) -> None:
        self.stuck = frozenset({"b"}) if self.clock() < NOON + self.late else frozenset()
        super().arrive(name)


def _one_is_late(practice: Practice) -> None:
    practice.things[TouchKind.ADAPTER] = Following(kind=TouchKind.ADAPTER, clock=lambda: practice.now)
    practice.things[TouchKind.ADAPTER].configurations["chat-v1"] = a_configuration("v1", shape=())
    practice.touch(Touch(adapter=REPLICAS), a="chat-v2", b="chat-v2", c="chat-v2")
    practice.metrics.unloaded = lambda: float(practice.running() != "chat-v1")


LATE = Story(
    "one replica is late",
    _one_is_late,
    0,
    ("ticket",),
    Disposition.RECOVERED,
    "chat-v1",
    timedelta(minutes=30),
    alert="LLMAdapterLoadFailures",
    runbook="adapter_merge_error",
)


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_while_a_replica_is_asked_again_changes_nothing_about_the_end(*, after: bool) -> None:
    undisturbed = play(LATE)
    asked = [n for n, name in enumerate(undisturbed.calls) if name.startswith(("remediator", "journal.write", "audit"))]

    assert len(undisturbed.applied) >= 3
    for place in asked[:60]:
        practice = play(LATE, failing_at(place, Crash(), after=after))
        incident, journal = practice.incident, practice.journal.entries(practice.incident.id, 1)

        assert (incident.state, incident.disposition) == (State.CLOSED, Disposition.RECOVERED), place
        assert practice.running() == "chat-v1", place
        assert practice.audit.read(incident.id) == journal, place
        assert check_chain(journal) == [], place
        assert {(n.key, n.kind, n.number) for n in practice.letters} == {(incident.id, "ticket", 1)}, place


BESIDE = Adapter("support-de", "/adapters/{version}", ("http://a", "http://b"), ())


def _beside_a_service() -> Practice:
    """A service of ECS that serves an adapter; somebody vouched for the one and for the other, each under its name."""
    practice = Practice()
    practice.touch(Touch(ecs_service=EcsService("prod", "chat"), adapter=BESIDE))
    practice.things[TouchKind.ECS_SERVICE].stand(practice.target, task_definition="chat-v2")
    practice.things[TouchKind.ADAPTER].stand(practice.target, a="/adapters/2", b="")
    practice.things[TouchKind.ADAPTER].configurations |= {
        f"/adapters/{n}": Configuration((), Artefacts({"adapter x": n})) for n in ("1", "2")
    }
    good = a_release("de-1", minutes_ago=90, config="/adapters/1", digests={"adapter x": "1"})
    practice.releases.save(good)
    practice.releases.save(replace(good, version="de-2", config="/adapters/2", known_good=None, marked_at=NOON))
    return practice


def test_the_releases_of_an_adapter_are_kept_apart_from_those_of_the_service() -> None:
    practice = _beside_a_service()
    looked = [
        look_around(lever, practice.target, an_incident(), practice.world(), NOON)
        for lever in levers_of(practice.target)
    ]
    found = [{r.version for r in around.releases} for around in looked if isinstance(around, Surroundings)]

    assert found == [{"v1", "v2"}, {"de-1", "de-2"}]


def test_an_adapter_beside_a_service_is_put_back_without_touching_the_service() -> None:
    practice = _beside_a_service()
    practice.metrics.unloaded = lambda: float("/adapters/2" in practice.standing(TouchKind.ADAPTER).values())
    practice.fires(ALERT)
    practice.deliver(a_message(ALERT, target=practice.target))
    practice.wait(minutes=12)

    assert practice.state is State.RECOVERED
    assert practice.standing(TouchKind.ADAPTER) == {"a": "/adapters/1", "b": "/adapters/1"}
    assert practice.standing(TouchKind.ECS_SERVICE) == {"task_definition": "chat-v2"}
    assert next(r for r in practice.releases.of("chat") if r.version == "de-2").blamed


def test_what_a_target_runs_is_seen_of_the_sort_that_is_asked_for() -> None:
    practice = _beside_a_service()
    practice.things[TouchKind.ADAPTER].stand(practice.target, a="/adapters/2", b="/adapters/2")
    world = practice.world()

    assert see_running(practice.target, world).release == "chat-v2"
    assert see_running(practice.target, world, adapter=True).release == "/adapters/2"
    assert see_configuration(practice.target, "/adapters/1", world).artefacts.digests == {"adapter x": "1"}


def test_only_a_release_of_the_adapter_changes_an_adapter() -> None:
    """The markers of both lie side by side; compared with each other everything would seem to have changed."""
    practice = _beside_a_service()
    asked = {e.name: e.value for e in diagnose_now(an_incident(), practice.target, practice.world(), NOON).evidence}

    assert asked["release_changed_s"] == 0
    assert "adapter_changed_s" not in asked


def _doctor_says(practice: Practice) -> tuple[bool, str]:
    checks = examine(practice.world(), InMemoryLock(), NOON, send=False)
    return next((check.well, check.says) for check in checks if check.what == "target chat")


def test_the_doctor_looks_at_the_service_and_at_its_adapter() -> None:
    practice = _beside_a_service()
    practice.things[TouchKind.ADAPTER].stand(practice.target, a="/adapters/1", b="/adapters/1")

    well, says = _doctor_says(practice)

    assert well
    assert "on chat-v2, 1 known good" in says
    assert "on /adapters/1, 1 known good" in says


def test_the_doctor_tells_that_replicas_differ_and_how_to_vouch_for_an_adapter() -> None:
    practice = _beside_a_service()
    differ = _doctor_says(practice)
    practice.things[TouchKind.ADAPTER].stand(practice.target, a="/adapters/2", b="/adapters/2")
    practice.releases.markers = {key: r for key, r in practice.releases.markers.items() if r.version != "de-1"}
    unknown = _doctor_says(practice)

    assert "until all have one version" in differ[1]
    assert "adopt chat --version TAG --adapter" in unknown[1]
    assert (differ[0], unknown[0]) == (False, False)
