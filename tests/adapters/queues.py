"""Moves of dead letters, which moto lacks: three calls on its own queues, with what SQS refuses.

One move at a time, only out of a queue that is somebody's dead-letter queue, a handle only while it runs, and nothing
to cancel once it is over. It takes its time until `finish` is called.
"""

import itertools
import json
from typing import Any

from botocore.awsrequest import AWSResponse
from tests.adapters.cloud import OneClient

from responder.adapters import aws
from responder.domain.things.queue import DeadLetters

CLOCK = itertools.count(1_764_000_000_000)
Answer = tuple[AWSResponse, dict[str, Any]]


class Moves:
    """A client on moto's SQS that can also move; `letters` lie in the dead-letter queue `chat-dead`."""

    def __init__(self, letters: int, *, fifo: bool = False) -> None:
        self.client = aws.make_client("sqs")
        self.tasks: list[dict[str, Any]] = []
        end, more = (".fifo", {"FifoQueue": "true"}) if fifo else ("", {})
        self.dead = self.client.create_queue(QueueName=f"chat-dead{end}", Attributes=more)["QueueUrl"]
        arn = self._arn(self.dead)
        policy = f'{{"deadLetterTargetArn":"{arn}","maxReceiveCount":"3"}}'
        attributes = {**more, "RedrivePolicy": policy}
        self.work = self.client.create_queue(QueueName=f"chat-work{end}", Attributes=attributes)["QueueUrl"]
        self.touched = DeadLetters(arn, (self._arn(self.work),), most=100)
        for number in range(letters):
            grouped = {"MessageGroupId": "g", "MessageDeduplicationId": str(number)} if fifo else {}
            self.client.send_message(QueueUrl=self.dead, MessageBody=str(number), **grouped)
        for name in ("Start", "List", "Cancel"):
            event = f"before-call.sqs.{name}MessageMoveTask{'s' * (name == 'List')}"
            self.client.meta.events.register(event, getattr(self, f"_{name.lower()}"))

    @property
    def roles(self) -> OneClient:
        return OneClient(self.client)

    def finish(self) -> None:
        """Let the move that runs come to its end."""
        task = self.tasks[0]
        while found := self.client.receive_message(QueueUrl=self.dead).get("Messages"):
            for letter in found:
                self.client.send_message(QueueUrl=self.work, MessageBody=letter["Body"])
                self.client.delete_message(QueueUrl=self.dead, ReceiptHandle=letter["ReceiptHandle"])
        task |= {"Status": "COMPLETED", "ApproximateNumberOfMessagesMoved": task["ApproximateNumberOfMessagesToMove"]}
        del task["TaskHandle"]

    def count(self, url: str) -> int:
        found = self.client.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        return int(found["Attributes"]["ApproximateNumberOfMessages"])

    def _start(self, params: dict[str, Any], **_: object) -> Answer:
        asked = _body(params)
        if not self.client.list_dead_letter_source_queues(QueueUrl=self.dead).get("queueUrls"):
            return _refused("InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue.")
        if any(task["Status"] == "RUNNING" for task in self.tasks):
            return _refused("UnsupportedOperation", "There is already a task running.")
        task = {
            "TaskHandle": f"handle-{len(self.tasks)}",
            "Status": "RUNNING",
            "SourceArn": asked["SourceArn"],
            "MaxNumberOfMessagesPerSecond": asked["MaxNumberOfMessagesPerSecond"],
            "ApproximateNumberOfMessagesMoved": 0,
            "ApproximateNumberOfMessagesToMove": self.count(self.dead),
            "StartedTimestamp": next(CLOCK),
        }
        self.tasks.insert(0, task)
        return _answered({"TaskHandle": task["TaskHandle"]})

    def _list(self, params: dict[str, Any], **_: object) -> Answer:
        return _answered({"Results": self.tasks[: int(_body(params)["MaxResults"])]})

    def _cancel(self, params: dict[str, Any], **_: object) -> Answer:
        running = [task for task in self.tasks if task.get("TaskHandle") == _body(params)["TaskHandle"]]
        if not running:
            return _refused("ResourceNotFoundException", "The resource does not exist.")
        running[0]["Status"] = "CANCELLED"
        del running[0]["TaskHandle"]
        return _answered({"ApproximateNumberOfMessagesMoved": 0})

    def _arn(self, url: str) -> str:
        found = self.client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return str(found["Attributes"]["QueueArn"])


def _body(params: dict[str, Any]) -> dict[str, Any]:
    """Read what botocore is about to send."""
    return json.loads(params["body"])  # type: ignore[no-any-return]  # an object, as SQS's protocol has it


def _answered(parsed: dict[str, Any]) -> Answer:
    return AWSResponse("", 200, {}, None), {**parsed, "ResponseMetadata": {"HTTPStatusCode": 200}}


def _refused(code: str, says: str) -> Answer:
    metadata = {"HTTPStatusCode": 400, "RequestId": "request-1"}
    return AWSResponse("", 400, {}, None), {"Error": {"Code": code, "Message": says}, "ResponseMetadata": metadata}
