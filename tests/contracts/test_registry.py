"""The model registry and its snapshots, on the twins and on moto."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from tests.adapters.cloud import a_bucket, a_registry_table
from tests.registry import A_TARGET, V6, V7, a_registry, a_snapshot
from tests.world import NOON

from responder.adapters.in_memory_registry import InMemoryRegistry, InMemorySnapshots
from responder.adapters.registry_bucket import RegistryBucket
from responder.adapters.registry_table import RegistryTable
from responder.adapters.roles import RemediationRoles
from responder.domain.plans.registry import ModelVersion
from responder.domain.remediation import Standing, classify
from responder.domain.touch import Registry as Touched
from responder.domain.touch import Touch
from responder.errors import NotThere
from responder.ports import RegistrySnapshots

Registered = InMemoryRegistry | RegistryTable


@dataclass(frozen=True)
class Case:
    """A registry on version 7, and a way to move its pointer behind our back."""

    registry: Registered
    point: Callable[[str], None]
    versions: tuple[ModelVersion, ...]


@pytest.fixture(params=["twin", "dynamodb"])
def case(request: pytest.FixtureRequest) -> Case:
    if request.param == "twin":
        twin = InMemoryRegistry()
        for version in (V6, V7):
            twin.add(version)
        twin.point(**{"chat@live": "7", "other@live": "1"})
        return Case(twin, lambda number: twin.point(**{"chat@live": number}), (V6, V7))
    request.getfixturevalue("cloud")
    versions, point = a_registry_table("models", V6, V7)
    point("7")
    return Case(RegistryTable(RemediationRoles("", None)), point, versions)


@pytest.fixture(params=["twin", "s3"])
def snapshots(request: pytest.FixtureRequest) -> RegistrySnapshots:
    if request.param == "twin":
        return InMemorySnapshots()
    request.getfixturevalue("cloud")
    return RegistryBucket("audit", a_bucket("audit"))


def _wanted(case: Case) -> tuple[dict[str, str], dict[str, str]]:
    six, seven = case.versions
    return {"chat@live": f"7 {seven.fingerprint}"}, {"chat@live": f"6 {six.fingerprint}"}


def test_only_the_entries_of_the_target_are_seen(case: Case) -> None:
    before, _ = _wanted(case)

    assert case.registry.observe(A_TARGET).current == before
    assert {v.version for v in case.registry.read(A_TARGET).versions} == {"6", "7"}


def test_a_target_without_entries_is_not_there(case: Case) -> None:
    with pytest.raises(NotThere):
        case.registry.observe(replace(A_TARGET, touch=Touch(registry=Touched("models", ("gone",)))))


def test_a_restore_moves_the_pointer_and_can_be_taken_back(case: Case) -> None:
    before, desired = _wanted(case)

    done = case.registry.apply(A_TARGET, case.registry.observe(A_TARGET), desired, "action-1")
    after = case.registry.observe(A_TARGET)
    undone = case.registry.apply(A_TARGET, after, before, "action-1")

    assert (done.result, undone.result) == ("accepted", "accepted")
    assert classify(after, before, desired) is Standing.DESIRED
    assert classify(case.registry.observe(A_TARGET), before, desired) is Standing.BEFORE


def test_a_pointer_that_moved_since_it_was_looked_at_is_left_alone(case: Case) -> None:
    _, desired = _wanted(case)
    seen = case.registry.observe(A_TARGET)
    case.point("5")

    assert case.registry.apply(A_TARGET, seen, desired, "action-1").result == "refused"
    assert case.registry.observe(A_TARGET).current == {"chat@live": "5 missing"}


def test_the_parts_of_a_version_are_read_as_they_are_now(case: Case) -> None:
    six = case.versions[0]

    assert case.registry.artefacts(A_TARGET, six).digests == six.digests
    gone = replace(six, objects={})
    assert case.registry.artefacts(A_TARGET, gone).missing == ("model", "tokenizer")


def test_the_newest_snapshots_from_before_a_moment_come_first(snapshots: RegistrySnapshots) -> None:
    taken = [replace(a_snapshot(), taken_at=NOON - timedelta(hours=hours)) for hours in (3, 2, 1)]
    for snapshot in taken:
        snapshots.keep(snapshot)

    assert snapshots.before(NOON, 2) == [taken[2], taken[1]]
    assert snapshots.before(taken[2].taken_at, 5) == [taken[1], taken[0]]
    assert snapshots.before(taken[0].taken_at, 5) == []


def test_a_snapshot_comes_back_as_it_was_kept(snapshots: RegistrySnapshots) -> None:
    snapshots.keep(a_snapshot())

    (back,) = snapshots.before(NOON, 1)

    assert back == a_snapshot()
    assert back.registry == a_registry("6")


def test_where_nothing_was_kept_there_is_nothing(snapshots: RegistrySnapshots) -> None:
    assert snapshots.before(NOON, 5) == []
