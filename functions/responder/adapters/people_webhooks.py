"""PagerDuty's and Jira's signed webhooks, read as what a person did.

What automation does there, ours included, comes back as an event too: PagerDuty names its agent, and only a user is
a person. Events we do not know are no error: both send whatever is subscribed.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from responder.domain.said import Did, Said
from responder.errors import CannotRead

_PAGERDUTY = {
    "incident.acknowledged": Did.ACKNOWLEDGED,
    "incident.resolved": Did.RESOLVED,
    "incident.reopened": Did.REOPENED,
}
_LABEL = "inc-"


def is_signed(via: str, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
    """Compare every signature offered with every valid secret, in constant time and without leaving early."""
    name, prefix = {"pagerduty": ("x-pagerduty-signature", "v1="), "jira": ("x-hub-signature", "sha256=")}[via]
    offered = [part.strip().removeprefix(prefix) for part in headers.get(name, "").split(",") if prefix in part]
    signed = False
    for secret in secrets:
        expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        for signature in offered:
            signed |= hmac.compare_digest(expected.encode(), signature.encode())
    return signed


def read_people(via: str, body: bytes) -> list[Said]:
    """Return what people did; raise CannotRead when it is no event of this sender."""
    try:
        event = json.loads(body)
        return list(_of_pagerduty(event["event"]) if via == "pagerduty" else _of_jira(event))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CannotRead(f"no event of {via}: {type(error).__name__}: {error}") from error


def _of_pagerduty(event: Mapping[str, Any]) -> Iterator[Said]:
    did = _PAGERDUTY.get(event["event_type"])
    agent = event.get("agent") or {}
    if did and str(agent.get("type", "")).startswith("user"):
        key, at = event["data"]["incident_key"], datetime.fromisoformat(event["occurred_at"])
        yield Said(str(key), did, str(agent.get("summary") or "somebody"), "pagerduty", at, str(event["id"]))


def _of_jira(event: Mapping[str, Any]) -> Iterator[Said]:
    if event.get("webhookEvent") != "jira:issue_updated":
        return
    fields, at = event["issue"]["fields"], datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
    did = _changed(event["changelog"]["items"], fields["status"]["statusCategory"]["key"])
    by = str((event.get("user") or {}).get("displayName") or "somebody")
    for label in fields["labels"] if did else ():
        if label.startswith(_LABEL) and did:
            yield Said(label.removeprefix(_LABEL), did, by, "jira", at, f"{event['issue']['key']}/{event['timestamp']}")


def _changed(items: Sequence[Mapping[str, Any]], category: str) -> Did | None:
    """Taking it or starting on it is an acknowledgement; a resolution set or taken away says done and re-opened."""
    changed = {item["field"]: item for item in items}
    if "status" in changed and category == "done":
        return Did.RESOLVED
    if "resolution" in changed and not changed["resolution"].get("to"):
        return Did.REOPENED
    begun = "status" in changed and category == "indeterminate"
    taken = "assignee" in changed and bool(changed["assignee"].get("to"))
    return Did.ACKNOWLEDGED if begun or taken else None
