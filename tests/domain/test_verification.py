from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.world import NOON, Given, a_plan, an_alert, an_episode, an_incident, an_intent

from responder.domain.acting import converge, direction, to_mind
from responder.domain.alert import Severity
from responder.domain.escalation import Notice, NoticeKind
from responder.domain.evidence import Evidence
from responder.domain.guard import Firing
from responder.domain.incident import Disposition, Incident, Moved, State
from responder.domain.remediation import Standing
from responder.domain.runbook import IfNotRecovered
from responder.domain.verification import close_if_ended, reconcile, verify

SOAK, WITHIN = an_intent().verify.soak, an_intent().verify.within
PAGE = Notice(NoticeKind.PAGE, NOON + timedelta(hours=1))


def _verifying(**changes: Given) -> Incident:
    at = {"state": State.VERIFYING, "intent": an_intent(), "give_up_at": NOON + WITHIN, "notices": (PAGE,)}
    return an_incident(**{**at, **changes})


def _measured(value: float | str | None, name: str = "verify") -> Evidence:
    missing = "empty answer" if value is None else None
    return Evidence(name, "prometheus", "q", NOON, value=value, missing=missing)


def _look(incident: Incident, value: float | str | None, after: timedelta, traffic: float | None = 5.0) -> Moved:
    return verify(incident, _measured(value), _measured(traffic, "traffic"), NOON + after)


def _looks(*seen: float | None, every: timedelta = timedelta(minutes=1)) -> Incident:
    """Take one look after the other until a verdict is given."""
    incident = _verifying()
    for number, value in enumerate(seen):
        if incident.state is State.VERIFYING:
            incident = _look(incident, value, every * number).incident
    return incident


def test_recovered_is_when_the_condition_held_for_the_whole_soak() -> None:
    assert _looks(*[0.3] * 6).state is State.RECOVERED
    assert _looks(*[0.3] * 5).state is State.VERIFYING


def test_a_relapse_starts_the_soak_again() -> None:
    assert _looks(0.3, 0.3, 0.3, 2.5, 0.3, 0.3, 0.3).state is State.VERIFYING
    assert _looks(0.3, 0.3, 0.3, 2.5, *[0.3] * 6).state is State.RECOVERED


def test_a_missing_answer_breaks_the_soak_too() -> None:
    assert _looks(0.3, 0.3, 0.3, None, 0.3, 0.3, 0.3).state is State.VERIFYING


def test_a_mere_look_is_not_written_down() -> None:
    assert _look(_verifying(), 2.5, timedelta()).kind is None
    assert _look(_verifying(held_since=NOON - SOAK), 0.3, timedelta()).kind == "verified"


def test_recovery_wakes_nobody() -> None:
    notices = _look(_verifying(held_since=NOON - SOAK), 0.3, timedelta()).incident.notices

    assert [n.kind for n in notices if n.pending] == [NoticeKind.TICKET]


def test_not_recovered_is_said_only_at_the_deadline() -> None:
    assert _look(_verifying(), 2.5, WITHIN - timedelta(seconds=1)).incident.state is State.VERIFYING
    assert _look(_verifying(), 2.5, WITHIN).facts["verdict"] == "not_recovered"


@pytest.mark.parametrize(
    ("then", "state"),
    [
        (IfNotRecovered.UNDO, State.UNDOING),
        (IfNotRecovered.KEEP, State.ESCALATED),
        (IfNotRecovered.NEXT, State.RECEIVED),
    ],
)
def test_what_did_not_help_is_undone_kept_or_followed_as_the_step_says(then: IfNotRecovered, state: State) -> None:
    moved = _look(_verifying(intent=an_intent(if_not_recovered=then)), 2.5, WITHIN)

    assert moved.incident.state is state


def test_the_next_step_is_the_one_above_on_the_ladder() -> None:
    after = _look(_verifying(intent=an_intent(if_not_recovered=IfNotRecovered.NEXT)), 2.5, WITHIN).incident

    assert (after.step, after.intent) == (1, None)


def test_a_rollback_that_must_not_be_undone_is_kept_and_goes_to_a_person() -> None:
    one_way = an_intent(plan=a_plan(undoable=False))

    moved = _look(_verifying(intent=one_way), 2.5, WITHIN)

    assert moved.incident.state is State.ESCALATED
    assert moved.facts["next"] == "keep"


