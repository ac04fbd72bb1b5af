"""An adapter on several replicas: which version each of them shall have, and how far a change has got."""

from dataclasses import replace

import pytest
from tests.world import CHAT, a_configuration, a_release

from responder.domain.plans.adapter import plan_adapter
from responder.domain.plans.rollback import NO_KNOWN_GOOD
from responder.domain.release import Artefacts, Release
from responder.domain.remediation import AS_DECLARED, NoPlan, Plan, Snapshot, Standing, Surroundings, classify
from responder.domain.runbook import Action, IfNotRecovered, Step
from responder.domain.target import Target
from responder.domain.things.adapter import Adapter
from responder.domain.touch import Touch, TouchKind

STEP = Step(Action.RESTORE_ADAPTER, IfNotRecovered.KEEP)
ADAPTER = Adapter("support-de", "/adapters/{version}", ("http://a:8000", "http://b:8000", "https://c"), ())
TARGET = replace(CHAT, touch=Touch(adapter=ADAPTER))
V1, V2, V3 = "/adapters/v1", "/adapters/v2", "/adapters/v3"


def _release(version: str, *, minutes_ago: float, good: bool) -> Release:
    return a_release(version, minutes_ago=minutes_ago, good=good, config=f"/adapters/{version}")


OLD, NEW = _release("v1", minutes_ago=2880, good=True), _release("v2", minutes_ago=20, good=False)


def _made(a: str, b: str, c: str, *, releases: tuple[Release, ...] = (OLD, NEW), settled: bool = True) -> Plan | NoPlan:
    current = {"a:8000": a, "b:8000": b, "c": c}
    one = a if a == b == c else ""
    seen = Snapshot(current, "as said", settled=settled, release=one, piecemeal=True)
    found = {r.config: a_configuration(r.version, shape=()) for r in releases}
    return plan_adapter(TARGET, TouchKind.ADAPTER, STEP, Surroundings(seen, releases, found))


def test_every_replica_shall_have_the_known_good_version() -> None:
    made = _made(V2, V2, V2)

    assert isinstance(made, Plan)
    assert made.desired == {"a:8000": V1, "b:8000": V1, "c": V1}
    assert (made.leaves, made.undoable) == (V2, True)
    assert "support-de@a:8000 v1 (adopted good) on every replica; now /adapters/v2 on 3" in made.says


@pytest.mark.parametrize(
    ("stand", "leaves"),
    [((V2, V1, ""), V2), (("", "", ""), ""), ((V1, "", V1), ""), ((V3, V2, V1), V2)],
    ids=["each another", "nothing anywhere", "one began anew", "one that nobody marked"],
)
def test_replicas_that_differ_are_brought_together(stand: tuple[str, str, str], leaves: str) -> None:
    made = _made(*stand)

    assert isinstance(made, Plan)
    assert set(made.desired.values()) == {V1}
    assert tuple(made.before.values()) == stand
    assert made.leaves == leaves


def test_what_is_known_good_and_stands_everywhere_is_not_left() -> None:
    """It was another version that could not be loaded."""
    made = _made(V1, V1, V1)

    assert isinstance(made, NoPlan)
    assert made.reason == AS_DECLARED


def test_a_replica_that_cannot_be_asked_stops_it() -> None:
    made = _made(V2, V2, V2, settled=False)

    assert isinstance(made, NoPlan)
    assert made.reason == "not_settled"


def test_without_a_version_known_to_be_good_there_is_no_plan() -> None:
    made = _made(V2, "", V2, releases=(NEW,))

    assert isinstance(made, NoPlan)
    assert made.reason == NO_KNOWN_GOOD


def test_a_version_whose_files_were_changed_is_not_loaded() -> None:
    seen = Snapshot({"a:8000": V2, "b:8000": V2, "c": V2}, "", settled=True, release=V2, piecemeal=True)
    changed = a_configuration("v1", shape=(), artefacts=Artefacts({"config": "sha-other"}))

    made = plan_adapter(TARGET, TouchKind.ADAPTER, STEP, Surroundings(seen, (OLD, NEW), {V1: changed}))

    assert isinstance(made, NoPlan)
    assert "changed since it was recorded" in made.says


def test_a_person_gets_a_call_for_each_replica() -> None:
    made = _made(V2, "", V2)

    assert isinstance(made, Plan)
    assert made.command.count("/v1/load_lora_adapter") == 3
    assert "https://c/v1/load_lora_adapter" in made.command
    assert made.undo_command.count("/v1/unload_lora_adapter") == 1
    assert '"lora_path":"/adapters/v1"' in made.command


@pytest.mark.parametrize(
    ("a", "b", "standing"),
    [
        (V2, "", Standing.BEFORE),
        (V1, "", Standing.BEFORE),
        (V2, V1, Standing.BEFORE),
        ("", "", Standing.BEFORE),
        (V1, V1, Standing.DESIRED),
        (V1, V3, Standing.OTHER),
    ],
)
def test_how_far_it_has_got_is_told_from_each_replica(a: str, b: str, standing: Standing) -> None:
    seen = Snapshot({"a": a, "b": b}, "", settled=True, piecemeal=True)

    assert classify(seen, {"a": V2, "b": ""}, {"a": V1, "b": V1}) is standing


def test_what_moves_as_a_whole_is_never_half_way() -> None:
    seen = Snapshot({"a": V1, "b": ""}, "", settled=True)

    assert classify(seen, {"a": V2, "b": ""}, {"a": V1, "b": V1}) is Standing.OTHER


@pytest.mark.parametrize(
    ("path", "version"),
    [(V1, "v1"), ("/adapters/1.2-rc_3", "1.2-rc_3"), ("/adapters/../secret", None), ("/adapters/", None), ("v1", None)],
)
def test_a_version_is_read_from_a_path_only_where_it_has_the_form_of_one(path: str, version: str | None) -> None:
    assert ADAPTER.version_of(path) == version


def _claims(target: Target) -> set[str]:
    return set(target.claims)


def test_one_adapter_on_one_replica_belongs_to_one_target() -> None:
    other_name = replace(TARGET, touch=Touch(adapter=replace(ADAPTER, adapter="support-fr")))
    same_replica = replace(TARGET, touch=Touch(adapter=replace(ADAPTER, replicas=("http://z", "http://b:8000"))))

    assert _claims(TARGET) & _claims(same_replica) == {"123456789012/us-east-1/adapter/support-de@b:8000"}
    assert not _claims(TARGET) & _claims(other_name)
