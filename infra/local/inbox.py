"""Where notices arrive in practice: a queue that hears everything the pages topic says."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from infra.local.clouds import Client, Clouds
from infra.local.errors import LocalCloudError

NAME = "practice-inbox"


@dataclass(frozen=True)
class Notice:
    """One message of the topic, as its reader sees it."""

    kind: str
    subject: str
    body: str


class Inbox:
    """The subscribed queue; what was read once is remembered."""

    def __init__(self, sqs: Client, url: str) -> None:
        self._sqs, self._url = sqs, url
        self.notices: list[Notice] = []

    def read(self) -> list[Notice]:
        """Take what is new off the queue, and return everything that has arrived so far."""
        while messages := self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self.notices.append(_read(json.loads(message["Body"])))
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return self.notices


def subscribe(clouds: Clouds, topic_arn: str) -> Inbox:
    """Create the queue, let the topic write to it, and subscribe it."""
    sqs, sns = clouds.client("sqs"), clouds.client("sns")
    url = sqs.create_queue(QueueName=NAME)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn)
    return Inbox(sqs, url)


def _read(envelope: Mapping[str, object]) -> Notice:
    attributes = envelope.get("MessageAttributes") or {}
    if not isinstance(attributes, Mapping):
        raise LocalCloudError(f"the pages topic delivered something that is no notice: {envelope}")
    kind = attributes.get("kind", {}).get("Value", "none")
    return Notice(kind, str(envelope.get("Subject") or ""), str(envelope.get("Message") or ""))
