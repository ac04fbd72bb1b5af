"""The queue in which messages lie that a service gave up on, and the queues they came from."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import ConfigDict, Field

from responder.domain.things.asked import ONCE, text

FIFO = ".fifo"
Queue = Annotated[
    str,
    text(
        r"arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,80}(\.fifo)?",
        "the ARN of the queue, not its name or URL, like arn:aws:sqs:eu-west-1:123456789012:chat-dead",
    ),
]


@dataclass(frozen=True)
class DeadLetters:
    """A dead-letter queue of SQS; its letters go back to those of the queues `of` in which they died.

    Never more than `most` letters, `rate` of them a second, and so many times a day.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    queue: Queue
    of: Annotated[tuple[Queue, ...], Field(min_length=1, max_length=10), ONCE]
    most: Annotated[int, Field(ge=1)]
    rate: Annotated[int, Field(ge=1, le=500)] = 10
    per_day: Annotated[int, Field(ge=1, le=10)] = 1

    @property
    def name(self) -> str:
        return self.queue.rsplit(":", 1)[1]

    @property
    def url(self) -> str:
        """The queue as the command line wants it named."""
        _, partition, _, region, account, name = self.queue.split(":")
        return f"https://sqs.{region}.amazonaws.com{'.cn' if partition == 'aws-cn' else ''}/{account}/{name}"

    @property
    def arn(self) -> str:
        return self.queue

    def unfit(self, source: str, region: str, account: str) -> str | None:
        """Say why a queue of this place cannot take its letters back: FIFO goes to FIFO only, and all stays there."""
        *_, in_region, in_account, name = source.split(":")
        if source == self.queue:
            return "it is the dead-letter queue itself"
        if in_account != account:
            return f"it is in account {in_account}, the entry in {account}"
        if in_region != region:
            return f"it is in region {in_region}, the entry in {region}"
        if name.endswith(FIFO) != self.queue.endswith(FIFO):
            return f"{name if name.endswith(FIFO) else self.name} is FIFO, the other is not"
        return None
