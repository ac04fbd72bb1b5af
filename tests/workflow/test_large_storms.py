"""More alerts on one target than its record carries: what one more costs stays the same, and every one has an end."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.stories import Crash, failing_at
from tests.world import CHAT, Practice, a_message, an_alert

from responder.domain.alert import Alert, Status
from responder.domain.incident import Disposition, Incident, State
from responder.domain.message import MOST_ALERTS, Message
from responder.domain.plain import canonical
from responder.domain.receiving import KEPT_ALERTS
from responder.domain.seal import Version
from responder.domain.stream_check import Followed, follow, read_line
from responder.errors import ResponderError


def a_storm(count: int, start: int = 0) -> list[Alert]:
    return [an_alert(pod=str(number)) for number in range(start, start + count)]


def firing(practice: Practice, *alerts: Alert) -> Message:
    for alert in alerts:
        practice.fires(alert)
    return a_message(*alerts, at=practice.now)


def ended(practice: Practice, *alerts: Alert) -> Message:
    for alert in alerts:
        practice.ends(alert)
    return a_message(*(replace(a, status=Status.RESOLVED, ends_at=practice.now) for a in alerts), at=practice.now)


def escalated(count: int) -> tuple[Practice, list[Alert]]:
    """Let many fire where nothing may be done."""
    practice = Practice()
    practice.modes.settings["global"] = "observe"
    alerts = a_storm(count)
    practice.deliver(firing(practice, *alerts))
    return practice, alerts


def calls_of(practice: Practice, message: Message) -> list[str]:
    before = len(practice.calls)
    practice.deliver(message)
    return practice.calls[before:]


def unsettled(practice: Practice, incident: Incident) -> list[str]:
    """What the audit's own check finds: an episode without an end, or with two."""
    state, found = Followed(), []
    for text in practice.journal.entries(incident.id, 1):
        record = json.loads(text)
        version = Version(f"audit/{record['id']}", "v1", False, len(text), practice.now)  # a field
        state, more = follow(state, read_line(version, "", text.encode()))
        found += [finding for finding in more if "disposition" in finding.says]
    return [finding.says for finding in found]


def test_a_storm_is_recovered_from_and_every_episode_ends() -> None:
    practice = Practice()
    alerts = a_storm(MOST_ALERTS)
    practice.deliver(firing(practice, *alerts))
    practice.wait(minutes=13)

    practice.deliver(ended(practice, *alerts))
    practice.wait(minutes=2)

    incident = practice.incident
    assert (incident.state, incident.disposition) == (State.CLOSED, Disposition.RECOVERED)
    assert (incident.still_firing, incident.forgotten) == (0, MOST_ALERTS - KEPT_ALERTS)
    assert len(practice.applied) == 1
    assert unsettled(practice, incident) == []


