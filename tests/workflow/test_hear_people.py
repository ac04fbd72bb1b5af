"""A person's acknowledgement, resolve or re-open is respected, recorded, and stops automation on that incident."""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.world import CHAT, NOON, Practice, a_message, an_alert

from responder.adapters.in_memory import InMemoryQueue, InMemoryTokens
from responder.adapters.people_webhooks import is_signed, read_people
from responder.domain.incident import State
from responder.domain.message import decode_any, encode
from responder.domain.said import Did, Said
from responder.errors import TryAgain
from responder.workflow.hear_people import Ears, hear_people
from responder.workflow.receive_alerts import Answer
from responder.workflow.respond import listen

SECRETS = {"pagerduty": ["new", "old"], "jira": ["jira-secret"]}


class Listening:
    """A practice world in which people can be heard."""

    def __init__(self) -> None:
        self.practice = Practice()
        self.queue = InMemoryQueue()
        self.ears = Ears(InMemoryTokens(tokens=SECRETS), is_signed, read_people, self.practice.journal, self.queue)

    def hears(self, via: str, event: dict[str, Any], secret: str | None = None) -> Answer:
        body = json.dumps(event).encode()
        return hear_people(via, _signed(via, body, secret or SECRETS[via][-1]), body, self.ears)

    def passes_on(self) -> None:
        for said in self.queue.said:
            listen(said, self.practice.world(), self.practice.now)


def _signed(via: str, body: bytes, secret: str) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"x-hub-signature": f"sha256={digest}"} if via == "jira" else {"x-pagerduty-signature": f"v1=00,v1={digest}"}


def of_pagerduty(incident: str, did: str = "acknowledged", agent: str = "user_reference") -> dict[str, Any]:
    """Write an event as PagerDuty's v3 webhooks do."""
    return {
        "event": {
            "id": f"event-{did}",
            "event_type": f"incident.{did}",
            "resource_type": "incident",
            "occurred_at": "2026-11-25T12:03:00.169Z",
            "agent": {"id": "P1", "type": agent, "summary": "Ann"},
            "data": {"id": "PGR0VU2", "type": "incident", "incident_key": incident, "status": did},
        }
    }


def of_jira(incident: str, *items: dict[str, Any], category: str = "indeterminate") -> dict[str, Any]:
    """Write an event as Jira Cloud's webhooks do."""
    return {
        "timestamp": 1_795_608_180_000,
        "webhookEvent": "jira:issue_updated",
        "user": {"accountId": "1", "displayName": "Ann"},
        "issue": {
            "key": "OPS-1",
            "fields": {
                "labels": ["llm-alert-responder", f"inc-{incident}"],
                "status": {"statusCategory": {"key": category}},
            },
        },
        "changelog": {"items": list(items)},
    }


STARTED = {"field": "status", "fromString": "To Do", "toString": "In Progress"}
TAKEN = {"field": "assignee", "from": None, "to": "1"}
DONE = {"field": "status", "fromString": "In Progress", "toString": "Done"}
REOPENED = {"field": "resolution", "from": "10000", "to": None}


@pytest.mark.parametrize(
    ("via", "event", "did"),
    [
        ("pagerduty", of_pagerduty, Did.ACKNOWLEDGED),
        ("pagerduty", lambda i: of_pagerduty(i, "resolved"), Did.RESOLVED),
        ("pagerduty", lambda i: of_pagerduty(i, "reopened"), Did.REOPENED),
        ("jira", lambda i: of_jira(i, STARTED), Did.ACKNOWLEDGED),
        ("jira", lambda i: of_jira(i, TAKEN, category="new"), Did.ACKNOWLEDGED),
        ("jira", lambda i: of_jira(i, DONE, category="done"), Did.RESOLVED),
        ("jira", lambda i: of_jira(i, REOPENED, category="new"), Did.REOPENED),
    ],
)
def test_what_a_person_did_stops_automation_and_is_recorded(
    via: str, event: Callable[[str], dict[str, Any]], did: Did
) -> None:
    listening = Listening()
    listening.practice.deliver()

    assert listening.hears(via, event(listening.practice.incident.id)).status == 200
    listening.passes_on()

    incident = listening.practice.incident
    assert incident.state is State.ESCALATED
    assert incident.says.startswith(f"Ann has it ({did} in {via}); automation has stopped")
    assert any('"type":"llm.responder.heard"' in text for text in listening.practice.journal.entries(incident.id, 1))


def test_nobody_else_is_paged_and_nothing_more_is_changed() -> None:
    listening = Listening()
    listening.practice.metrics.p95["chat-v1"] = 2.6
    listening.practice.deliver()
    listening.hears("pagerduty", of_pagerduty(listening.practice.incident.id))
    listening.passes_on()

    listening.practice.wait(minutes=60)

    assert listening.practice.told("page") == []
    assert len(listening.practice.remediator.applied) == 1, "undisturbed it would have been taken back"


