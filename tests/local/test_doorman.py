"""Scenarios are played beside each other, and none is held back by what the others do."""

from dataclasses import replace
from datetime import timedelta

import pytest
from infra.local.live.doorman import Limits, Turn, may_begin

from responder.domain.runbook import Quota

HOUR = Quota(5, timedelta(seconds=120))
LIMITS = Limits(Quota(3, timedelta(seconds=20)), (Quota(10, timedelta(seconds=120)),), {"latency_spike": (HOUR,)})
NEW = Turn("latency_spike", actions=1, begins_at=100.0, opens_after=10.0)


def opened(ago: float, **facts: object) -> Turn:
    return replace(NEW, begins_at=90.0 - ago, opened_at=100.0 - ago, acted_at=100.0 - ago, **facts)  # type: ignore[arg-type]  # fields of Turn


def test_the_first_may_begin_and_a_second_beside_it() -> None:
    assert may_begin(NEW, [], LIMITS)
    assert may_begin(NEW, [NEW], LIMITS)


def test_a_third_waits_until_three_cannot_look_like_a_storm() -> None:
    assert not may_begin(NEW, [NEW, NEW], LIMITS)
    assert not may_begin(NEW, [opened(5), opened(5)], LIMITS)
    assert may_begin(NEW, [opened(16), opened(16)], LIMITS)


def test_a_third_waits_while_its_alert_would_be_pending_beside_one_that_opens_and_one_that_just_did() -> None:
    opens_soon = replace(NEW, begins_at=92.0)
    slow = replace(NEW, opens_after=20.0)

    assert not may_begin(slow, [opened(6), opens_soon], LIMITS)
    assert may_begin(slow, [opened(6), replace(opens_soon, runbook="cost_overrun")], LIMITS)
    assert may_begin(slow, [opened(6)], LIMITS)


def test_one_that_will_decide_again_is_near_until_it_did() -> None:
    tried = replace(opened(60), reopens_at=130.0, acted_at=None)

    assert not may_begin(NEW, [tried, NEW], LIMITS)
    assert may_begin(NEW, [replace(tried, reopens_at=190.0), NEW], LIMITS)
    assert may_begin(NEW, [replace(tried, acted_at=99.0), NEW], LIMITS)
    assert may_begin(NEW, [replace(tried, over=True), NEW], LIMITS)


def test_one_whose_alert_takes_a_minute_holds_nobody_up_meanwhile() -> None:
    slow = replace(NEW, opens_after=70.0)

    assert may_begin(NEW, [slow, slow], LIMITS)
    assert not may_begin(replace(NEW, begins_at=140.0), [slow, slow], LIMITS)


@pytest.mark.parametrize("new", [replace(NEW, alone=True), replace(NEW, targets=6)], ids=["alone", "a crowd"])
def test_who_disturbs_others_waits_until_no_alert_is_near(new: Turn) -> None:
    assert not may_begin(new, [NEW], LIMITS)
    assert may_begin(new, [opened(16)], LIMITS)


def test_nobody_begins_beside_one_that_is_alone_until_it_lets_go() -> None:
    alone = opened(30, alone=True)

    assert not may_begin(NEW, [alone], LIMITS)
    assert may_begin(NEW, [replace(alone, released=True)], LIMITS)
    assert may_begin(NEW, [replace(alone, over=True)], LIMITS)


def test_one_that_opens_again_and_again_counts_until_it_is_over() -> None:
    restless = opened(60, restless=True)

    assert not may_begin(NEW, [restless, NEW], LIMITS)
    assert may_begin(NEW, [replace(restless, over=True), NEW], LIMITS)


def test_the_budget_of_a_runbook_is_waited_for_and_not_of_who_does_nothing() -> None:
    spent = [opened(n) for n in (30, 40, 50, 60, 70)]

    assert not may_begin(NEW, spent, LIMITS)
    assert may_begin(NEW, spent[:4], LIMITS)
    assert may_begin(replace(NEW, actions=0), spent, LIMITS)
    assert may_begin(replace(NEW, runbook="cost_overrun"), spent, LIMITS)
    assert may_begin(NEW, [*spent[:4], opened(115)], LIMITS)


def test_the_budget_of_the_fleet_is_waited_for_whatever_the_runbook() -> None:
    spent = [opened(30 + n, runbook=f"page-{n}") for n in range(10)]

    assert not may_begin(NEW, spent, LIMITS)
    assert may_begin(NEW, spent[:9], LIMITS)