@pytest.mark.parametrize(
    ("value", "traffic", "says"),
    [
        (None, 5.0, "empty answer"),
        ("fast", 5.0, "the measurement is no number"),
        (float("nan"), 5.0, "the measurement is no number"),
        (2.5, None, "empty answer"),
        (2.5, float("nan"), "the measurement is no number"),
        (2.5, 0.05, "traffic is 0.05, below the floor of 0.1"),
        (0.3, 5.0, "it holds, but not yet for long enough"),
    ],
)
def test_doubt_keeps_what_was_done_and_goes_to_a_person(
    value: float | str | None, traffic: float | None, says: str
) -> None:
    moved = _look(_verifying(), value, WITHIN, traffic)

    assert moved.facts["verdict"] == "inconclusive"
    assert moved.incident.state is State.ESCALATED
    assert moved.incident.says == f"cannot tell whether it recovered: {says}"


@pytest.mark.parametrize("traffic", [None, 0.05, float("nan")])
def test_without_traffic_a_good_measurement_proves_nothing(traffic: float | None) -> None:
    assert _look(_verifying(held_since=NOON - SOAK), 0.3, timedelta(), traffic).incident.state is State.VERIFYING


def _ended(state: State, **changes: Given) -> Incident:
    return an_incident(**{"state": state, "episodes": (an_episode(ends_at=NOON),), "intent": an_intent(), **changes})


@pytest.mark.parametrize(
    ("state", "disposition"),
    [
        (State.RECEIVED, Disposition.RECOVERED),
        (State.RECOVERED, Disposition.RECOVERED),
        (State.ESCALATED, Disposition.ESCALATED),
    ],
)
def test_an_incident_closes_when_its_alerts_ended(state: State, disposition: Disposition) -> None:
    moved = close_if_ended(_ended(state), NOON)

    assert moved is not None
    assert (moved.incident.state, moved.incident.disposition) == (State.CLOSED, disposition)


QUIET = (State.RECEIVED, State.PROPOSED, State.RECOVERED, State.ESCALATED)


@pytest.mark.parametrize("state", [s for s in State if s not in QUIET])
def test_an_incident_with_something_going_on_does_not_close(state: State) -> None:
    assert close_if_ended(_ended(state), NOON) is None


def test_an_incident_that_still_fires_does_not_close() -> None:
    assert close_if_ended(an_incident(state=State.ESCALATED), NOON) is None


def test_what_ended_by_itself_before_its_notice_was_due_tells_nobody() -> None:
    moved = close_if_ended(_ended(State.RECEIVED, notices=(PAGE,)), NOON)

    assert moved is not None
    assert [n for n in moved.incident.notices if n.pending] == []


def _asked(state: State, answer: str | None, at: datetime = NOON) -> Moved:
    seen = {an_episode().key: Firing(answer, "as asked")} if answer else {}  # type: ignore[arg-type]  # parametrised
    return reconcile(an_incident(state=state, intent=an_intent()), seen, at)


def _again(incident: Incident, answer: str, minutes: int) -> Incident:
    seen = {an_episode().key: Firing(answer, "as asked")}  # type: ignore[arg-type]  # parametrised
    return reconcile(incident, seen, NOON + timedelta(minutes=minutes)).incident


def test_a_lost_end_is_found_at_the_second_look_and_only_presumed() -> None:
    first = _asked(State.ESCALATED, "gone").incident
    assert (len(first.firing), first.next_at) == (1, NOON + timedelta(minutes=5))

    second = _again(first, "gone", 5)

    assert second.firing == ()
    assert second.episodes[0].presumed
    assert second.episodes[0].missing_since == NOON


@pytest.mark.parametrize("state", [State.ESCALATED, State.RECOVERED])
def test_an_alertmanager_that_was_restarted_ends_nothing(state: State) -> None:
    """For a minute or two it knows of no alert, until Prometheus has told it everything again."""
    found = _again(_asked(state, "gone").incident, "suppressed", 5)
    assert found.episodes[0].missing_since is None

    assert len(_again(found, "gone", 20).firing) == 1


def test_a_look_at_which_nobody_could_tell_neither_ends_nor_forgives() -> None:
    unknown = _again(_asked(State.ESCALATED, "gone").incident, "unknown", 5)
    assert len(unknown.firing) == 1

    assert _again(unknown, "gone", 10).firing == ()