def test_undisturbed_the_same_incident_is_taken_back_and_paged() -> None:
    practice = Practice()
    practice.metrics.p95["chat-v1"] = 2.6

    practice.deliver()
    practice.wait(minutes=60)

    assert len(practice.told("page")) == 1
    assert len(practice.remediator.applied) == 2


def test_it_still_closes_when_the_alert_ends() -> None:
    listening = Listening()
    listening.practice.deliver()
    listening.hears("pagerduty", of_pagerduty(listening.practice.incident.id))
    listening.passes_on()

    listening.practice.resolve()
    listening.practice.wait(minutes=2)

    assert listening.practice.state is State.CLOSED


def test_the_same_event_delivered_again_is_written_once() -> None:
    listening = Listening()
    listening.practice.deliver()
    event = of_pagerduty(listening.practice.incident.id)
    listening.hears("pagerduty", event)
    listening.passes_on()
    written = len(listening.practice.journal.entries(listening.practice.incident.id, 1))

    listening.hears("pagerduty", event)
    listening.passes_on()

    assert len(listening.practice.journal.entries(listening.practice.incident.id, 1)) == written


@pytest.mark.parametrize("agent", ["service_reference", "integration_reference", ""])
def test_what_automation_does_in_pagerduty_is_nobodys_word(agent: str) -> None:
    listening = Listening()
    listening.practice.deliver()

    answer = listening.hears("pagerduty", of_pagerduty(listening.practice.incident.id, "resolved", agent))

    assert (answer.status, listening.queue.said) == (200, [])


@pytest.mark.parametrize(
    ("via", "event"),
    [
        ("pagerduty", of_pagerduty("incident-of-others")),
        ("pagerduty", {"event": {"event_type": "pagey.ping", "id": "1"}}),
        ("jira", of_jira("incident-of-others", STARTED)),
        ("jira", {"webhookEvent": "comment_created"}),
    ],
)
def test_what_is_not_about_an_incident_of_ours_is_no_error(via: str, event: dict[str, Any]) -> None:
    listening = Listening()

    assert listening.hears(via, event).status == 200
    assert listening.queue.said == []


@pytest.mark.parametrize("via", ["pagerduty", "jira"])
def test_without_the_signature_nobody_is_heard(via: str) -> None:
    listening = Listening()

    assert listening.hears(via, of_pagerduty("i"), "guessed").status == 401
    assert hear_people(via, {}, b"{}", listening.ears).status == 401


def test_during_a_rotation_both_secrets_are_valid() -> None:
    listening = Listening()
    ping = {"event": {"event_type": "pagey.ping", "id": "1"}}

    assert {listening.hears("pagerduty", ping, secret).status for secret in ("new", "old")} == {200}


@pytest.mark.parametrize("body", [b"", b"[]", b'{"event": 1}', b'{"event": {}}', b"\xff"])
def test_nonsense_with_a_good_signature_is_refused(body: bytes) -> None:
    listening = Listening()

    assert hear_people("pagerduty", _signed("pagerduty", body, "new"), body, listening.ears).status == 400


def test_our_own_trouble_is_try_again() -> None:
    listening = Listening()
    listening.practice.deliver()
    listening.queue.trouble = TryAgain("queue: down")

    assert listening.hears("pagerduty", of_pagerduty(listening.practice.incident.id)).status == 503


def test_a_word_about_an_earlier_incident_changes_nothing() -> None:
    practice = Practice()
    practice.deliver()
    said = Said("an-older-one", Did.RESOLVED, "Ann", "jira", NOON, "e", CHAT.resource)

    assert list(listen(said, practice.world(), NOON)) == []


def test_a_new_alert_on_an_incident_a_person_has_still_pages_if_nobody_was_paged_yet() -> None:
    listening = Listening()
    listening.practice.deliver(a_message(an_alert(severity="warning")))
    listening.hears("jira", of_jira(listening.practice.incident.id, TAKEN))
    listening.passes_on()

    listening.practice.deliver(a_message(an_alert(instance="another")))
    listening.practice.wait(minutes=1)

    assert len(listening.practice.told("page")) == 1


def test_a_word_goes_through_the_queue_unchanged_and_in_the_targets_group() -> None:
    said = Said("i", Did.ACKNOWLEDGED, "Ann", "jira", NOON + timedelta(seconds=1), "e", CHAT.resource)

    assert decode_any(encode(said)) == said
    assert said.group_id == a_message().group_id
    assert replace(said, redrives=1).deduplication_id != said.deduplication_id
