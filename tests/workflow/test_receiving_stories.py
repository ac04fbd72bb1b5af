"""What arrives out of order, twice, or not at all: each story ends as one of the dispositions, and nothing is lost."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.world import CHAT, NOON, Practice, a_library, a_message, a_notification, an_alert, failing

from responder.domain.alert import Alert
from responder.domain.incident import Disposition, Incident, State
from responder.domain.message import to_messages
from responder.domain.touch import Touch
from responder.errors import Fenced


def _resolved(at_minutes: float, *, started: float = 0) -> Alert:
    starts, ends = NOON + timedelta(minutes=started), NOON + timedelta(minutes=at_minutes)
    return an_alert("resolved", at=starts, ends=ends)


def _firing(started: float) -> Alert:
    return an_alert(at=NOON + timedelta(minutes=started))


def _arrives(practice: Practice, alert: Alert) -> None:
    """As Alertmanager would have it at that moment."""
    if alert.status == "firing":
        practice.fires(alert)
    else:
        practice.ends(alert)
    practice.deliver(a_message(alert, at=practice.now))


def _openings(practice: Practice) -> int:
    return practice.journal.read(CHAT.resource).opened


def test_resolved_before_firing_acts_on_nothing_and_is_suppressed() -> None:
    practice = Practice()
    _arrives(practice, _resolved(1))
    practice.now += timedelta(minutes=2)

    practice.deliver(a_message(_firing(0)))

    assert (practice.state, practice.incident.disposition) == (State.CLOSED, Disposition.SUPPRESSED)
    assert practice.remediator.applied == []
    assert practice.letters == []


def test_firing_before_resolved_is_acted_on() -> None:
    practice = Practice()
    _arrives(practice, _firing(0))
    practice.now += timedelta(minutes=2)

    _arrives(practice, _resolved(1))

    assert len(practice.remediator.applied) == 1


def test_resolved_but_never_seen_is_suppressed_and_the_next_episode_is_its_own() -> None:
    practice = Practice()
    _arrives(practice, _resolved(1))
    assert practice.incident.disposition is Disposition.SUPPRESSED

    practice.now += timedelta(minutes=3)
    _arrives(practice, _firing(3))

    assert (_openings(practice), practice.state) == (2, State.CONVERGING)


def test_repeats_cost_one_call_each_and_change_nothing() -> None:
    practice = Practice()
    practice.deliver()
    before, calls = practice.incident, len(practice.calls)

    for _ in range(3):
        practice.deliver()

    assert practice.calls[calls:] == ["journal.read"] * 3
    assert practice.incident == before


def test_a_repeat_in_the_middle_of_a_response_is_no_second_action() -> None:
    practice = Practice()
    practice.deliver()
    practice.wait(minutes=4)
    assert practice.state is State.VERIFYING

    practice.deliver(a_message(at=practice.now))
    practice.wait(minutes=8)

    assert len(practice.remediator.applied) == 1


def test_the_notifications_of_both_ha_peers_are_one_episode() -> None:
    """Two Prometheus servers do not begin to see it in the same second, so the queue lets both through."""
    practice = Practice()
    one, other = _firing(0), an_alert(at=NOON + timedelta(seconds=4))
    assert a_message(one).deduplication_id != a_message(other).deduplication_id

    _arrives(practice, one)
    _arrives(practice, other)

    assert _openings(practice) == 1
    assert len(practice.incident.episodes) == 1
    assert len(practice.remediator.applied) == 1


def test_when_both_ha_peers_say_that_it_ended_it_ended_once() -> None:
    practice = Practice()
    practice.deliver()
    practice.wait(minutes=12)
    _arrives(practice, _resolved(12))
    practice.wait(minutes=1)
    assert practice.state is State.CLOSED

    _arrives(practice, an_alert("resolved", at=NOON + timedelta(seconds=4), ends=NOON + timedelta(minutes=12)))

    assert _openings(practice) == 1


def test_flapping_twice_within_five_minutes_is_two_episodes() -> None:
    practice = Practice()
    practice.modes.settings["global"] = "observe"
    story = [_firing(0), _resolved(1), _firing(2), _resolved(3, started=2)]
    assert len({a_message(alert).deduplication_id for alert in story}) == 4

    for minute, alert in enumerate(story):
        practice.now = NOON + timedelta(minutes=minute)
        _arrives(practice, alert)

    record = practice.journal.read(CHAT.resource)
    assert record.incident is not None
    assert record.opened == 2
    assert [e.ends_at for e in record.incident.episodes] == [NOON + timedelta(minutes=3)]


def test_flapping_while_a_person_has_the_incident_does_not_page_again() -> None:
    practice = Practice()
    practice.modes.settings["global"] = "observe"
    steady = an_alert(route="/steady")
    practice.fires(steady)
    practice.deliver(a_message(steady, _firing(0)))

    for minute in range(1, 9, 2):
        practice.now = NOON + timedelta(minutes=minute)
        _arrives(practice, _resolved(minute, started=minute - 1))
        practice.now += timedelta(minutes=1)
        _arrives(practice, _firing(minute + 1))

    assert _openings(practice) == 1
    assert len(practice.told("page")) == 1


def _about_two(practice: Practice) -> Incident:
    twin = replace(CHAT, name="twin", touch=Touch(sagemaker_endpoint="twin"))
    practice.library = a_library(CHAT, twin)
    (message,) = to_messages(a_notification(), practice.library.targets)
    practice.deliver(message)
    incident = practice.journal.read(message.resource).incident
    assert incident is not None
    return incident


def test_an_alert_that_matches_two_entries_touches_neither_and_a_person_is_told() -> None:
    practice = Practice()

    incident = _about_two(practice)

    assert (incident.state, incident.refusal) == (State.ESCALATED, "ambiguous_target")
    assert practice.remediator.applied == []
    assert "make their matchers exclude each other" in practice.told("page")[0].body


def test_a_late_redelivery_of_firing_after_resolved_is_ignored() -> None:
    practice = Practice()
    practice.deliver()
    practice.wait(minutes=12)
    practice.resolve()
    practice.wait(minutes=1)
    calls = len(practice.calls)

    practice.deliver(a_message(at=NOON))

    assert practice.calls[calls:] == ["journal.read"]
    assert (_openings(practice), practice.state) == (1, State.CLOSED)


def test_what_comes_back_after_a_verified_recovery_goes_to_a_person() -> None:
    practice = Practice()
    practice.deliver()
    practice.wait(minutes=10)
    assert practice.incident.state is State.RECOVERED
    _arrives(practice, _resolved(10))
    practice.deliver(a_message(_firing(11), at=practice.now))

    assert [len(practice.told("page")), len(practice.remediator.applied)] == [1, 1]
    assert practice.state is State.ESCALATED


def test_what_comes_back_before_the_incident_closed_pages_at_once() -> None:
    practice = Practice()
    other = an_alert(route="/other")
    practice.fires(other)
    practice.deliver(a_message(an_alert(), other))
    practice.wait(minutes=10)
    _arrives(practice, _resolved(10))

    practice.now += timedelta(minutes=1)
    _arrives(practice, _firing(11))

    assert practice.state is State.ESCALATED
    assert len(practice.told("page")) == 1
    assert "it came back after the recovery was verified" in practice.told("page")[0].body


def test_late_news_of_what_began_before_the_recovery_is_not_taken_for_a_relapse() -> None:
    """A queue may hold a message back for minutes: that it fired is news, not that it fires again."""
    practice = Practice()
    practice.deliver()
    practice.wait(minutes=10)
    assert practice.incident.state is State.RECOVERED

    late = an_alert(route="/other", at=practice.now - timedelta(minutes=8))
    practice.deliver(a_message(late, at=practice.now))

    assert practice.incident.state is State.RECOVERED
    assert practice.told("page") == []


def test_an_alert_whose_end_was_lost_is_closed_after_two_looks() -> None:
    practice = Practice()
    practice.modes.settings["global"] = "observe"
    practice.deliver()
    practice.ends(an_alert())

    practice.wait(minutes=17)
    assert practice.incident.firing
    practice.wait(minutes=5)

    assert practice.state is State.CLOSED


def test_an_alertmanager_that_is_restarted_during_a_look_closes_nothing() -> None:
    practice = Practice()
    practice.modes.settings["global"] = "observe"
    practice.deliver()
    practice.ends(an_alert())
    practice.wait(minutes=16)
    practice.fires(an_alert())

    practice.wait(minutes=60)

    assert practice.state is State.ESCALATED


def test_an_alert_alertmanager_had_only_forgotten_is_taken_up_again() -> None:
    practice = Practice()
    practice.modes.settings["global"] = "observe"
    practice.deliver()
    practice.ends(an_alert())
    practice.wait(minutes=22)
    assert practice.state is State.CLOSED

    _arrives(practice, _firing(0))

    assert (_openings(practice), practice.state) == (2, State.ESCALATED)


def test_a_new_louder_alert_raises_a_ticket_incident_to_a_page() -> None:
    practice = Practice()
    practice.modes.settings["global"] = "observe"
    quiet = an_alert(severity="warning")
    _arrives(practice, quiet)
    assert [n.kind for n in practice.letters] == ["ticket"]

    _arrives(practice, _firing(0))

    assert [n.kind for n in practice.letters if n.kind != "update"] == ["ticket", "page"]


def test_a_new_alert_as_loud_as_the_first_tells_nobody_again() -> None:
    practice = Practice()
    practice.modes.settings["global"] = "observe"
    _arrives(practice, _firing(0))

    _arrives(practice, an_alert(route="/chat"))

    assert [n.kind for n in practice.letters if n.kind != "update"] == ["page"]


def _held_by_another(practice: Practice) -> None:
    """Somebody else has work to do on it and died in the middle."""
    practice.between = failing("agenda.budgets", SystemExit())
    other = an_alert(route="/other")
    practice.fires(other)
    with pytest.raises(SystemExit):
        practice.deliver(a_message(other))
    practice.between = None


def test_a_message_for_a_resource_somebody_holds_is_tried_again() -> None:
    practice = Practice()
    _held_by_another(practice)

    with pytest.raises(Fenced) as refused:
        practice.deliver()

    assert refused.value.after_seconds == 30
    practice.now += timedelta(minutes=2)
    practice.deliver()
    assert practice.state is State.CONVERGING