def test_an_alert_that_fires_on_keeps_the_incident_open() -> None:
    moved = _asked(State.ESCALATED, "firing")

    assert (moved.incident.state, moved.kind) == (State.ESCALATED, None)
    assert len(moved.incident.firing) == 1


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("firing", "recovery was verified, but the alert still fires"),
        ("unknown", "recovery was verified, but nobody can say whether the alert ended"),
        (None, "recovery was verified, but nobody can say whether the alert ended"),
    ],
)
def test_a_recovery_that_its_alert_does_not_confirm_goes_to_a_person(answer: str | None, says: str) -> None:
    moved = _asked(State.RECOVERED, answer)

    assert moved.incident.state is State.ESCALATED
    assert moved.facts["escalated"] == says


@pytest.mark.parametrize("answer", ["gone", "suppressed"])
def test_a_recovery_stands_when_its_alert_is_gone_or_silenced(answer: str) -> None:
    assert _asked(State.RECOVERED, answer).incident.state is State.RECOVERED


def test_an_alert_beside_one_that_still_fires_ends_alone() -> None:
    other = replace(an_episode(), fingerprint=an_alert(route="/chat").fingerprint)
    incident = an_incident(state=State.ESCALATED, episodes=(an_episode(), other))

    seen = {other.key: Firing("gone", ""), an_episode().key: Firing("firing", "")}
    moved = reconcile(reconcile(incident, seen, NOON).incident, seen, NOON + timedelta(minutes=5))

    assert moved.incident.firing == (an_episode(),)


BEFORE, AFTER = {"rate": "100"}, {"rate": "50"}


def _kept(**changes: Given) -> Incident:
    """A step that has a way back did not help alone; the one after it does."""
    first = an_intent(
        action_id="first", plan=a_plan(before=BEFORE, desired=AFTER, lift=(BEFORE,), drift="half the rate")
    )
    return _verifying(kept=(first,), held_since=NOON - SOAK, **changes)


def test_a_step_that_is_followed_stays_beside_the_next() -> None:
    first = an_intent(if_not_recovered=IfNotRecovered.NEXT)

    after = _look(_verifying(intent=first), 2.5, WITHIN).incident

    assert (after.state, after.kept) == (State.RECEIVED, (first,))


def test_what_was_kept_is_led_back_once_it_is_well() -> None:
    after = _look(_kept(), 0.3, timedelta()).incident

    assert after.intent
    assert (after.state, after.lifted, after.intent.action_id) == (State.LIFTING, 1, "first")
    assert direction(after) == (AFTER, BEFORE)


def test_what_helped_is_still_minded_while_the_kept_step_is_led_back() -> None:
    leading = _look(_kept(), 0.3, timedelta()).incident

    done = converge(replace(leading, state=State.CONVERGING), Standing.DESIRED, "there", NOON).incident

    assert done.drift == an_intent().plan.drift
    assert to_mind(_kept()) == f"half the rate; {an_intent().plan.drift}"


def test_people_hear_of_a_recovery_once_however_much_is_led_back() -> None:
    first = _look(_kept(), 0.3, timedelta())
    again = _verifying(kept=_kept().kept, held_since=NOON - SOAK, recovered_at=NOON, notices=first.incident.notices)

    assert _look(again, 0.3, timedelta()).incident.notices == first.incident.notices


def test_with_nothing_kept_a_recovery_is_the_end() -> None:
    assert _look(_verifying(held_since=NOON - SOAK), 0.3, timedelta()).incident.state is State.RECOVERED


def test_a_quieter_alert_that_still_fires_does_not_contradict_a_recovery() -> None:
    over = an_episode(severity=Severity.CRITICAL, ends_at=NOON)
    spent = an_episode(fingerprint="spent", severity=Severity.WARNING)
    incident = an_incident(state=State.RECOVERED, episodes=(over, spent), intent=an_intent())
    firing = {spent.key: Firing("firing", "Alertmanager says it is active")}

    looked = reconcile(incident, firing, NOON).incident
    assert looked.state is State.RECOVERED
    assert [n.kind for n in looked.notices] == [NoticeKind.TICKET]
    as_bad = replace(incident, episodes=(over, replace(spent, severity=Severity.CRITICAL)))
    assert reconcile(as_bad, firing, NOON).incident.state is State.ESCALATED
