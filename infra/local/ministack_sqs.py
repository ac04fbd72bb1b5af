"""Moves of dead letters, which MiniStack lacks: one at a time for a queue, letter by letter at the rate asked for.

As in SQS they take their time, each letter goes back to the queue it died in, a handle is shown only while a move runs,
and nothing is brought back by cancelling one. What is due is moved whenever somebody looks at a queue.
"""
# ruff: noqa: SLF001  # correcting MiniStack means reaching into it

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ministack.core import iam_actions
from ministack.services import sqs

Document = Any  # a request, a queue or a letter, or what MiniStack made of it
FASTEST = 500
"""Letters a second when no rate was asked for."""


@dataclass
class Move:
    """A move out of one queue."""

    source: str
    letters: int
    asked: dict[str, int]
    status: str = "RUNNING"
    moved: int = 0
    handle: str = field(default_factory=lambda: uuid.uuid4().hex)
    began: float = field(default_factory=time.time)

    @property
    def due(self) -> int:
        """Tell how many letters should be gone by now."""
        rate = self.asked.get("MaxNumberOfMessagesPerSecond", FASTEST)
        return min(self.letters, int((time.time() - self.began) * rate))

    def shown(self) -> Document:
        """Show it as SQS lists it."""
        return {
            **({"TaskHandle": self.handle} if self.status == "RUNNING" else {}),
            "Status": self.status,
            "SourceArn": self.source,
            **self.asked,
            "ApproximateNumberOfMessagesMoved": self.moved,
            "ApproximateNumberOfMessagesToMove": self.letters,
            "StartedTimestamp": int(self.began * 1000),
        }


MOVES: list[Move] = []
"""Every move there was, oldest first."""


def move_dead_letters() -> None:
    """Add the calls, and let every look at a queue find what is due moved."""
    added = {
        "StartMessageMoveTask": _start,
        "ListMessageMoveTasks": _list,
        "CancelMessageMoveTask": _cancel,
        "ListDeadLetterSourceQueues": lambda asked, _: {"queueUrls": _sources(_arn_of(asked["QueueUrl"]))},
    }
    looks = ("ReceiveMessage", "GetQueueAttributes")
    sqs._HANDLERS.update({name: _settled(handler) for name, handler in added.items()})
    sqs._HANDLERS.update({name: _settled(sqs._HANDLERS[name]) for name in looks})


def name_moved_queues() -> None:
    """Ask for the permission on the queue that is moved out of: MiniStack knows no queue but by its address."""
    original = iam_actions.extract_resource_arn

    def with_source(service: str, method: str, path: str, head: Document, body: bytes, *place: Document) -> Document:
        sent = json.loads(body) if service == "sqs" and body[:1] == b"{" else {}
        moved = next((move.source for move in MOVES if move.handle == sent.get("TaskHandle")), None)
        return sent.get("SourceArn") or moved or original(service, method, path, head, body, *place)

    iam_actions.extract_resource_arn = with_source


def _settled(handler: Callable[[Document, str], Document]) -> Callable[[Document, str], Document]:
    def after_what_is_due(asked: Document, url: str) -> Document:
        for move in [one for one in MOVES if one.status == "RUNNING"]:
            _go_on(move)
        return handler(asked, url)

    return after_what_is_due


def _go_on(move: Move) -> None:
    letters, due = sqs._queue_by_arn(move.source), move.due
    while move.moved < due and letters["messages"]:
        _give_back(letters["messages"].pop(0))
        move.moved += 1
    if move.moved >= move.letters or not letters["messages"]:
        move.status = "COMPLETED"


def _give_back(letter: Document) -> None:
    """Put a letter where it died, as if it had just been sent."""
    queue = sqs._queue_by_arn(letter["sys"].pop("DeadLetterQueueSourceArn"))
    fresh = {"id": str(uuid.uuid4()), "receive_count": 0, "visible_at": time.time(), "receipt_handle": None}
    letter.update({**fresh, "sent_at": time.time(), "first_receive_at": None})
    queue["messages"].append(letter)


def _start(asked: Document, _: str) -> Document:
    source = asked["SourceArn"]
    letters = sqs._queue_by_arn(source)
    if letters is None:
        raise sqs._Err("ResourceNotFoundException", "The resource that you specified doesn't exist.", 404)
    if not _sources(source):
        raise sqs._Err("InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue.")
    if any(move.source == source and move.status == "RUNNING" for move in MOVES):
        raise sqs._Err("UnsupportedOperation", "There is already a task running. Only one active task is allowed.")
    rate = {name: int(asked[name]) for name in ("MaxNumberOfMessagesPerSecond",) if asked.get(name)}
    MOVES.append(Move(source, len(letters["messages"]), rate))
    return {"TaskHandle": MOVES[-1].handle}


def _list(asked: Document, _: str) -> Document:
    newest = [move.shown() for move in reversed(MOVES) if move.source == asked["SourceArn"]]
    return {"Results": newest[: int(asked.get("MaxResults", 1))]}


def _cancel(asked: Document, _: str) -> Document:
    running = [move for move in MOVES if move.handle == asked["TaskHandle"] and move.status == "RUNNING"]
    if not running:
        raise sqs._Err("ResourceNotFoundException", "The resource that you specified doesn't exist.", 404)
    running[0].status = "CANCELLED"
    return {"ApproximateNumberOfMessagesMoved": running[0].moved}


def _sources(arn: str) -> list[str]:
    """Find the queues whose dead letters go there."""
    policies = {url: json.loads(q["attributes"].get("RedrivePolicy") or "{}") for url, q in sqs._queues.items()}
    return [url for url, policy in policies.items() if policy.get("deadLetterTargetArn") == arn]


def _arn_of(url: str) -> str:
    return str(sqs._get_q(url)["attributes"]["QueueArn"])
