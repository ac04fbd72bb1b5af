"""A storm from one cause costs little more than its notifications, and wakes one person once.

Counts only: what a machine takes is for `python -m tests.benchmarks.storm`.
"""

import pytest
from tests.benchmarks.storm import KINDS, PER_GROUP, Row, Storm, storm, table

ITEM = 400 * 1024  # DynamoDB takes no larger one


@pytest.fixture(scope="module")
def rows() -> dict[tuple[str, int], Row]:
    """Every kind of storm, small and twice as large."""
    return {(kind, size): storm(size, kind) for kind in KINDS for size in (250, 500)}


@pytest.mark.parametrize("size", [250, 500])
def test_alerts_about_one_target_are_one_message_a_notification_one_page_and_one_action(
    rows: dict[tuple[str, int], Row], size: int
) -> None:
    seen = rows["one target", size]

    assert seen.messages == seen.notifications == 2 * size // PER_GROUP
    assert (seen.incidents, seen.pages, seen.tickets, seen.actions) == (1, 1, 0, 1)


def test_ten_thousand_alerts_in_two_hundred_groups_are_two_hundred_messages_and_no_call_more() -> None:
    it = Storm("one target", 10_000)
    it.fire()

    it.notify()

    assert len(it.house.accepted) == it.house.fifo.sent == 200
    assert it.house.practice.calls == ["queue.send"] * 200


@pytest.mark.parametrize("kind", KINDS)
def test_messages_are_at_most_one_a_notification_and_resource(rows: dict[tuple[str, int], Row], kind: str) -> None:
    for size in (250, 500):
        seen = rows[kind, size]

        assert seen.messages <= seen.notifications * (PER_GROUP if kind == "no target" else 1)


@pytest.mark.parametrize("kind", KINDS[1:])
def test_however_many_incidents_people_hear_of_it_as_often(rows: dict[tuple[str, int], Row], kind: str) -> None:
    small, large = rows[kind, 250], rows[kind, 500]

    assert large.incidents == 2 * small.incidents > 4
    assert (large.pages, large.tickets, large.letters) == (small.pages, small.tickets, small.letters)
    assert large.pages <= 2
    assert large.tickets == 1


@pytest.mark.parametrize("kind", KINDS)
def test_an_alert_of_a_large_storm_costs_no_more_calls_than_one_of_a_small_one(
    rows: dict[tuple[str, int], Row], kind: str
) -> None:
    small, large = rows[kind, 250], rows[kind, 500]

    assert large.calls_per_alert <= small.calls_per_alert
    assert large.calls_to_end_per_alert <= small.calls_to_end_per_alert


@pytest.mark.parametrize("kind", KINDS)
def test_no_item_grows_with_the_storm(rows: dict[tuple[str, int], Row], kind: str) -> None:
    small, large = rows[kind, 250], rows[kind, 500]

    assert large.largest_item < ITEM
    assert large.largest_item <= small.largest_item * 1.05


@pytest.mark.parametrize("kind", KINDS)
def test_when_all_has_ended_all_is_closed_and_the_fleet_was_touched_within_its_budget(
    rows: dict[tuple[str, int], Row], kind: str
) -> None:
    seen = rows[kind, 500]

    assert seen.open_at_the_end == 0
    assert seen.actions <= 1


def test_the_table_has_a_line_for_every_storm(rows: dict[tuple[str, int], Row]) -> None:
    lines = table(list(rows.values())).splitlines()

    assert len(lines) == 2 + len(rows)
    assert {line.count("|") for line in lines} == {12}
