from dataclasses import replace
from datetime import timedelta

from tests.registry import A_TARGET, V6, V7
from tests.world import CHAT, NOON, Practice, a_message, an_alert

from responder.adapters.in_memory_registry import InMemoryRegistry, InMemorySnapshots
from responder.domain.plans.registry import RegistrySnapshot
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


def test_without_a_registry_or_in_another_account_nothing_is_taken() -> None:
    house = House()
    here = Snapshotting(house.registry, house.snapshots, house.practice.journal)
    elsewhere = replace(A_TARGET, role_arn="arn:aws:iam::123456789012:role/x")

    assert snapshot_registry(here, [CHAT, elsewhere], NOON) is None
    assert house.snapshots.kept == {}
