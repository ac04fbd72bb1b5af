from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.world import (
    CHAT,
    NOON,
    ROLL_BACK,
    SHIPPED,
    Given,
    a_diagnosis,
    a_release,
    a_snapshot,
    a_surrounding,
    an_episode,
    an_incident,
)

from responder.domain.deciding import Decision, Known, decide, intend, refuse_to_act
from responder.domain.escalation import Notice, NoticeKind
from responder.domain.failure_mode import FailureMode
from responder.domain.guard import Firing, Reason
from responder.domain.incident import Incident, State
from responder.domain.journal import PastAction, TargetRecord
from responder.domain.remediation import NoPlan
from responder.domain.runbook import FLEET, IfNotRecovered, Runbook, Step
from responder.domain.target import NoTarget

PAGE = SHIPPED.book.page(FailureMode.LATENCY_SPIKE)
KNOWN = Known(
    settings={"global": "auto"},
    can_ask=True,
    firing=Firing("firing", "active"),
    around={ROLL_BACK: a_surrounding()},
    spent_runbook=(),
    spent_fleet=(),
)
ARGUMENTS: dict[str, Any] = {
    "incident": an_incident(),
    "diagnosis": a_diagnosis(),
    "page": PAGE,
    "target": CHAT,
    "known": KNOWN,
    "past": (),
    "fleet": FLEET,
    "now": NOON,
}


def _decide(**changes: Given) -> Decision:
    return decide(**{**ARGUMENTS, **changes})


def _reason(**changes: Given) -> Reason | None:
    refusal = _decide(**changes).refusal
    return refusal.reason if refusal else None


def _ladder(*steps: Step) -> Runbook:
    return replace(PAGE, policy=replace(PAGE.policy, remediation=steps))


def _past(minutes_ago: float, incident: str = "earlier") -> PastAction:
    return PastAction("a", incident, NOON - timedelta(minutes=minutes_ago), FailureMode.LATENCY_SPIKE)


def test_undisturbed_it_decides_to_roll_back() -> None:
    decision = _decide()

    assert decision.refusal is None
    assert decision.plan is not None
    assert decision.plan.desired == {"endpoint_config": "chat-v1"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"target": None}, Reason.NO_TARGET),
        (
            {"target": None, "incident": an_incident(why_no_target=NoTarget("ambiguous_target", "two match"))},
            Reason.AMBIGUOUS_TARGET,
        ),
        ({"diagnosis": a_diagnosis(FailureMode.UNKNOWN)}, Reason.UNKNOWN_FAILURE),
        ({"page": SHIPPED.book.page(FailureMode.UNKNOWN)}, Reason.NO_REMEDIATION),
        ({"incident": an_incident(step=1)}, Reason.NO_REMEDIATION),
        ({"now": NOON + timedelta(hours=2, seconds=1)}, Reason.TOO_OLD),
        ({"incident": an_incident(attempts=3)}, Reason.ATTEMPTS),
        ({"past": [_past(29)]}, Reason.COOLDOWN),
        ({"past": [_past(40), _past(50), _past(59)]}, Reason.BUDGET),
        ({"fleet": ()}, Reason.BUDGET),
    ],
    ids=lambda v: v.value if isinstance(v, Reason) else " ".join(v),
)
def test_every_guard_can_refuse(changes: dict[str, Any], reason: Reason) -> None:
    assert _reason(**changes) is reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"firing": Firing("gone", "")}, Reason.NOT_FIRING),
        ({"firing": Firing("suppressed", "")}, Reason.SILENCED),
        ({"firing": Firing("unknown", "")}, Reason.CANNOT_ASK),
        ({"settings": {}}, Reason.MODE),
        ({"settings": {"global": "suggest"}}, Reason.APPROVAL_NEEDED),
        ({"settings": {"global": "auto", "target/chat": "off"}}, Reason.MODE),
        ({"can_ask": False}, Reason.APPROVAL_NEEDED),
        ({"spent_runbook": (NOON,) * 5}, Reason.BUDGET),
        ({"spent_fleet": (NOON,) * 10}, Reason.BUDGET),
        ({"around": {ROLL_BACK: a_surrounding(seen=a_snapshot(state="Updating", settled=False))}}, Reason.PRECONDITION),
        ({"around": {ROLL_BACK: a_surrounding(configurations={})}}, Reason.PRECONDITION),
        ({"around": {ROLL_BACK: a_surrounding(releases=(a_release("v2", minutes_ago=2000),))}}, Reason.CONDITION),
        ({"around": {ROLL_BACK: a_surrounding(releases=())}}, Reason.CONDITION),
        ({"around": {ROLL_BACK: NoPlan("cannot_look", "timeout")}}, Reason.CONDITION),
    ],
    ids=lambda v: v.value if isinstance(v, Reason) else " ".join(v),
)
def test_whatever_was_learned_can_refuse(changes: dict[str, Any], reason: Reason) -> None:
    assert _reason(known=replace(KNOWN, **changes)) is reason


def test_the_cooldown_keeps_incidents_apart_not_the_steps_of_one() -> None:
    assert _reason(past=[_past(5, incident="earlier")]) is Reason.COOLDOWN
    assert _reason(past=[_past(5, incident="incident-1")]) is None


