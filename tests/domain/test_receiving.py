from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.world import CHAT, NOON, a_message, an_alert, an_episode, an_incident, an_intent

from responder.domain.alert import Severity
from responder.domain.escalation import NoticeKind
from responder.domain.incident import Apart, Disposition, Incident, Moved, State
from responder.domain.journal import MOST_APART, REMEMBERED_FOR, TargetRecord
from responder.domain.message import Message
from responder.domain.receiving import KEPT_ALERTS, KEPT_ENDED, News, in_slices, receive, sort_out
from responder.domain.runbook import Escalate

POLICY = Escalate(page_after=timedelta(minutes=5))
LATER = NOON + timedelta(minutes=10)
NOTHING_KNOWN = TargetRecord(CHAT.resource)


def _with(incident: Incident) -> TargetRecord:
    return TargetRecord(CHAT.resource, opened=1, incident=incident)


def _took(message: Message, record: TargetRecord = NOTHING_KNOWN, now: datetime = NOON) -> tuple[TargetRecord, Moved]:
    return receive(record, message, sort_out(record, message, now), POLICY, now)


def _sorted(record: TargetRecord, message: Message, now: datetime = LATER) -> str:
    news = sort_out(record, message, now)
    return next(name for name in ("started", "ended", "repeated", "unseen", "ignored") if getattr(news, name))


def test_a_firing_alert_opens_an_incident_with_a_deferred_page() -> None:
    record, moved = _took(a_message())

    incident = moved.incident
    assert (incident.state, incident.target, record.opened) == (State.RECEIVED, "chat", 1)
    assert [(n.kind, n.due_at) for n in incident.notices] == [(NoticeKind.PAGE, NOON + timedelta(minutes=5))]
    assert moved.facts["opened"]


@pytest.mark.parametrize(
    ("severity", "kind"), [("page", "page"), ("error", "page"), ("warning", "ticket"), ("info", "note"), ("?", "page")]
)
def test_a_person_hears_of_it_as_loudly_as_the_severity_asks(severity: str, kind: str) -> None:
    _, moved = _took(a_message(an_alert(severity=severity)))

    assert [n.kind for n in moved.incident.notices] == [kind]


def test_a_repeat_is_nothing_new_and_its_start_only_moves_earlier() -> None:
    news = sort_out(_with(an_incident()), a_message(an_alert(at=NOON - timedelta(seconds=15))), LATER)

    assert not news.anything
    assert news.repeated[0].repeats == 1
    assert news.repeated[0].starts_at == NOON - timedelta(seconds=15)


def test_the_same_alert_from_another_source_is_its_own_episode() -> None:
    assert _sorted(_with(an_incident()), a_message(source="grafana")) == "started"
    assert _sorted(_with(an_incident()), a_message()) == "repeated"


def test_a_resolved_alert_ends_its_episode_when_the_sender_says_it_did() -> None:
    ended = NOON + timedelta(minutes=7)

    record, moved = _took(a_message(an_alert("resolved", ends=ended)), _with(an_incident()), LATER)

    assert [e.ends_at for e in moved.incident.episodes] == [ended]
    assert record.past_episodes == moved.incident.episodes


def test_a_resolved_alert_without_an_end_ends_now() -> None:
    _, moved = _took(a_message(an_alert("resolved")), _with(an_incident()), LATER)

    assert [e.ends_at for e in moved.incident.episodes] == [LATER]


def test_a_firing_alert_with_a_planned_end_still_fires() -> None:
    """Prometheus sends every alert with the moment at which it may be forgotten."""
    _, moved = _took(a_message(an_alert("firing", ends=NOON + timedelta(minutes=4))))

    assert len(moved.incident.firing) == 1


def test_resolved_but_never_seen_firing_is_suppressed_and_tells_nobody() -> None:
    record, moved = _took(a_message(an_alert("resolved", ends=NOON)))

    assert (moved.incident.state, moved.incident.disposition) == (State.CLOSED, Disposition.SUPPRESSED)
    assert moved.incident.notices == ()
    assert len(record.past_episodes) == 1


def test_resolved_before_firing_the_late_firing_is_ignored() -> None:
    record, moved = _took(a_message(an_alert("resolved", ends=NOON)))

    assert _sorted(replace(record, incident=moved.incident), a_message()) == "ignored"


def test_firing_after_an_earlier_end_is_a_new_episode() -> None:
    record = replace(NOTHING_KNOWN, past_episodes=(an_episode(ends_at=NOON + timedelta(minutes=1)),))

    assert _sorted(record, a_message(an_alert(at=NOON + timedelta(minutes=2)))) == "started"
    assert _sorted(record, a_message(an_alert(at=NOON + timedelta(minutes=1)))) == "ignored"


def test_a_late_end_of_an_earlier_period_does_not_end_the_running_one() -> None:
    running = _with(an_incident(episodes=(an_episode(starts_at=NOON),)))
    earlier = NOON - timedelta(minutes=5)

    assert _sorted(running, a_message(an_alert("resolved", at=earlier, ends=NOON - timedelta(minutes=1)))) == "ignored"
    assert _sorted(running, a_message(an_alert("resolved", at=earlier, ends=NOON + timedelta(minutes=1)))) == "ended"


