"""The queue of work beside a service, and the one for what it could not do."""

import json
from dataclasses import replace
from typing import Any

from infra.local.clouds import Client, Clouds
from responder.domain.things.queue import DeadLetters

TRIES = 2
"""How often a message is tried before it is given up."""
AGAIN_SECONDS = 1
"""After how long it is tried again."""
POISON = "poison"
"""What nobody can answer at any time."""


def make_letters(clouds: Clouds, service: str, named: Any) -> Any:  # noqa: ANN401  # the touch of its kind
    """Make both queues, the one for what the other could not do."""
    sqs = clouds.client("sqs")
    dead = _arn(sqs, sqs.create_queue(QueueName=f"{service}-dead")["QueueUrl"])
    policy = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": TRIES})
    attributes = {"RedrivePolicy": policy, "VisibilityTimeout": str(AGAIN_SECONDS)}
    work = sqs.create_queue(QueueName=f"{service}-work", Attributes=attributes)["QueueUrl"]
    return replace(named, queue=dead, of=(_arn(sqs, work),))


def look_at_letters(sqs: Client, named: DeadLetters) -> dict[str, str]:
    """Say how many lie there, and how the newest move stands."""
    counted = "ApproximateNumberOfMessages"
    found = sqs.get_queue_attributes(QueueUrl=url_of(sqs, named.queue), AttributeNames=[counted])["Attributes"]
    moves = sqs.list_message_move_tasks(SourceArn=named.queue, MaxResults=1).get("Results", [])
    return {"letters": found[counted], "move": moves[0]["Status"].lower() if moves else "never"}


def url_of(sqs: Client, queue: str) -> str:
    """Find where a queue is, by its ARN."""
    return str(sqs.get_queue_url(QueueName=queue.rsplit(":", 1)[1])["QueueUrl"])


def _arn(sqs: Client, url: str) -> str:
    return str(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"])
