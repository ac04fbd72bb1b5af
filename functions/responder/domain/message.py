"""What travels through alerts.fifo: one message per resource and notification.

- Group id = hash of the resource, so that two alerts about one thing are never worked on side by side.
- Deduplication id = hash of who sent it and of what happened (fingerprint, status, start). What differs
  between the peers of an HA pair (external URL, generator URL, annotations, reason) is never hashed; the
  start is hashed for resolved alerts too, so that two flaps within five minutes stay two. A redrive adds its
  counter, or SQS would drop it as a repetition.
- A message carries its schema version. A newer one is "try again": an upgrade never loses work.
"""

import base64
import json
import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from responder.domain.alert import Alert, Notification
from responder.domain.answer import Answer
from responder.domain.plain import canonical, from_plain, sha256, stamp, to_plain
from responder.domain.redaction import redact_alert
from responder.domain.said import Said
from responder.domain.target import NoTarget, Target, find_target
from responder.errors import CannotRead, TryAgain

VERSION = 1
SAID = 2  # a person's word; code that does not know it yet leaves it for code that does
CHUNK = 64 * 1024  # SQS bills in chunks of 64 KiB
LARGEST = 1024 * 1024  # SQS refuses more, attributes included
MOST_ALERTS = 200  # a message's episodes must fit into one journal entry (64 KiB)
BOOKS = "books"  # the source of what the responder finds wrong with its own books
EVALUATION = "evaluation"  # the source of what evaluate_model finds
UNKNOWN_TO_ALERTMANAGER = frozenset({BOOKS, EVALUATION})  # whose alerts begin and end by our word alone
WATCHDOG = "watchdog"  # the resource of every heartbeat
ALONE = "alert/"  # begins the resource of an alert that matches no target
_PACKED = "z1:"
_NO_TARGET = NoTarget("no_target", "a heartbeat is about nothing")


@dataclass(frozen=True)
class Message:
    """Alerts of one notification that are about one resource; `target` is None when nothing may be touched.

    An `answer` comes alone, without alerts. `together` is how many targets the notification was about, or how many
    alerts of it match none: many at once are a storm.
    """

    source: str
    receiver: str
    resource: str
    alerts: tuple[Alert, ...]
    truncated: int
    redacted: dict[str, int]
    trace_id: str
    received_at: datetime
    target: str | None = None
    why_no_target: NoTarget | None = None
    part: int = 0
    together: int = 1
    answer: Answer | None = None
    redrives: int = 0

    @property
    def group_id(self) -> str:
        return sha256(self.resource)

    @property
    def deduplication_id(self) -> str:
        happened = sorted([a.fingerprint, a.status, stamp(a.starts_at)] for a in self.alerts)
        again = [self.redrives] if self.redrives else []
        said = [self.answer.incident, self.answer.plan_sha256, self.answer.yes, self.answer.by] if self.answer else []
        beat = [stamp(self.received_at)[:16]] if self.is_heartbeat else []
        return sha256(canonical([self.source, self.receiver, self.resource, self.part, happened, *again, *said, *beat]))

    @property
    def is_heartbeat(self) -> bool:
        """It says nothing but that alerts arrive; each minute's is news."""
        return self.resource == WATCHDOG


def to_messages(notification: Notification, targets: Sequence[Target]) -> list[Message]:
    """Group the alerts by what they are about; alerts without a target stand alone under their fingerprint."""
    groups: dict[str, list[Alert]] = defaultdict(list)
    found: dict[str, Target | NoTarget] = {}
    looked_up: dict[frozenset[tuple[str, str]], Target | NoTarget] = {}  # a group's alerts differ in other labels
    names = {name for target in targets for name in target.match}
    for alert in notification.alerts:
        telling = frozenset((name, text) for name, text in alert.labels.items() if name in names)
        if telling not in looked_up:
            looked_up[telling] = find_target(dict(telling), targets)
        target = _NO_TARGET if alert.is_watchdog else looked_up[telling]
        resource = target.resource if isinstance(target, Target) else _resource_of(alert)
        groups[resource].append(alert)
        found[resource] = target
    alone = sum(resource.startswith(ALONE) for resource in found)
    named = sum(isinstance(target, Target) for target in found.values())
    return [
        replace(message, together=max(1, alone if resource.startswith(ALONE) else named))
        for resource, alerts in groups.items()
        for message in _parts(notification, resource, found[resource], alerts)
    ]


