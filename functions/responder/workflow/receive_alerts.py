"""The front door: a webhook becomes messages in alerts.fifo, or an answer that says what is wrong.

Alertmanager repeats a delivery after a 5xx and after nothing else. So 2xx is said only when every message is
durably queued, every failure of ours is a 503, and a 4xx is only for what no repetition can mend.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from responder.domain.message import LARGEST as LARGEST_MESSAGE
from responder.domain.message import Message, encode, to_messages
from responder.domain.target import Target
from responder.errors import ActionFailed, CannotRead, TryAgain
from responder.ports import AlertQueue, Quarantine, ReadNotification, Tokens

LARGEST = 5 * 1024 * 1024  # Lambda takes 6 MB; what is above this is an unbounded group
REFETCH_EVERY = timedelta(seconds=30)  # a wrong token may not cost a secret read each time


@dataclass(frozen=True)
class Answer:
    """What is said to the sender, and what happened, for the log line and the metrics."""

    status: int
    says: str
    source: str = ""
    accepted: int = 0
    quarantined: int = 0
    messages: tuple[Message, ...] = ()
    truncated: int = 0
    redacted: dict[str, int] = field(default_factory=dict)

    @property
    def body(self) -> str:
        return json.dumps({"status": self.status, "message": self.says})


class FrontDoor:
    """Lives as long as the process, so that a wrong token is looked up afresh only now and then."""

    def __init__(
        self,
        queue: AlertQueue,
        quarantine: Quarantine,
        tokens: Tokens,
        read: ReadNotification,
        targets: Sequence[Target],
    ) -> None:
        self._queue = queue
        self._quarantine = quarantine
        self._tokens = tokens
        self._read = read
        self._targets = targets
        self._refetched: datetime | None = None

    def receive(self, body: bytes, authorization: str, trace_id: str, now: datetime) -> Answer:
        """Answer one delivery; never raises one of our errors."""
        try:
            source = self._who(authorization, now)
            if source is None:
                return Answer(401, "the bearer token is missing or wrong; send one of the tokens in the webhook secret")
            if len(body) > LARGEST:
                return Answer(
                    413,
                    f"the body has {len(body)} bytes, at most {LARGEST} are taken;"
                    " set max_alerts: 1000 in the receiver",
                    source,
                )
            return self._take(body, source, trace_id, now)
        except CannotRead as error:
            return self._set_aside(body, str(error), now)
        except (TryAgain, ActionFailed) as error:
            return Answer(503, f"try again: {error}")

    def receive_from(self, topic: str, body: bytes, trace_id: str, now: datetime) -> Answer:
        """Answer what a topic delivered, whose name is proof enough of the sender; never raises one of our errors."""
        try:
            return self._take(body, topic, trace_id, now)
        except CannotRead as error:
            return self._set_aside(body, str(error), now)
        except (TryAgain, ActionFailed) as error:
            return Answer(503, f"try again: {error}", topic)

    def _take(self, body: bytes, source: str, trace_id: str, now: datetime) -> Answer:
        notification, unreadable = self._read(body, source, trace_id, now)
        for content, cause in unreadable:
            self._quarantine.keep(content, cause, now)
        messages = self._queue_all(to_messages(notification, self._targets), unreadable, now)
        redacted: dict[str, int] = {}
        for message in messages:
            redacted |= {kind: redacted.get(kind, 0) + count for kind, count in message.redacted.items()}
        says = f"{len(notification.alerts)} alerts queued" + (
            f", {len(unreadable)} unreadable set aside" if unreadable else ""
        )
        return Answer(
            200,
            says,
            source,
            len(notification.alerts),
            len(unreadable),
            tuple(messages),
            notification.truncated,
            redacted,
        )

    def _queue_all(self, messages: list[Message], unreadable: list[tuple[bytes, str]], now: datetime) -> list[Message]:
        """Queue what fits; one alert that no message can hold is set apart, and does not stop the others."""
        giants = [m for m in messages if len(m.alerts) == 1 and len(encode(m)) > LARGEST_MESSAGE]
        for giant in giants:
            cause = f"one alert about {giant.resource} is larger than a message can be ({LARGEST_MESSAGE} bytes)"
            unreadable.append((encode(giant).encode(), cause))
            self._quarantine.keep(*unreadable[-1], now)
        fitting = [m for m in messages if m not in giants] if giants else messages
        if fitting:
            self._queue.send(fitting)
        return fitting

    def _set_aside(self, body: bytes, cause: str, now: datetime) -> Answer:
        try:
            self._quarantine.keep(body, cause, now)
        except (TryAgain, ActionFailed) as error:
            return Answer(503, f"try again: {error}")
        return Answer(400, cause, quarantined=1)

    def _who(self, authorization: str, now: datetime) -> str | None:
        """Return the name of the credential; a wrong token is compared once more with a freshly read secret."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            return None
        source = owner_of(token.strip(), self._tokens.read(fresh=False))
        if source is None and (self._refetched is None or now - self._refetched >= REFETCH_EVERY):
            source = owner_of(token.strip(), self._tokens.read(fresh=True))
            self._refetched = now  # only now: where the secret could not be read, nobody knows yet that it is wrong
        return source


def owner_of(token: str, tokens: Mapping[str, Sequence[str]]) -> str | None:
    """Compare with every valid token, in constant time and without leaving early."""
    offered = hashlib.sha256(token.encode()).digest()
    owner = None
    for source, valid in tokens.items():
        for known in valid:
            if hmac.compare_digest(hashlib.sha256(known.encode()).digest(), offered):
                owner = source
    return owner
