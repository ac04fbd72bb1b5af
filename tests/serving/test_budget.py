from datetime import UTC, datetime, timedelta

import pytest

from responder.domain.serving.budget import elapsed, project

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
A_DAY = 86400


def test_the_week_begins_on_monday_midnight_utc() -> None:
    assert elapsed(MONDAY) == timedelta()
    assert elapsed(MONDAY + timedelta(days=6, hours=23)) == timedelta(days=6, hours=23)


def test_what_is_spent_and_what_is_being_spent_make_the_week() -> None:
    found = project({"/chat": 300, "/rag": 100}, {"/chat": 100 / A_DAY}, 800, MONDAY + timedelta(days=3))

    assert (found.spent, round(found.projected), found.over) == (400, 800, False)
    assert {name: round(usd) for name, usd in found.parts.items()} == {"/chat": 700, "/rag": 100}
    assert found.hours_left == pytest.approx(96)


def test_a_week_that_ends_a_fifth_over_is_over() -> None:
    assert project({"/chat": 400}, {"/chat": 150 / A_DAY}, 800, MONDAY + timedelta(days=3)).over


@pytest.mark.parametrize(("spent", "over"), [(10, False), (301, True)])
def test_on_monday_morning_only_money_that_is_gone_counts(spent: float, over: bool) -> None:  # noqa: FBT001  # a column of the table
    assert project({"/chat": spent}, {"/chat": 500 / A_DAY}, 1000, MONDAY + timedelta(hours=2)).over is over


def test_who_spends_nothing_has_no_hour_at_which_it_ends() -> None:
    assert project({}, {}, 100, MONDAY).hours_left is None
