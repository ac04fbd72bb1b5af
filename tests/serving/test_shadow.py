import random

import pytest
from tests.serving.figures import judged as window

from responder.domain.serving.shadow import Pair, gaps, worse


def luck() -> random.Random:
    return random.Random(11)  # noqa: S311  # traffic, not a secret


def test_only_pairs_that_differ_say_anything() -> None:
    same = [Pair("live", control=True, shadow=True)] * 500

    (gap,) = gaps(same)

    assert (gap.gap, gap.by_chance, gap.leans) == (0, 1.0, False)


def test_a_shadow_that_loses_ten_points_in_two_windows_is_worse() -> None:
    chance = luck()

    assert worse(gaps(window(chance, shadow=0.8)), gaps(window(chance, shadow=0.8))) == ("live",)


def test_one_bad_window_is_not_enough() -> None:
    chance = luck()

    assert worse(gaps(window(chance)), gaps(window(chance, shadow=0.8))) == ()


def test_a_gap_of_less_than_two_points_is_not_told_however_sure_it_is() -> None:
    large = [Pair("live", control=True, shadow=False)] * 150 + [Pair("live", control=True, shadow=True)] * 9850

    (gap,) = gaps(large)

    assert gap.by_chance < 0.001
    assert worse([gap], [gap]) == ()


def test_few_pairs_say_nothing() -> None:
    assert not gaps([Pair("live", control=True, shadow=False)] * 50)[0].leans


def test_slices_are_judged_apart() -> None:
    found = gaps(
        [*([Pair("legal", control=True, shadow=False)] * 200), *([Pair("live", control=True, shadow=True)] * 200)]
    )

    assert [(gap.dataset, gap.leans) for gap in found] == [("legal", True), ("live", False)]


@pytest.mark.parametrize(("shadow", "least", "most"), [(0.9, 0, 1), (0.85, 75, 125), (0.8, 190, 200), (0.7, 199, 200)])
def test_how_often_it_alarms_on_a_healthy_shadow_and_on_one_that_lost_five_ten_or_twenty_points(
    shadow: float, least: int, most: int
) -> None:
    chance = luck()

    def alarmed() -> bool:
        before, now = (gaps(window(chance, shadow=shadow)) for _ in range(2))
        return bool(worse(before, now))

    assert least <= sum(alarmed() for _ in range(200)) <= most