def test_one_more_alert_costs_the_same_however_many_fire() -> None:
    costs = set()
    for already in (200, 400, 800):
        practice, _ = escalated(50)
        for start in range(50, already, 50):
            practice.deliver(firing(practice, *a_storm(50, start)))
        calls = calls_of(practice, firing(practice, *a_storm(50, already)))
        costs.add((tuple(calls), len(practice.journal.states[CHAT.resource]) // 1000))

    assert len({calls for calls, _ in costs}) == 1
    assert max(size for _, size in costs) - min(size for _, size in costs) <= 1


def test_a_duplicate_costs_two_calls_and_changes_nothing() -> None:
    practice, alerts = escalated(150)
    before = dict(practice.journal.beside[CHAT.resource])

    assert calls_of(practice, firing(practice, *alerts)) == ["journal.read", "journal.apart"]
    assert practice.journal.beside[CHAT.resource] == before


def test_a_duplicate_of_what_a_record_carries_costs_one() -> None:
    practice, alerts = escalated(KEPT_ALERTS)

    assert calls_of(practice, firing(practice, *alerts)) == ["journal.read"]


def test_a_late_notice_of_what_ended_apart_opens_nothing() -> None:
    practice, alerts = escalated(60)
    late = firing(practice, *alerts)
    practice.wait(minutes=2)
    practice.deliver(ended(practice, *alerts))
    practice.wait(minutes=2)
    assert practice.state is State.CLOSED

    practice.deliver(late)
    practice.deliver(ended(practice, *alerts))
    practice.wait(minutes=60)

    assert practice.journal.read(CHAT.resource).opened == 1
    assert practice.state is State.CLOSED


def test_what_fires_again_after_it_ended_apart_is_a_new_episode() -> None:
    practice, alerts = escalated(60)
    practice.wait(minutes=2)
    practice.deliver(ended(practice, *alerts))
    practice.wait(minutes=2)

    practice.deliver(firing(practice, *(replace(a, starts_at=practice.now) for a in alerts)))

    assert practice.journal.read(CHAT.resource).opened == 2
    assert practice.incident.still_firing == 60


def test_after_two_weeks_nothing_is_looked_for_beside_the_record_any_more() -> None:
    practice, alerts = escalated(60)
    practice.deliver(ended(practice, *alerts))
    practice.wait(minutes=2)
    practice.now += timedelta(days=15)

    new = [replace(alert, starts_at=practice.now) for alert in alerts[:1]]
    assert "journal.apart" not in calls_of(practice, firing(practice, *new))


def test_ends_that_never_came_are_found_piece_by_piece_and_the_incident_closes() -> None:
    practice, alerts = escalated(400)
    for alert in alerts[:-1]:
        practice.ends(alert)

    practice.wait(minutes=40)
    assert (practice.incident.still_firing, str(practice.state)) == (1, "escalated")

    practice.ends(alerts[-1])
    practice.wait(hours=3)

    assert practice.state is State.CLOSED
    assert practice.incident.forgotten == 400 - KEPT_ALERTS
    assert unsettled(practice, practice.incident) == []


def test_what_still_fires_apart_keeps_the_incident_open() -> None:
    practice, alerts = escalated(60)
    practice.deliver(ended(practice, *alerts[:59]))

    practice.wait(hours=6)

    assert practice.state is State.ESCALATED
    assert practice.incident.still_firing == 1


def test_what_fires_apart_is_asked_for_when_the_record_carries_nothing_that_fires() -> None:
    practice = Practice()
    practice.between = lambda name, call: (_ for _ in ()).throw(Crash) if name == "metrics.query" else call()
    alerts = a_storm(60)
    with pytest.raises(Crash):
        practice.deliver(firing(practice, *alerts))
    practice.between = None
    practice.now += timedelta(minutes=2)
    practice.deliver(ended(practice, *alerts[:KEPT_ALERTS]))

    assert practice.state is State.CONVERGING


def test_a_message_larger_than_one_change_is_taken_in_whole_whatever_breaks_on_the_way() -> None:
    alerts = a_storm(MOST_ALERTS)
    practice, _ = escalated(MOST_ALERTS)
    undisturbed = len(practice.calls)

    for place in range(min(undisturbed, 8)):
        for after in (False, True):
            practice = Practice()
            practice.modes.settings["global"] = "observe"
            practice.between = failing_at(place, Crash(), after=after)
            message = firing(practice, *alerts)
            for _ in range(4):
                try:
                    practice.deliver(message)
                    break
                except (Crash, ResponderError):
                    practice.now += timedelta(minutes=2)

            started = "".join(practice.journal.entries(practice.incident.id, 1)).count('"repeats":0')
            assert (practice.incident.still_firing, started) == (MOST_ALERTS, MOST_ALERTS), (place, after)
            assert practice.journal.read(CHAT.resource).opened == 1


def test_a_responder_that_does_not_know_what_stands_apart_leaves_it_alone() -> None:
    """As the version before this one: it knows records up to version 1."""
    practice, _ = escalated(60)

    assert json.loads(practice.journal.states[CHAT.resource])["v"] == 2
    small, _ = escalated(KEPT_ALERTS)
    assert json.loads(small.journal.states[CHAT.resource])["v"] == 1


def test_what_an_older_responder_left_in_one_record_drains_as_it_ends() -> None:
    practice, alerts = escalated(KEPT_ALERTS)
    incident = practice.incident
    many = [an_alert(pod=f"old {n}") for n in range(300)]
    episodes = [replace(incident.episodes[0], fingerprint=a.fingerprint) for a in many]
    state = json.loads(practice.journal.states[CHAT.resource])
    first = state["incident"]["episodes"][0]
    state["incident"]["episodes"] += [{**first, "fingerprint": e.fingerprint} for e in episodes]
    practice.journal.states[CHAT.resource] = canonical(state)

    new = an_alert(pod="new")
    practice.deliver(firing(practice, new))
    assert practice.incident.still_firing == KEPT_ALERTS + 301
    practice.deliver(ended(practice, *alerts, *many, new))
    practice.wait(minutes=2)

    assert practice.state is State.CLOSED
