"""The queue in which messages lie that a service gave up on, and the queues they came from."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import ConfigDict, Field

FIFO = ".fifo"
Queue = Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,80}(\.fifo)?$")]


@dataclass(frozen=True)
class DeadLetters:
    """A dead-letter queue of SQS; its letters go back to those of the queues `of` in which they died.

    Never more than `most` letters, `rate` of them a second, and so many times a day.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    queue: Queue
    of: Annotated[tuple[Queue, ...], Field(min_length=1, max_length=10)]
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

    @property
    def mixed(self) -> tuple[str, ...]:
        """The queues that cannot take its letters: FIFO goes to FIFO only, and all stays where it is."""
        place = self.queue.rsplit(":", 1)[0]
        fits = (one.startswith(f"{place}:") and one.endswith(FIFO) == self.queue.endswith(FIFO) for one in self.of)
        return tuple(one for one, fit in zip(self.of, fits, strict=True) if not fit or one == self.queue)