def test_an_alert_that_fires_on_after_we_only_presumed_its_end_is_not_lost() -> None:
    presumed = an_episode(ends_at=NOON, presumed=True)
    told = an_episode(ends_at=NOON)
    fires_on = a_message(an_alert(at=NOON - timedelta(hours=1)), at=LATER)

    assert _sorted(replace(NOTHING_KNOWN, past_episodes=(presumed,)), fires_on) == "started"
    assert _sorted(replace(NOTHING_KNOWN, past_episodes=(told,)), fires_on) == "ignored"


def test_what_was_received_before_we_presumed_the_end_is_late() -> None:
    presumed = an_episode(ends_at=LATER, presumed=True)

    assert _sorted(replace(NOTHING_KNOWN, past_episodes=(presumed,)), a_message(at=NOON)) == "ignored"


def test_a_second_alert_joins_the_open_incident() -> None:
    record, moved = _took(a_message(an_alert(route="/chat")), _with(an_incident()), LATER)

    assert len(moved.incident.firing) == 2
    assert record.opened == 1
    assert not moved.facts["opened"]


def test_a_closed_incident_is_not_reopened_a_new_one_is_opened() -> None:
    closed = an_incident(state=State.CLOSED, episodes=(an_episode(ends_at=NOON),))
    record = replace(_with(closed), past_episodes=closed.episodes)

    record, moved = _took(a_message(an_alert(at=LATER)), record, LATER)

    assert moved.incident.id != closed.id
    assert record.opened == 2


def test_a_new_louder_alert_raises_a_ticket_incident_to_a_page() -> None:
    _, quiet = _took(a_message(an_alert(severity="warning")))

    _, moved = _took(a_message(an_alert(severity="page", route="/chat")), _with(quiet.incident), LATER)

    assert [n.kind for n in moved.incident.notices if n.pending] == [NoticeKind.PAGE]


def test_what_comes_back_after_a_verified_recovery_is_escalated_with_a_page() -> None:
    recovered = an_incident(state=State.RECOVERED, intent=an_intent(), episodes=(an_episode(ends_at=NOON),))

    _, moved = _took(a_message(an_alert(at=LATER)), _with(recovered), LATER)

    assert moved.incident.state is State.ESCALATED
    assert [(n.kind, n.due_at) for n in moved.incident.notices] == [(NoticeKind.PAGE, LATER)]


def test_a_person_who_has_the_incident_hears_of_a_further_alert_without_deferral() -> None:
    _, moved = _took(a_message(an_alert(route="/chat")), _with(an_incident(state=State.ESCALATED)), LATER)

    assert [(n.kind, n.due_at) for n in moved.incident.notices] == [(NoticeKind.PAGE, LATER)]


@pytest.mark.parametrize("place", [0, KEPT_ALERTS + 5], ids=["first", "beyond the alerts that are kept"])
def test_safety_pages_at_once_wherever_it_stands_in_the_group(place: int) -> None:
    alerts = [an_alert(route=f"/{n}", severity="warning") for n in range(20)]
    alerts[place] = an_alert(failure_mode="safety_violation", severity="warning")

    _, moved = _took(a_message(*alerts))

    assert [(n.kind, n.due_at) for n in moved.incident.notices if n.pending] == [(NoticeKind.PAGE, NOON)]


def test_a_group_without_safety_does_not_page_at_once() -> None:
    _, moved = _took(a_message(*(an_alert(route=f"/{n}", severity="warning") for n in range(20))))

    assert [n.due_at for n in moved.incident.notices] == [NOON + timedelta(minutes=5)]


def test_a_running_response_keeps_the_escalation_it_was_decided_with() -> None:
    intent = replace(an_intent(), escalate=Escalate(page_after=timedelta(minutes=30)))
    acting = an_incident(state=State.CONVERGING, intent=intent)

    _, moved = _took(a_message(an_alert(route="/chat", severity="warning")), _with(acting))

    assert [n.kind for n in moved.incident.notices] == ["page"]
    assert [n.due_at for n in moved.incident.notices] == [NOON + timedelta(minutes=30)]


def test_an_open_incident_stays_bounded_however_often_an_alert_flaps() -> None:
    steady = an_episode(fingerprint="steady")
    record = _with(an_incident(episodes=(steady,)))
    for n in range(KEPT_ENDED * 2):
        at = NOON + timedelta(minutes=2 * n)
        for alert in (an_alert(at=at), an_alert("resolved", at=at, ends=at + timedelta(minutes=1))):
            record, moved = _took(a_message(alert), record, at)
            record = replace(record, incident=moved.incident)

    assert record.incident is not None
    assert record.incident.firing == (steady,)
    assert len(record.incident.episodes) == KEPT_ENDED + 1


def test_alerts_are_kept_up_to_a_number_and_all_their_episodes_count() -> None:
    _, moved = _took(a_message(*(an_alert(route=f"/{n}") for n in range(KEPT_ALERTS + 5))))

    assert len(moved.incident.alerts) == len(moved.incident.firing) == KEPT_ALERTS
    assert moved.incident.still_firing == KEPT_ALERTS + 5
    assert len(moved.apart) == 5