def _resource_of(alert: Alert) -> str:
    return WATCHDOG if alert.is_watchdog else f"{ALONE}{alert.fingerprint}"


def encode(message: Message | Said) -> str:
    """Write a message as SQS takes it: ASCII JSON, packed when it would cost a second chunk."""
    if isinstance(message, Said):
        return canonical({"v": SAID, **to_plain(message)})
    text = canonical({"v": VERSION, **to_plain(message)})
    if len(text) <= CHUNK:
        return text
    return _PACKED + base64.b64encode(zlib.compress(text.encode(), 6)).decode()


def decode(body: str) -> Message:
    """Read alerts; raise CannotRead for anything else and TryAgain for a version newer than this code."""
    read = decode_any(body)
    if isinstance(read, Said):
        raise CannotRead("message tells what a person did, expected alerts")
    return read


def decode_any(body: str) -> Message | Said:
    """Read whatever stands in the queue, as `decode` does."""
    fact = _unpack(body)
    version = fact.pop("v", None)
    if version == SAID:
        return from_plain(Said, fact, "message")
    if isinstance(version, int) and version > SAID:
        raise TryAgain(
            f"message has schema version {version}, this code knows {VERSION}; a newer responder will take it"
        )
    if version != VERSION:
        raise CannotRead(f"message has schema version {version!r}, expected {VERSION}")
    return from_plain(Message, fact, "message")


def seen_from(message: Message, sender: str | None) -> Message:
    """Put down whom the queue saw sending an answer, whatever the message itself says of that."""
    return replace(message, answer=replace(message.answer, sender=sender)) if message.answer else message


def _parts(notification: Notification, resource: str, target: Target | NoTarget, alerts: list[Alert]) -> list[Message]:
    once = {alert.fingerprint: alert for alert in reversed(alerts)}
    again = [alert for alert in alerts if alert is not once[alert.fingerprint]]
    if again:  # two periods of one alert in one delivery are told one after the other
        parts = [
            *_parts(notification, resource, target, [a for a in alerts if a is once[a.fingerprint]]),
            *_parts(notification, resource, target, again),
        ]
        return [replace(message, part=number) for number, message in enumerate(parts)]
    whole = _message(notification, resource, target, alerts)
    if len(alerts) <= MOST_ALERTS and len(encode(whole)) <= LARGEST // 2:
        return [whole]
    half = len(alerts) // 2
    if not half:
        return [whole]
    halves = [
        *_parts(notification, resource, target, alerts[:half]),
        *_parts(notification, resource, target, alerts[half:]),
    ]
    return [replace(message, part=number) for number, message in enumerate(halves)]


def _message(notification: Notification, resource: str, target: Target | NoTarget, alerts: list[Alert]) -> Message:
    clean = [redact_alert(alert) for alert in alerts]
    return Message(
        source=notification.source,
        receiver=notification.receiver,
        resource=resource,
        target=target.name if isinstance(target, Target) else None,
        why_no_target=target if isinstance(target, NoTarget) else None,
        alerts=tuple(alert for alert, _ in clean),
        truncated=notification.truncated,
        redacted=dict(sum((counts for _, counts in clean), start=clean[0][1].__class__())),
        trace_id=notification.trace_id,
        received_at=notification.received_at,
    )


def _unpack(body: str) -> dict[str, Any]:
    try:
        if body.startswith(_PACKED):
            body = zlib.decompress(base64.b64decode(body.removeprefix(_PACKED))).decode()
        fact = json.loads(body)
    except (ValueError, zlib.error) as error:
        raise CannotRead(f"message is not JSON: {error}") from error
    if not isinstance(fact, dict):
        raise CannotRead(f"message is a {type(fact).__name__}, expected a JSON object")
    return fact
