"""A PagerDuty for practice: the Events API v2, with its rules about what it takes and what it answers.

python -m infra.local.pagerduty <port> <run's folder>
POST /v2/enqueue     what PagerDuty answers, 202 or 400
GET  /incidents      what a person would have seen
"""

import json
import sys
import uuid
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

ACTIONS = ("trigger", "acknowledge", "resolve")
SEVERITIES = ("critical", "error", "warning", "info")
ROUTING_KEY_LENGTH = 32
MOST = {"dedup_key": 255, "summary": 1024}
STATUS_AFTER = {"trigger": "triggered", "acknowledge": "acknowledged", "resolve": "resolved"}
Event = dict[str, Any]


@dataclass
class Incident:
    """What one deduplication key became: however often it was triggered, one incident, until it was resolved.

    `opened` counts how often somebody was rung for it.
    """

    dedup_key: str
    status: str
    summary: str
    severity: str
    events: int = 0
    opened: int = 1
    history: list[str] = field(default_factory=list)


class Desk:
    """All incidents, and every event that was refused."""

    def __init__(self) -> None:
        self.incidents: dict[str, Incident] = {}
        self.refused: list[list[str]] = []

    def receive(self, event: Event) -> tuple[int, Event]:
        """Take one event, or say what is wrong with it."""
        if errors := find_errors(event):
            self.refused.append(errors)
            return 400, {"status": "invalid event", "message": "Event object is invalid", "errors": errors}
        key = event.get("dedup_key") or uuid.uuid4().hex
        self._apply(key, event)
        return 202, {"status": "success", "message": "Event processed", "dedup_key": key}

    def _apply(self, key: str, event: Event) -> None:
        action, payload = event["event_action"], event.get("payload", {})
        incident = self.incidents.get(key)
        if incident is None and action != "trigger":
            return  # PagerDuty accepts and drops it
        if incident is None or (incident.status == "resolved" and action == "trigger"):
            rung = incident.opened + 1 if incident else 1
            fresh = Incident(key, "triggered", payload["summary"], payload["severity"], opened=rung)
            incident = self.incidents[key] = fresh
        incident.events += 1
        incident.history.append(action)
        if not (action == "trigger" and incident.status == "acknowledged"):
            incident.status = STATUS_AFTER[action]


def find_errors(event: Event) -> list[str]:
    """List what PagerDuty would refuse the event for."""
    errors = []
    if len(str(event.get("routing_key", ""))) != ROUTING_KEY_LENGTH:
        errors.append(f"'routing_key' must be {ROUTING_KEY_LENGTH} characters long")
    if event.get("event_action") not in ACTIONS:
        errors.append(f"'event_action' must be one of {', '.join(ACTIONS)}")
    if len(str(event.get("dedup_key", ""))) > MOST["dedup_key"]:
        errors.append(f"'dedup_key' is too long (maximum is {MOST['dedup_key']} characters)")
    if event.get("event_action") in ("acknowledge", "resolve") and not event.get("dedup_key"):
        errors.append("'dedup_key' is missing")
    if event.get("event_action") == "trigger":
        errors += _find_payload_errors(event.get("payload"))
    return errors


def _find_payload_errors(payload: object) -> list[str]:
    if not isinstance(payload, dict):
        return ["'payload' is missing or blank"]
    errors = [
        f"'payload.{name}' is missing or blank" for name in ("summary", "source", "severity") if not payload.get(name)
    ]
    if len(str(payload.get("summary", ""))) > MOST["summary"]:
        errors.append(f"'payload.summary' is too long (maximum is {MOST['summary']} characters)")
    if payload.get("severity") and payload["severity"] not in SEVERITIES:
        errors.append(f"'payload.severity' must be one of {', '.join(SEVERITIES)}")
    return errors


class Door(BaseHTTPRequestHandler):
    """The HTTP side."""

    desk: ClassVar[Desk]

    def do_POST(self) -> None:
        """Take an event."""
        if self.path != "/v2/enqueue":
            self._send(404, {"status": "not found"})
            return
        try:
            event = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        except ValueError:
            self._send(
                400, {"status": "invalid event", "message": "Event object is invalid", "errors": ["JSON parse error"]}
            )
            return
        self._send(*self.desk.receive(event))

    def do_GET(self) -> None:
        """Show what a person would have seen."""
        self._send(
            200, {"incidents": [asdict(one) for one in self.desk.incidents.values()], "refused": self.desk.refused}
        )

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is the base class's
        """Say nothing: what arrived can be asked for."""

    def _send(self, status: int, body: Event) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


if __name__ == "__main__":
    Door.desk = Desk()
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Door).serve_forever()