def _storm(count: int, status: str = "firing", **given: Any) -> Message:  # noqa: ANN401  # arguments of an alert
    return a_message(*(an_alert(status, pod=str(n), **given) for n in range(count)), at=given.get("ends") or NOON)


def _after_a_storm(count: int = 30) -> tuple[TargetRecord, list[Apart]]:
    record, moved = _took(_storm(count))
    return replace(record, incident=moved.incident), list(moved.apart)


def test_what_an_incident_has_no_room_for_stands_apart_and_counts() -> None:
    record, moved = _took(_storm(30))

    assert (len(moved.incident.episodes), moved.incident.apart, len(moved.apart)) == (KEPT_ALERTS, 20, 20)
    assert len({a.key for a in moved.apart} | {e.key for e in moved.incident.episodes}) == 30
    assert record.apart_until is None
    assert len(moved.facts["started"]) == 30


def test_the_loudest_and_the_earliest_apart_are_those_of_the_incident() -> None:
    first = _storm(KEPT_ALERTS, severity="warning")
    louder = an_alert(severity="page", at=NOON - timedelta(hours=1), pod="last")

    _, moved = _took(replace(first, alerts=(*first.alerts, louder)))

    assert (moved.incident.severity, moved.incident.started_at) == (Severity.CRITICAL, NOON - timedelta(hours=1))


def test_what_is_open_apart_is_a_repeat_and_ends_there() -> None:
    record, apart = _after_a_storm()

    again = sort_out(record, _storm(30), LATER, apart)
    record, moved = receive(record, _storm(30, "resolved", ends=LATER), _ended(record, apart), POLICY, LATER)

    assert (len(again.repeated), again.anything) == (30, False)
    assert (moved.incident.still_firing, moved.incident.forgotten, len(moved.apart)) == (0, 20, 20)
    assert all(a.episode.ends_at == LATER for a in moved.apart)
    assert record.apart_until == LATER + REMEMBERED_FOR


def test_what_ended_apart_is_late_when_it_fires_again_for_the_same_period() -> None:
    record, apart = _after_a_storm()
    record, moved = receive(record, _storm(30, "resolved", ends=LATER), _ended(record, apart), POLICY, LATER)
    ended = list(moved.apart)

    late = sort_out(replace(record, incident=moved.incident), _storm(30), LATER, ended)
    new = sort_out(replace(record, incident=moved.incident), _storm(30, at=LATER + timedelta(minutes=1)), LATER, ended)

    assert (late.ignored, late.anything) == (30, False)
    assert len(new.started) == 30


def test_what_another_incident_left_open_apart_is_not_known_to_fire() -> None:
    """An older responder closes an incident without seeing what stands beside it."""
    record, apart = _after_a_storm()
    assert record.incident is not None
    closed = replace(record, incident=replace(record.incident, state=State.CLOSED, apart=0))

    assert len(sort_out(closed, _storm(30), LATER, apart).started) == 20 + KEPT_ALERTS


def test_an_incident_that_carried_many_before_still_carries_them_until_they_end() -> None:
    """As the versions before this one left them."""
    many = tuple(an_episode(fingerprint=f"{n:016x}") for n in range(3000))
    record = _with(an_incident(episodes=many))

    _, moved = _took(a_message(an_alert(pod="one more")), record, LATER)

    assert len(moved.incident.firing) == 3000
    assert (moved.incident.apart, moved.incident.still_firing) == (1, 3001)


def test_the_alerts_that_are_kept_are_those_whose_episodes_are() -> None:
    record, apart = _after_a_storm(KEPT_ALERTS)
    record, moved = _took(_storm(5, "resolved", ends=LATER), record, LATER)
    record = replace(record, incident=moved.incident)

    _, moved = _took(a_message(*(an_alert(pod=f"new {n}", at=LATER) for n in range(5))), record, LATER)

    assert {a.fingerprint for a in moved.incident.alerts} == {e.fingerprint for e in moved.incident.firing}
    assert apart == []


def test_news_is_cut_into_what_one_change_can_write_and_nothing_is_lost() -> None:
    news = sort_out(NOTHING_KNOWN, _storm(200), NOON)

    parts = list(in_slices(news))

    assert [len(part.started) for part in parts] == [MOST_APART, MOST_APART, 200 - 2 * MOST_APART]
    assert [e for part in parts for e in part.started] == list(news.started)
    assert list(in_slices(sort_out(NOTHING_KNOWN, _storm(3), NOON))) == [sort_out(NOTHING_KNOWN, _storm(3), NOON)]


def _ended(record: TargetRecord, apart: list[Apart]) -> News:
    return sort_out(record, _storm(30, "resolved", ends=LATER), LATER, apart)


def test_an_alert_of_a_megabyte_does_not_fill_the_journal() -> None:
    huge = replace(an_alert(), annotations={"dump": "x" * 1_000_000})

    _, moved = _took(a_message(huge))

    assert len(str(moved.facts)) < 10_000


def test_no_news_is_no_news() -> None:
    assert not News(repeated=(an_episode(),), ignored=3).anything
