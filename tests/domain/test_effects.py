from datetime import timedelta

from responder.domain.effects import EFFECTS, is_side_effect
from responder.domain.failure_mode import FailureMode
from responder.domain.runbook import Action


def test_every_action_says_what_it_brings() -> None:
    assert set(EFFECTS) == set(Action)


def test_what_an_action_brings_counts_as_that_only_while_it_settles() -> None:
    named = {FailureMode.ERROR_RATE}

    assert is_side_effect(Action.ROLLBACK, named, timedelta(minutes=14))
    assert not is_side_effect(Action.ROLLBACK, named, timedelta(minutes=15))


def test_anything_else_among_it_is_news() -> None:
    assert not is_side_effect(Action.ROLLBACK, {FailureMode.ERROR_RATE, FailureMode.DATA_DRIFT}, timedelta())
    assert not is_side_effect(Action.ROLLBACK, {""}, timedelta())
    assert not is_side_effect(Action.ROLLBACK, set(), timedelta())
    assert not is_side_effect(Action.FREEZE, {FailureMode.LATENCY_SPIKE}, timedelta())
