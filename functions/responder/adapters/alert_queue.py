"""alerts.fifo in SQS: the sending side of receive_alerts, and the one thing respond asks of it."""

import logging
from collections.abc import Iterator, Sequence
from typing import Any

from responder.adapters import aws
from responder.domain.message import LARGEST, Message, encode
from responder.domain.said import Said
from responder.errors import CannotRead, TryAgain

MOST = 10  # entries SQS takes in one call
Entry = dict[str, str]


class SqsAlertQueue:
    """One call for up to ten messages that weigh no more than 1 MiB together, else as few as it takes."""

    def __init__(self, url: str, client: Any) -> None:  # noqa: ANN401  # boto3 has no types
        self._url, self._sqs = url, client

    def send(self, messages: Sequence[Message | Said]) -> None:
        for batch in list(_batches([_entry(n, m) for n, m in enumerate(messages)])):
            self._send(batch)

    def _send(self, batch: list[Entry]) -> None:
        try:
            answer = self._sqs.send_message_batch(QueueUrl=self._url, Entries=batch)
        except aws.TROUBLE as error:
            raise TryAgain(f"alerts queue: {aws.code_of(error)}") from error
        if failed := answer.get("Failed"):
            codes = ", ".join(sorted({one["Code"] for one in failed}))
            raise TryAgain(f"alerts queue refused {len(failed)} of {len(batch)} messages: {codes}")


class Redelivery:
    """The receiving side: when a failed message is shown again."""

    def __init__(self, url: str, client: Any) -> None:  # noqa: ANN401  # boto3 has no types
        self._url, self._sqs = url, client

    def later(self, receipt: str, seconds: int) -> None:
        """Show the message again after this long; when that fails it returns at its own, later time."""
        try:
            self._sqs.change_message_visibility(QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=seconds)
        except aws.TROUBLE as error:
            logging.getLogger(__name__).warning("visibility not changed: %s", aws.code_of(error))


def _entry(number: int, message: Message | Said) -> Entry:
    body = encode(message)
    if len(body) > LARGEST:
        raise CannotRead(f"an alert about {message.resource} takes {len(body)} bytes, the queue {LARGEST}")
    return {
        "Id": str(number),
        "MessageBody": body,
        "MessageGroupId": message.group_id,
        "MessageDeduplicationId": message.deduplication_id,
    }


def _batches(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Fill each call as far as SQS allows; the order stays."""
    batch: list[Entry] = []
    for entry in entries:
        if len(batch) == MOST or sum(len(e["MessageBody"]) for e in [*batch, entry]) > LARGEST:
            yield batch
            batch = []
        batch.append(entry)
    if batch:
        yield batch
