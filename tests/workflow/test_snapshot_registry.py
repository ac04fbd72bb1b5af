from dataclasses import replace
from datetime import timedelta

import pytest
from tests.registry import A_TARGET, IN_MLFLOW, V6, V7
from tests.world import CHAT, NOON, Practice, a_message, an_alert

from responder.adapters.in_memory_registry import InMemoryRegistry, InMemorySnapshots
from responder.domain.plans.registry import Registry, RegistrySnapshot
from responder.domain.target import Target
from responder.errors import CannotKnow
from responder.workflow.snapshot_registry import Snapshotting, snapshot_registry


class House:
    """A registry on version 6, and the schedule."""

    def __init__(self) -> None:
        self.practice = Practice()
        self.practice.touch(A_TARGET.touch)
        self.registry, self.snapshots = InMemoryRegistry(), InMemorySnapshots()
        for version in (V6, V7):
            self.registry.add(version)
        self.registry.point(**{"chat@live": "6"})

    def take(self, minutes: int) -> RegistrySnapshot:
        here = Snapshotting(self.registry, self.snapshots, self.practice.journal)
        taken = snapshot_registry(here, [self.practice.target, CHAT], NOON + timedelta(minutes=minutes))
        assert taken is not None
        return taken


def test_entries_that_stay_become_worth_restoring() -> None:
    house = House()

    assert [house.take(minutes).soaked for minutes in (0, 15, 30)] == [(), (), ("chat",)]


def test_a_moved_pointer_has_to_prove_itself_again() -> None:
    house = House()
    house.take(0)
    house.registry.point(**{"chat@live": "7"})

    assert [house.take(minutes).soaked for minutes in (15, 30, 45)] == [(), (), ("chat",)]


def test_an_open_incident_keeps_a_snapshot_from_counting_as_good() -> None:
    house = House()
    house.take(0)
    house.practice.modes.settings["global"] = "observe"
    house.practice.deliver(a_message(target=house.practice.target))

    assert house.take(60).soaked == ()


def test_after_the_incident_the_soak_begins_when_its_alerts_ended() -> None:
    house = House()
    house.take(0)
    house.practice.modes.settings["global"] = "observe"
    house.practice.deliver(a_message(target=house.practice.target))
    house.practice.wait(minutes=20)
    house.practice.resolve(an_alert("resolved", ends=house.practice.now))
    house.practice.wait(minutes=2)

    assert house.take(45).soaked == ()
    assert house.take(51).soaked == ("chat",)


class Broken(InMemoryRegistry):
    """Does not say what one of the targets has."""

    def read(self, target: Target) -> Registry:
        if target.name == "search":
            raise CannotKnow("mlflow: HTTP 502")
        return super().read(target)


def test_a_registry_that_says_nothing_keeps_no_other_from_being_written_down() -> None:
    house, search = House(), replace(A_TARGET, name="search", touch=IN_MLFLOW)
    broken = Broken(registry=house.registry.registry)
    here = Snapshotting(broken, house.snapshots, house.practice.journal)

    with pytest.raises(CannotKnow, match="search: mlflow: HTTP 502"):
        snapshot_registry(here, [A_TARGET, search], NOON)

    (kept,) = house.snapshots.before(NOON + timedelta(minutes=1), 5)
    assert kept.of(A_TARGET).aliases == {"chat@live": "6"}
    assert kept.of(search) == Registry()


def test_where_no_registry_says_anything_no_snapshot_is_kept() -> None:
    house, search = House(), replace(A_TARGET, name="search", touch=IN_MLFLOW)
    here = Snapshotting(Broken(), house.snapshots, house.practice.journal)

    with pytest.raises(CannotKnow):
        snapshot_registry(here, [search], NOON)

    assert house.snapshots.kept == {}


def test_registries_of_several_kinds_are_written_down_together() -> None:
    house, search = House(), replace(A_TARGET, name="search", touch=IN_MLFLOW)
    here = Snapshotting(house.registry, house.snapshots, house.practice.journal)

    taken = snapshot_registry(here, [A_TARGET, search], NOON)

    assert taken is not None
    assert taken.of(A_TARGET) == taken.of(search) == house.registry.registry
    assert taken.others.keys() == {search.registry}


def test_without_a_registry_or_in_another_account_nothing_is_taken() -> None:
    house = House()
    here = Snapshotting(house.registry, house.snapshots, house.practice.journal)
    elsewhere = replace(A_TARGET, role_arn="arn:aws:iam::123456789012:role/x")

    assert snapshot_registry(here, [CHAT, elsewhere], NOON) is None
    assert house.snapshots.kept == {}
