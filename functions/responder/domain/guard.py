"""Decide whether to act.

Every guard answers allow, deny with a reason, or unknown, which denies and brings in a person. An effect
happens only when all of them allow; the first that does not gives the reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from responder.domain.condition import Unknown
from responder.domain.diagnosis import THRESHOLD, Diagnosis
from responder.domain.duration import roughly, write_duration
from responder.domain.failure_mode import FailureMode
from responder.domain.mode import Mode, Switch
from responder.domain.runbook import Limits, Quota


class Reason(StrEnum):
    """Why something is not done; reaches log, metric and audit record unchanged."""

    NO_TARGET = "no_target"
    AMBIGUOUS_TARGET = "ambiguous_target"
    UNKNOWN_FAILURE = "unknown_failure"
    NO_REMEDIATION = "no_remediation"
    CONDITION = "condition"
    MODE = "mode"
    APPROVAL_NEEDED = "approval_needed"
    NOT_APPROVED = "not_approved"
    PLAN_CHANGED = "plan_changed"
    NOT_FIRING = "not_firing"
    STILL_FIRING = "still_firing"
    SILENCED = "silenced"
    CANNOT_ASK = "cannot_ask"
    TOO_OLD = "too_old"
    COOLDOWN = "cooldown"
    BUDGET = "budget"
    ATTEMPTS = "attempts"
    PRECONDITION = "precondition"
    STORM = "storm"
    TIME_LEFT = "time_left"
    EXPORT_FAILED = "export_failed"
    CHANGED_BY_OTHERS = "changed_by_others"
    LOOP = "loop"


@dataclass(frozen=True)
class Verdict:
    """One guard's answer."""

    guard: str
    answer: Literal["allow", "deny", "unknown"]
    says: str
    reason: Reason | None = None


@dataclass(frozen=True)
class Firing:
    """What Prometheus or Alertmanager said of the alert just now.

    `beside` are the labels of everything that fires under the same name, and since when, where that is known.
    """

    state: Literal["firing", "suppressed", "gone", "unknown"]
    says: str
    beside: tuple[tuple[Mapping[str, str], datetime], ...] = ()


def first_refusal(verdicts: Iterable[Verdict]) -> Verdict | None:
    return next((v for v in verdicts if v.answer != "allow"), None)


def diagnosis_guard(diagnosis: Diagnosis) -> Verdict:
    if diagnosis.failure_mode is FailureMode.UNKNOWN:
        return _deny(
            "diagnosis",
            Reason.UNKNOWN_FAILURE,
            _unsure(diagnosis),
        )
    if diagnosis.hearsay:
        says = (
            f"it is the choice of words that speaks for {diagnosis.failure_mode}; signals and measurements alone do not"
        )
        return _deny("diagnosis", Reason.UNKNOWN_FAILURE, says)
    return _allow("diagnosis", f"{diagnosis.failure_mode} at {diagnosis.confidence:.2f}")


def _unsure(diagnosis: Diagnosis) -> str:
    """Say how near the best guess came; where nothing is likelier than that no page knows it, say that."""
    if diagnosis.leading is FailureMode.UNKNOWN:
        return "unsure: nothing speaks clearly for a failure that any page knows"
    return (
        f"unsure: best guess {diagnosis.leading} at {diagnosis.confidence:.2f},"
        f" needed {THRESHOLD:.2f} and a clear margin over {diagnosis.runner_up}"
    )


def condition_guard(expression: str | None, answer: bool | Unknown) -> Verdict:  # noqa: FBT001  # the answer of a condition
    if expression is None:
        return _allow("condition", "the step has no condition")
    if isinstance(answer, Unknown):
        return Verdict("condition", "unknown", f"cannot tell whether {expression}: {answer.says}", Reason.CONDITION)
    return (
        _allow("condition", expression)
        if answer
        else _deny("condition", Reason.CONDITION, f"not the case: {expression}")
    )


def mode_guard(switch: Switch) -> Verdict:
    match switch.mode:
        case Mode.AUTO:
            return _allow("mode", switch.because)
        case Mode.SUGGEST:
            return _deny("mode", Reason.APPROVAL_NEEDED, switch.because)
        case _:
            return _deny("mode", Reason.MODE, switch.because)


def firing_guard(firing: Firing) -> Verdict:
    match firing.state:
        case "firing":
            return _allow("still_firing", firing.says)
        case "suppressed":
            return _deny("still_firing", Reason.SILENCED, f"{firing.says}: a person has it")
        case "gone":
            return _deny("still_firing", Reason.NOT_FIRING, firing.says)
        case _:
            return Verdict("still_firing", "unknown", firing.says, Reason.CANNOT_ASK)


def age_guard(started: datetime, limits: Limits, now: datetime) -> Verdict:
    age = now - started
    says = f"firing for {roughly(age)}, at most {write_duration(limits.max_age)}"
    return _allow("max_age", says) if age <= limits.max_age else _deny("max_age", Reason.TOO_OLD, says)


def cooldown_guard(last: datetime | None, limits: Limits, now: datetime) -> Verdict:
    if last is None:
        return _allow("cooldown", "no earlier action on this target")
    ago = now - last
    says = f"last action {roughly(ago)} ago, the runbook asks for {write_duration(limits.cooldown)}"
    return _allow("cooldown", says) if ago >= limits.cooldown else _deny("cooldown", Reason.COOLDOWN, says)


def budget_guard(what: str, spent: Sequence[datetime], quotas: Sequence[Quota], now: datetime) -> Verdict:
    if not quotas:
        return _deny(f"budget_{what}", Reason.BUDGET, "no limit is written, so nothing may be spent")
    for quota in quotas:
        used = sum(now - at < quota.span for at in spent)
        if used >= quota.times:
            return _deny(
                f"budget_{what}",
                Reason.BUDGET,
                f"{used} of {quota.times} actions per {write_duration(quota.span)} are spent",
            )
    return _allow(
        f"budget_{what}",
        f"{len(spent)} recorded, within {', '.join(f'{q.times} per {write_duration(q.span)}' for q in quotas)}",
    )


def attempts_guard(made: int, limits: Limits) -> Verdict:
    says = f"{made} of {limits.attempts} attempts made"
    return _allow("attempts", says) if made < limits.attempts else _deny("attempts", Reason.ATTEMPTS, says)


def time_guard(left: timedelta, worst_case: timedelta) -> Verdict:
    says = f"{left.total_seconds():.0f} s left, the call may take {worst_case.total_seconds():.0f} s"
    return _allow("time_left", says) if left > worst_case else _deny("time_left", Reason.TIME_LEFT, says)


def refuse(guard: str, reason: Reason, says: str) -> Verdict:
    return _deny(guard, reason, says)


def allow(guard: str, says: str) -> Verdict:
    return _allow(guard, says)


def _allow(guard: str, says: str) -> Verdict:
    return Verdict(guard, "allow", says)


def _deny(guard: str, reason: Reason, says: str) -> Verdict:
    return Verdict(guard, "deny", says, reason)
