"""PagerDuty, Events API v2.

The deduplication key is the incident's id: a second try adds to the same incident, and `resolve` closes it.
So the only doubt about a lost answer is whether to try again, and the answer is yes.
"""

import json
from typing import Any

from responder.adapters.http import Answer, Http
from responder.adapters.secret import Secret
from responder.domain.alert import Severity
from responder.domain.escalation import NoticeKind
from responder.errors import ActionFailed
from responder.ports import Letter

TRIES = 2
LARGEST = 512 * 1024
LONGEST_SUMMARY = 1024
_SEVERITY = {s.value: s.value for s in Severity if s is not Severity.NONE} | {Severity.NONE.value: "info"}
_BUSY = 429
_THEIR_FAULT = 500


class PagerDuty:
    """Two quick tries, each within the deadline of the connection; the journal knows when to come back."""

    name = "pagerduty"

    def __init__(self, url: str, routing_key: Secret, http: Http) -> None:
        self._url, self._routing_key, self._http = url, routing_key, http

    def takes(self, kind: str) -> bool:
        return kind in {NoticeKind.PAGE, NoticeKind.RESOLVE}

    def send(self, letter: Letter) -> str:
        key = self._routing_key.read()
        body = _encode(_event(letter, key))
        answer = self._post(body)
        if answer.ok:
            return letter.key
        raise ActionFailed(f"PagerDuty answered {answer.status}: {_errors(answer)}".replace(key, "(routing key)"))

    def _post(self, body: bytes) -> Answer:
        for _ in range(TRIES - 1):
            try:
                answer = self._http.ask("POST", self._url, body)
            except ActionFailed:
                continue
            if answer.status != _BUSY and answer.status < _THEIR_FAULT:
                return answer
        return self._http.ask("POST", self._url, body)


def _event(letter: Letter, routing_key: str) -> dict[str, Any]:
    event = {"routing_key": routing_key, "dedup_key": letter.key}
    if letter.kind == NoticeKind.RESOLVE:
        return {**event, "event_action": "resolve"}
    payload = {
        "summary": letter.subject[:LONGEST_SUMMARY],
        "source": letter.source,
        "severity": _SEVERITY.get(letter.severity, "critical"),
        "custom_details": {"body": letter.body, "number": letter.number},
    }
    links = [{"text": text, "href": href} for text, href in letter.links]
    return {**event, "event_action": "trigger", "payload": payload, "links": links, "client": "llm-alert-responder"}


def _encode(event: dict[str, Any]) -> bytes:
    """Write the event, cutting its longest text until PagerDuty takes it."""
    while len(body := json.dumps(event).encode()) > LARGEST:
        details = event["payload"]["custom_details"]
        details["body"] = details["body"][: len(details["body"]) // 2]
    return body


def _errors(answer: Answer) -> str:
    try:
        said = answer.json()
        return "; ".join(map(str, said["errors"])) or str(said["message"])
    except (ActionFailed, KeyError, TypeError):
        return answer.excerpt
