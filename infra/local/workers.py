"""Who works beside a service: what it cannot answer in time is tried again, and then lies in the dead letters.

So letters really die while the upstream is gone and nobody opened the circuit, and are really answered once they are
moved back.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from infra.local.clouds import Client
from infra.local.letters import POISON, url_of
from infra.local.service import Service
from responder.domain.target import Target
from responder.domain.things.queue import DeadLetters

log = logging.getLogger(__name__)
COMING, TAKEN = 3, 10
"""How many messages come in, and how many are taken out at most, each time somebody works."""


@dataclass
class Worker:
    """Takes work for a service, as long as people use it; how much is too late is as the service's health says."""

    sqs: Client
    named: DeadLetters
    service: Service
    answered: int = 0
    owed: float = 0.0

    def work(self) -> None:
        """Let messages come in, and answer those that can be; while the queue cannot be asked, wait."""
        if not (self.service.awake and self.service.busy):
            return
        try:
            self._take()
        except (BotoCoreError, ClientError, HTTPError) as error:
            log.warning("cannot work for %s: %s", self.service.name, error)

    def _take(self) -> None:
        url = url_of(self.sqs, self.named.of[0])
        entries = [{"Id": str(number), "MessageBody": f"prompt {number}"} for number in range(COMING)]
        self.sqs.send_message_batch(QueueUrl=url, Entries=entries)
        for message in self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=TAKEN).get("Messages", []):
            if message["Body"] != POISON and not self._is_late():
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                self.answered += 1

    def _is_late(self) -> bool:
        """Say it of as many as the health says, evenly."""
        self.owed += self.service.health.timeouts
        late = self.owed >= 1
        self.owed -= late
        return late


def workers(fleet: Mapping[str, Service], targets: Iterable[Target], sqs: Callable[[], Client]) -> list[Worker]:
    """Give one to each service that has a queue of work."""
    queues = [(target.name, target.touch.dead_letters) for target in targets]
    return [Worker(sqs(), named, fleet[name]) for name, named in queues if named]
