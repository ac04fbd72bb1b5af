"""PagerDuty, Events API v2.

The deduplication key is the incident's id: a second try adds to the same incident, and `resolve` closes it.
So the only doubt about a lost answer is whether to try again, and the answer is yes. The secret is a routing
key, or {"<name>": "<routing key>", "default": ...} where teams have services of their own.
"""

import json
from dataclasses import replace
from typing import Any

from responder.adapters.http import Answer, Http
from responder.adapters.secret import Secret
from responder.domain.alert import Severity
from responder.domain.escalation import NoticeKind
from responder.domain.target import Team
from responder.errors import ActionFailed
from responder.ports import Letter

TRIES = 2
NEVER_BEGUN = "responder-doctor"  # no incident has this id
LARGEST = 512 * 1024
LONGEST_SUMMARY = 1024
_SEVERITY = {s.value: s.value for s in Severity if s is not Severity.NONE} | {Severity.NONE.value: "info"}
_BUSY = 429
_THEIR_FAULT = 500


class PagerDuty:
    """Two quick tries, each within the deadline of the connection; the journal knows when to come back."""

    name = "pagerduty"
    kinds = (NoticeKind.PAGE,)

    def __init__(self, url: str, routing_key: Secret, http: Http) -> None:
        self._url, self._routing_key, self._http = url, routing_key, http

    def send(self, letter: Letter) -> str:
        self._tell(letter, _trigger(letter))
        return letter.key

    def update(self, letter: Letter, external_id: str) -> None:
        """Trigger again under the same key, which PagerDuty appends; where a person closed it, it opens again."""
        self._tell(replace(letter, key=external_id), _trigger(letter))

    def resolve(self, letter: Letter, external_id: str) -> None:
        self._tell(replace(letter, key=external_id), {"event_action": "resolve"})

    def look(self, to: Team) -> str:
        """End what never began: PagerDuty checks who asks, takes it and drops it."""
        self._send(self._key(to.pagerduty), {"event_action": "resolve", "dedup_key": NEVER_BEGUN})
        return "takes events; whether the routing key is that of a service is only seen with --send"

    def _tell(self, letter: Letter, event: dict[str, Any]) -> None:
        self._send(self._key(letter.to.pagerduty), {"dedup_key": letter.key, **event})

    def _send(self, key: str, event: dict[str, Any]) -> None:
        answer = self._post(_encode({"routing_key": key, **event}))
        if answer.ok:
            return
        says = f"PagerDuty answered {answer.status}: {_errors(answer)}".replace(key, "(routing key)")
        raise ActionFailed(says, answer.wait_s)

    def _key(self, name: str | None) -> str:
        """Return the routing key of this name, else the default: somebody must hear."""
        written = self._routing_key.read()
        if not written.startswith("{"):
            return written
        try:
            keys = json.loads(written)
        except ValueError:
            raise ActionFailed(f"secret {self._routing_key.name} is neither a routing key nor JSON") from None
        found = keys.get(name) or keys.get("default")
        if not isinstance(found, str):
            raise ActionFailed(f"secret {self._routing_key.name} has no routing key {name!r} and no default")
        return found

    def _post(self, body: bytes) -> Answer:
        for _ in range(TRIES - 1):
            try:
                answer = self._http.ask("POST", self._url, body)
            except ActionFailed:
                continue
            if answer.wait_s or (answer.status != _BUSY and answer.status < _THEIR_FAULT):
                return answer
        return self._http.ask("POST", self._url, body)


def _trigger(letter: Letter) -> dict[str, Any]:
    payload = {
        "summary": letter.subject[:LONGEST_SUMMARY],
        "source": letter.source,
        "severity": _SEVERITY.get(letter.severity, "critical"),
        "custom_details": {"body": letter.body, "number": letter.number},
    }
    links = [{"text": text, "href": href} for text, href in letter.links]
    return {"event_action": "trigger", "payload": payload, "links": links, "client": "llm-alert-responder"}


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
