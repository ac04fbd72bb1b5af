import json
import threading
from dataclasses import replace

import pytest
from infra.local.pagerduty import Desk
from tests.adapters.cloud import a_secret
from tests.adapters.web import Web

from responder.adapters import aws
from responder.adapters.http import Http
from responder.adapters.pagerduty import LARGEST, PagerDuty
from responder.adapters.secret import Secret
from responder.domain.target import Team
from responder.errors import ActionFailed
from responder.ports import Letter

KEY = "0123456789abcdef0123456789abcdef"
LETTER = Letter(
    "incident-1", "page", "critical", "chat is slow", "p95 is 2.5 s", "chat", 2, (("runbook", "https://wiki/slow"),)
)


@pytest.fixture
def pagerduty(cloud: None, web: Web) -> PagerDuty:  # noqa: ARG001  # the secret lives in it
    web.answers = [(202, b'{"status": "success"}')]
    return PagerDuty(f"{web.url}/v2/enqueue", Secret("pagerduty", a_secret("pagerduty", KEY)), Http(seconds=0.3))


def test_a_page_triggers_an_incident_under_our_incidents_id(pagerduty: PagerDuty, web: Web) -> None:
    assert pagerduty.send(LETTER) == "incident-1"

    assert web.asked[0].path == "/v2/enqueue"
    assert web.asked[0].json == {
        "routing_key": KEY,
        "event_action": "trigger",
        "dedup_key": "incident-1",
        "client": "llm-alert-responder",
        "links": [{"href": "https://wiki/slow", "text": "runbook"}],
        "payload": {
            "summary": "chat is slow",
            "source": "chat",
            "severity": "critical",
            "custom_details": {"body": "p95 is 2.5 s", "number": 2},
        },
    }


def test_a_resolve_closes_what_the_page_opened(pagerduty: PagerDuty, web: Web) -> None:
    pagerduty.resolve(replace(LETTER, kind="resolve"), "incident-1")

    assert web.asked[0].json == {"routing_key": KEY, "event_action": "resolve", "dedup_key": "incident-1"}


@pytest.mark.parametrize(
    ("severity", "sent"),
    [
        ("critical", "critical"),
        ("error", "error"),
        ("warning", "warning"),
        ("info", "info"),
        ("none", "info"),
        ("?", "critical"),
    ],
)
def test_a_severity_is_one_of_theirs_and_unknown_is_the_loudest(
    pagerduty: PagerDuty, web: Web, severity: str, sent: str
) -> None:
    pagerduty.send(replace(LETTER, severity=severity))

    assert web.asked[0].json["payload"]["severity"] == sent


def test_an_update_is_the_same_incident_triggered_again(pagerduty: PagerDuty, web: Web) -> None:
    pagerduty.update(replace(LETTER, kind="update", subject="Update: chat is slow"), "incident-1")

    assert (web.asked[0].json["event_action"], web.asked[0].json["dedup_key"]) == ("trigger", "incident-1")
    assert web.asked[0].json["payload"]["summary"] == "Update: chat is slow"


def test_tickets_and_notes_are_for_somebody_else(pagerduty: PagerDuty) -> None:
    assert list(pagerduty.kinds) == ["page"]


@pytest.mark.parametrize(("team", "key"), [("ml", "b" * 32), ("unheard-of", "a" * 32), (None, "a" * 32)])
@pytest.mark.usefixtures("cloud")
def test_a_teams_pages_go_to_its_own_service_and_else_to_the_default(web: Web, team: str | None, key: str) -> None:
    keys = a_secret("keys", json.dumps({"default": "a" * 32, "ml": "b" * 32}))
    web.answers = [(202, b"{}")]

    PagerDuty(web.url, Secret("keys", keys), Http()).send(replace(LETTER, to=Team(pagerduty=team)))

    assert web.asked[0].json["routing_key"] == key


@pytest.mark.parametrize(
    ("written", "says"), [('{"ml": "x"}', "no routing key None and no default"), ("{oops", "JSON")]
)
@pytest.mark.usefixtures("cloud")
def test_a_secret_without_a_key_for_everybody_else_pages_nobody_and_says_so(web: Web, written: str, says: str) -> None:
    with pytest.raises(ActionFailed, match=says):
        PagerDuty(web.url, Secret("keys", a_secret("keys", written)), Http()).send(LETTER)


@pytest.mark.parametrize("busy", [429, 500, 503])
def test_a_busy_pagerduty_is_asked_once_more(pagerduty: PagerDuty, web: Web, busy: int) -> None:
    web.answers = [(busy, b"{}"), (202, b"{}")]

    assert pagerduty.send(LETTER) == "incident-1"
    assert len(web.asked) == 2


def test_a_pagerduty_that_stays_busy_has_failed_after_two_tries(pagerduty: PagerDuty, web: Web) -> None:
    web.answers = [(429, b"slow down")]

    with pytest.raises(ActionFailed, match="answered 429: slow down"):
        pagerduty.send(LETTER)
    assert len(web.asked) == 2


def test_a_pagerduty_that_says_when_is_not_asked_before(pagerduty: PagerDuty, web: Web) -> None:
    web.answers, web.headers = [(429, b"slow down")], {"Retry-After": "60"}

    with pytest.raises(ActionFailed, match="answered 429") as raised:
        pagerduty.send(LETTER)
    assert (len(web.asked), raised.value.after_seconds) == (1, 60)


def test_a_silent_pagerduty_has_failed_after_two_tries(pagerduty: PagerDuty, web: Web) -> None:
    web.silent = threading.Event()

    with pytest.raises(ActionFailed):
        pagerduty.send(LETTER)
    assert len(web.asked) == 2


def test_a_refused_event_says_why_is_not_repeated_and_does_not_show_the_key(pagerduty: PagerDuty, web: Web) -> None:
    errors = ["'payload.source' is missing", f"routing key {KEY} is unknown"]
    web.answers = [(400, json.dumps({"status": "invalid event", "message": "no", "errors": errors}).encode())]

    with pytest.raises(ActionFailed, match=r"answered 400: 'payload.source' is missing") as raised:
        pagerduty.send(LETTER)
    assert len(web.asked) == 1
    assert KEY not in str(raised.value)


def test_a_letter_too_long_is_cut_to_what_they_take(pagerduty: PagerDuty, web: Web) -> None:
    pagerduty.send(replace(LETTER, subject="s" * 2000, body="ü" * 400_000))

    assert len(web.asked[0].body) <= LARGEST
    assert len(web.asked[0].json["payload"]["summary"]) == 1024


@pytest.mark.usefixtures("cloud")
def test_without_a_routing_key_nobody_was_paged(web: Web) -> None:
    nowhere = Secret("nowhere", aws.make_client("secretsmanager"))

    with pytest.raises(ActionFailed, match="secret nowhere is unreadable"):
        PagerDuty(web.url, nowhere, Http()).send(LETTER)
    assert not web.asked


def test_a_look_ends_what_never_began_under_the_teams_own_key(pagerduty: PagerDuty, web: Web) -> None:
    assert "takes events" in pagerduty.look(Team())

    sent = {"routing_key": KEY, "event_action": "resolve", "dedup_key": "responder-doctor"}
    assert [asked.json for asked in web.asked] == [sent]


def test_the_practice_pagerduty_drops_the_end_of_what_never_began() -> None:
    desk = Desk()

    assert desk.receive({"routing_key": KEY, "event_action": "resolve", "dedup_key": "responder-doctor"})[0] == 202
    assert desk.incidents == {}
