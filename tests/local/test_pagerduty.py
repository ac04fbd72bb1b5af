from typing import Any

import pytest
from infra.local.pagerduty import Desk, find_errors


def an_event(action: str = "trigger", key: str = "incident-1", **payload: str) -> dict[str, Any]:
    summary = {"summary": "chat is slow", "source": "responder", "severity": "critical"}
    return {"routing_key": "k" * 32, "event_action": action, "dedup_key": key, "payload": summary | payload}


def test_the_same_key_is_one_incident_however_often_it_is_triggered() -> None:
    desk = Desk()

    answers = [desk.receive(an_event()) for _ in range(3)]

    assert answers[0] == (202, {"status": "success", "message": "Event processed", "dedup_key": "incident-1"})
    assert [(one.status, one.events) for one in desk.incidents.values()] == [("triggered", 3)]


def test_an_acknowledged_incident_stays_so_when_it_is_triggered_again() -> None:
    desk = Desk()
    for action in ("trigger", "acknowledge", "trigger"):
        desk.receive(an_event(action))

    assert desk.incidents["incident-1"].status == "acknowledged"


def test_a_resolved_key_that_is_triggered_again_is_a_new_incident() -> None:
    desk = Desk()
    for action in ("trigger", "resolve", "trigger"):
        desk.receive(an_event(action))

    (again,) = desk.incidents.values()
    assert (again.status, again.events, again.opened) == ("triggered", 1, 2)


@pytest.mark.parametrize(
    ("event", "blamed"),
    [
        (an_event() | {"routing_key": "short"}, "routing_key"),
        (an_event("page"), "event_action"),
        (an_event(key="k" * 256), "dedup_key"),
        (an_event("resolve", key=""), "dedup_key"),
        (an_event(summary="s" * 1025), "payload.summary"),
        (an_event(severity="page"), "payload.severity"),
        (an_event(source=""), "payload.source"),
        (an_event() | {"payload": None}, "payload"),
    ],
)
def test_what_pagerduty_would_refuse_is_refused_with_its_field(event: dict[str, Any], blamed: str) -> None:
    assert [blamed in error for error in find_errors(event)] == [True]
    assert Desk().receive(event)[0] == 400