def test_every_verdict_is_kept_so_that_a_reader_sees_all_of_them() -> None:
    refused = _decide(known=replace(KNOWN, settings={}, firing=Firing("gone", "")))

    assert [v.guard for v in refused.verdicts] == [v.guard for v in _decide().verdicts]
    assert [v.reason for v in refused.verdicts if v.reason] == [Reason.NOT_FIRING, Reason.MODE]


def test_the_ladder_is_climbed_past_a_step_that_is_known_not_to_fit() -> None:
    gentle, harsh = replace(PAGE.policy.remediation[0], when="release.age_s < `1`"), PAGE.policy.remediation[0]

    assert _decide(page=_ladder(gentle, harsh)).number == 1
    assert _decide(page=_ladder(harsh, gentle)).number == 0


def test_doubt_about_a_gentle_step_starts_no_harsher_one() -> None:
    gentle = replace(PAGE.policy.remediation[0], when="evidence.never_measured < `1`")
    harsh = replace(PAGE.policy.remediation[0], when=None)

    decision = _decide(page=_ladder(gentle, harsh))

    assert decision.number == 0
    assert decision.refusal is not None
    assert decision.refusal.answer == "unknown"


@pytest.mark.parametrize(
    "mode", [FailureMode.SAFETY_VIOLATION, FailureMode.TOKENIZER_MISMATCH, FailureMode.ADAPTER_MERGE_ERROR]
)
def test_a_rollback_for_safety_or_for_being_broken_has_no_way_back(mode: FailureMode) -> None:
    page = replace(PAGE, policy=replace(PAGE.policy, failure_mode=mode))

    forward_only, ordinary = _decide(page=page, diagnosis=a_diagnosis(mode)).plan, _decide().plan

    assert forward_only is not None
    assert ordinary is not None
    assert (forward_only.undoable, ordinary.undoable) == (False, True)


def _intended(incident: Incident | None = None) -> tuple[TargetRecord, Incident]:
    record = TargetRecord(CHAT.resource)
    record, moved = intend(record, incident or an_incident(), a_diagnosis(), PAGE, _decide(), NOON)
    return record, moved.incident


def test_an_intention_freezes_everything_a_running_response_needs() -> None:
    _, incident = _intended()

    assert incident.state is State.ACTING
    assert incident.intent is not None
    assert incident.intent.verify == PAGE.policy.verify
    assert incident.intent.escalate == PAGE.policy.escalate
    assert incident.intent.if_not_recovered is IfNotRecovered.UNDO


def test_an_intention_spends_an_attempt_and_is_remembered_for_cooldowns() -> None:
    record, incident = _intended()

    assert incident.attempts == 1
    assert [(a.incident, a.at) for a in record.actions] == [("incident-1", NOON)]


def test_each_attempt_is_an_action_of_its_own() -> None:
    (_, first), (_, second) = _intended(), _intended(an_incident(attempts=1))

    assert first.intent is not None
    assert second.intent is not None
    assert first.intent.action_id != second.intent.action_id


def _refused(incident: Incident) -> Incident:
    decision = _decide(known=replace(KNOWN, settings={"global": "observe"}))
    assert decision.refusal is not None
    return refuse_to_act(incident, a_diagnosis(), PAGE, decision, decision.refusal, NOON).incident


def test_a_refusal_tells_a_person_now_what_would_have_been_done() -> None:
    deferred = Notice(NoticeKind.PAGE, NOON + timedelta(minutes=15))

    incident = _refused(an_incident(notices=(deferred,)))

    assert incident.state is State.ESCALATED
    assert incident.refusal == Reason.MODE
    assert incident.proposal is not None
    assert [(n.kind, n.due_at) for n in incident.notices] == [(NoticeKind.PAGE, NOON)]


def test_a_refusal_is_as_loud_as_the_severity_until_something_was_tried() -> None:
    ticket = Notice(NoticeKind.TICKET, NOON)

    assert [n.kind for n in _refused(an_incident(notices=(ticket,))).notices if n.pending] == ["ticket"]
    assert [n.kind for n in _refused(an_incident(notices=(ticket,), attempts=1)).notices if n.pending] == ["page"]


def test_the_age_that_conditions_read_is_the_incidents() -> None:
    started = an_episode(starts_at=NOON - timedelta(minutes=30))
    old_only = replace(PAGE.policy.remediation[0], when="alert.age_s > `600`")

    assert _reason(page=_ladder(old_only), incident=an_incident(episodes=(started,))) is None
    assert _reason(page=_ladder(old_only)) is Reason.CONDITION


def _waiting(due: timedelta, **given: Given) -> Incident:
    return an_incident(notices=(Notice(NoticeKind.PAGE, NOON + due),), **given)


def test_a_page_waits_as_long_as_the_page_allows_whose_action_is_tried() -> None:
    """The alert named a page that allows five minutes; what was found allows a quarter of an hour, since it opened."""
    _, incident = _intended(_waiting(timedelta(minutes=5), opened_at=NOON - timedelta(minutes=1)))

    assert PAGE.policy.escalate.page_after == timedelta(minutes=15)
    assert [n.due_at for n in incident.notices] == [NOON + timedelta(minutes=14)]


@pytest.mark.parametrize(("due", "attempts"), [(timedelta(), 0), (timedelta(minutes=5), 1)])
def test_what_is_due_and_what_waited_for_an_earlier_action_is_not_put_off(due: timedelta, attempts: int) -> None:
    before = _waiting(due, attempts=attempts)
    _, after = _intended(before)

    assert after.notices == before.notices
