"""Real processes that run the real handlers, to be killed: a front door, a responder, who tends the rest, the books.

Their clock runs `SPEED` times as fast, so that a lease that was left behind ends in seconds; the emulated queue's
time is brought to the same speed. Nothing else differs from what runs in Lambda.
"""

import itertools
import os
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from tests.standing.place import RUNBOOKS

import balance_books
import drain_dead_letters
import receive_alerts
import respond
import sweep
from responder import doorway
from responder.adapters import aws

SPEED = 20
BATCH = 10
LEFT_MS = 55_000
HANDLERS = (receive_alerts, respond, sweep, drain_dead_letters, balance_books)


class Hurried(datetime):
    """The handlers' clock; what it returns is an ordinary time."""

    began: float = 0.0

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # an ordinary time, as said
        return datetime.fromtimestamp(cls.began + (time.time() - cls.began) * SPEED, tz or UTC)


class Context:
    """What Lambda hands over besides the event."""

    def get_remaining_time_in_millis(self) -> int:
        return LEFT_MS


def begin(folder: Path, env: Mapping[str, str], name: str, began: float) -> None:
    """Make this process one of ours: its own log, the way to the cloud, the runbooks, the clock."""
    log = os.open(folder / "logs" / f"{name}.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(log, sys.stdout.fileno())
    os.dup2(log, sys.stderr.fileno())
    os.environ.update(env)
    doorway.COMPILED = folder / RUNBOOKS
    Hurried.began = began
    for handler in HANDLERS:
        handler.datetime = Hurried  # type: ignore[attr-defined]  # the one thing that is not as in Lambda
    events = aws.client("sqs").meta.events
    events.register("provide-client-params.sqs.ChangeMessageVisibility", _sooner)


def intake(folder: Path, env: Mapping[str, str], name: str, began: float, port: int) -> None:
    """Serve the front door as the gateway would: one request after the other, what breaks is a 503."""
    begin(folder, env, name, began)

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            request = {"requestContext": {"requestId": uuid.uuid4().hex}, "headers": dict(self.headers), "body": body}
            answer = receive_alerts.handler(request, Context())
            content = answer["body"].encode()
            self.send_response(answer["statusCode"])
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is the base class's
            """Say nothing: the handler does."""

    HTTPServer(("127.0.0.1", port), Door).serve_forever()


def answering(folder: Path, env: Mapping[str, str], name: str, began: float) -> None:
    """Take messages out of alerts.fifo as Lambda's poller does."""
    begin(folder, env, name, began)
    for _ in itertools.count():
        _poll(env["ALERTS_QUEUE_URL"], respond)


def balancing(folder: Path, env: Mapping[str, str], name: str, began: float) -> None:
    """Balance the books once."""
    begin(folder, env, name, began)
    balance_books.handler({}, Context())


def tending(folder: Path, env: Mapping[str, str], name: str, began: float) -> None:
    """Sweep every minute of the hurried clock, and take what is in the dead letters."""
    begin(folder, env, name, began)
    dead = env["ALERTS_QUEUE_URL"].replace("alerts.fifo", "dead.fifo")
    for _ in itertools.count():
        sweep.handler({}, Context())
        _poll(dead, drain_dead_letters)
        time.sleep(60 / SPEED)


def _poll(url: str, function: Any) -> None:  # noqa: ANN401  # a module with a handler
    sqs = aws.client("sqs")
    asked = {"MaxNumberOfMessages": BATCH, "WaitTimeSeconds": 0, "AttributeNames": ["All"]}
    received = sqs.receive_message(QueueUrl=url, **asked).get("Messages", [])
    if not received:
        time.sleep(0.05)
        return
    answer = function.handler({"Records": list(map(_record, received))}, Context())
    stay = {one["itemIdentifier"] for one in answer["batchItemFailures"]}
    done = [m for m in received if m["MessageId"] not in stay]
    for entries in _entries(done):
        sqs.delete_message_batch(QueueUrl=url, Entries=entries)


def _record(message: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
    }


def _entries(done: list[dict[str, Any]]) -> Iterator[list[dict[str, str]]]:
    if done:
        yield [{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(done)]


def _sooner(params: dict[str, Any], **_: object) -> dict[str, Any]:
    return {**params, "VisibilityTimeout": max(1, params["VisibilityTimeout"] // SPEED)}
