from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.world import NOON, Given, a_diagnosis

from responder.domain.condition import Unknown
from responder.domain.failure_mode import FailureMode
from responder.domain.guard import (
    Firing,
    Reason,
    Verdict,
    age_guard,
    allow,
    attempts_guard,
    budget_guard,
    condition_guard,
    cooldown_guard,
    diagnosis_guard,
    firing_guard,
    first_refusal,
    mode_guard,
    refuse,
    time_guard,
)
from responder.domain.mode import Mode, Switch
from responder.domain.runbook import Limits, Quota

LIMITS = Limits(cooldown=timedelta(minutes=30), max_age=timedelta(hours=2), attempts=2)
HOURLY = (Quota(2, timedelta(hours=1)),)


def _ago(**span: float) -> datetime:
    return NOON - timedelta(**span)


def _says(verdict: Verdict) -> tuple[str, Reason | None]:
    return verdict.answer, verdict.reason


ALLOW = ("allow", None)


def test_the_first_guard_that_does_not_allow_gives_the_reason() -> None:
    early, late = refuse("mode", Reason.MODE, "off"), refuse("budget", Reason.BUDGET, "spent")

    assert first_refusal([allow("allow_list", "yes"), early, late]) is early


def test_when_every_guard_allows_there_is_no_refusal() -> None:
    assert first_refusal([allow("allow_list", "yes"), allow("mode", "auto")]) is None


def test_a_failure_that_was_recognised_may_be_answered() -> None:
    assert _says(diagnosis_guard(a_diagnosis())) == ALLOW


def test_an_unknown_failure_is_never_answered() -> None:
    assert _says(diagnosis_guard(a_diagnosis(FailureMode.UNKNOWN))) == ("deny", Reason.UNKNOWN_FAILURE)


def test_a_failure_that_only_the_choice_of_words_speaks_for_is_named_and_not_answered() -> None:
    verdict = diagnosis_guard(replace(a_diagnosis(), hearsay=True))

    assert _says(verdict) == ("deny", Reason.UNKNOWN_FAILURE)
    assert verdict.says == (
        "it is the choice of words that speaks for latency_spike; signals and measurements alone do not"
    )


def test_what_no_page_knows_is_said_so_and_what_was_nearly_known_is_named() -> None:
    nothing, nearly = (
        replace(a_diagnosis(FailureMode.UNKNOWN), leading=leading, confidence=confidence)
        for leading, confidence in ((FailureMode.UNKNOWN, 0.78), (FailureMode.LATENCY_SPIKE, 0.6))
    )

    assert diagnosis_guard(nothing).says == "unsure: nothing speaks clearly for a failure that any page knows"
    assert diagnosis_guard(nearly).says.startswith("unsure: best guess latency_spike at 0.60, needed 0.75")


@pytest.mark.parametrize(
    ("expression", "answer", "said"),
    [
        ("release.age_s < `86400`", True, ALLOW),
        ("release.age_s < `86400`", False, ("deny", Reason.CONDITION)),
        ("release.age_s < `86400`", Unknown("missing"), ("unknown", Reason.CONDITION)),
        (None, True, ALLOW),
    ],
)
def test_a_step_is_taken_only_when_its_condition_is_known_to_hold(
    expression: str | None, answer: Given, said: tuple[str, Reason | None]
) -> None:
    assert _says(condition_guard(expression, answer)) == said


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        (Mode.AUTO, ALLOW),
        (Mode.SUGGEST, ("deny", Reason.APPROVAL_NEEDED)),
        (Mode.OBSERVE, ("deny", Reason.MODE)),
        (Mode.OFF, ("deny", Reason.MODE)),
    ],
)
def test_only_auto_acts_by_itself(mode: Mode, said: tuple[str, Reason | None]) -> None:
    assert _says(mode_guard(Switch(mode, "because"))) == said


def test_an_alert_that_still_fires_may_be_answered() -> None:
    assert _says(firing_guard(Firing("firing", "active"))) == ALLOW


def test_an_alert_that_is_silenced_gone_or_cannot_be_asked_for_is_not_answered() -> None:
    assert _says(firing_guard(Firing("suppressed", "by ann"))) == ("deny", Reason.SILENCED)
    assert _says(firing_guard(Firing("gone", "not listed"))) == ("deny", Reason.NOT_FIRING)
    assert _says(firing_guard(Firing("unknown", "timeout"))) == ("unknown", Reason.CANNOT_ASK)


def test_an_alert_older_than_max_age_is_a_persons() -> None:
    assert _says(age_guard(_ago(hours=2), LIMITS, NOON)) == ALLOW
    assert _says(age_guard(_ago(hours=2, seconds=1), LIMITS, NOON)) == ("deny", Reason.TOO_OLD)


def test_a_second_action_within_the_cooldown_is_refused() -> None:
    assert _says(cooldown_guard(_ago(minutes=29), LIMITS, NOON)) == ("deny", Reason.COOLDOWN)
    assert _says(cooldown_guard(_ago(minutes=30), LIMITS, NOON)) == ALLOW
    assert _says(cooldown_guard(None, LIMITS, NOON)) == ALLOW


def test_a_clock_that_went_backwards_does_not_end_a_cooldown() -> None:
    assert _says(cooldown_guard(_ago(hours=-1), LIMITS, NOON)) == ("deny", Reason.COOLDOWN)


def test_a_budget_is_spent_within_its_window_and_free_again_after_it() -> None:
    assert _says(budget_guard("target", [_ago(minutes=5)], HOURLY, NOON)) == ALLOW
    assert _says(budget_guard("target", [_ago(minutes=5), _ago(minutes=9)], HOURLY, NOON)) == ("deny", Reason.BUDGET)
    assert _says(budget_guard("target", [_ago(minutes=61), _ago(minutes=9)], HOURLY, NOON)) == ALLOW


def test_every_window_of_a_budget_counts() -> None:
    daily = (*HOURLY, Quota(3, timedelta(days=1)))
    spent = [_ago(hours=5), _ago(hours=4), _ago(hours=3)]

    assert _says(budget_guard("target", spent, HOURLY, NOON)) == ALLOW
    assert _says(budget_guard("target", spent, daily, NOON)) == ("deny", Reason.BUDGET)


def test_a_budget_without_a_limit_is_no_licence() -> None:
    assert _says(budget_guard("target", [], (), NOON)) == ("deny", Reason.BUDGET)


def test_attempts_are_counted() -> None:
    assert _says(attempts_guard(1, LIMITS)) == ALLOW
    assert _says(attempts_guard(2, LIMITS)) == ("deny", Reason.ATTEMPTS)


def test_a_call_is_only_started_when_there_is_time_for_its_worst_case() -> None:
    worst = timedelta(seconds=15)

    assert _says(time_guard(timedelta(seconds=16), worst)) == ALLOW
    assert _says(time_guard(worst, worst)) == ("deny", Reason.TIME_LEFT)
    assert _says(time_guard(timedelta(seconds=-3), worst)) == ("deny", Reason.TIME_LEFT)


def test_a_refusal_says_how_far_off_it_was() -> None:
    assert cooldown_guard(_ago(minutes=5), LIMITS, NOON).says == "last action 5m ago, the runbook asks for 30m"
