import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from tests.adapters.cloud import a_queue, losing, scripted
from tests.world import NOON, a_message, an_alert

from responder.adapters import aws
from responder.adapters.alert_queue import Redelivery, SqsAlertQueue
from responder.domain.message import Message, encode
from responder.errors import TryAgain

URL = "https://sqs.us-east-1.amazonaws.com/123456789012/alerts.fifo"
LOST = ReadTimeoutError(endpoint_url=URL)


def messages(count: int, summary: str = "slow") -> list[Message]:
    alerts = [replace(an_alert(at=NOON + timedelta(minutes=n)), annotations={"summary": summary}) for n in range(count)]
    return [replace(a_message(alert), resource=f"resource-{n}") for n, alert in enumerate(alerts)]


def as_entries(sent: Sequence[Message]) -> list[dict[str, Any]]:
    return [
        {
            "Id": str(number),
            "MessageBody": encode(message),
            "MessageGroupId": message.group_id,
            "MessageDeduplicationId": message.deduplication_id,
        }
        for number, message in enumerate(sent)
    ]


def accepted(entries: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    return [{"Id": e["Id"], "MessageId": e["Id"], "MD5OfMessageBody": "0"} for e in entries]


def test_ten_messages_are_one_call() -> None:
    client, script = scripted("sqs")
    entries = as_entries(messages(10))
    answer = {"Successful": accepted(entries), "Failed": []}
    script.add_response("send_message_batch", answer, {"QueueUrl": URL, "Entries": entries})

    SqsAlertQueue(URL, client).send(messages(10))

    script.assert_no_pending_responses()


def test_a_call_never_weighs_more_than_one_mebibyte() -> None:
    client, script = scripted("sqs")
    heavy = messages(3, secrets.token_hex(500_000))  # each some 0.7 MiB when packed
    for entry in as_entries(heavy):
        answer = {"Successful": accepted([entry]), "Failed": []}
        script.add_response("send_message_batch", answer, {"QueueUrl": URL, "Entries": [entry]})

    SqsAlertQueue(URL, client).send(heavy)

    script.assert_no_pending_responses()


def test_nothing_to_send_is_no_call() -> None:
    client, _ = scripted("sqs")

    SqsAlertQueue(URL, client).send([])


def test_one_message_not_accepted_is_try_again() -> None:
    client, script = scripted("sqs")
    entries = as_entries(messages(2))
    failed = [{"Id": "1", "SenderFault": False, "Code": "InternalError"}]
    script.add_response("send_message_batch", {"Successful": accepted(entries[:1]), "Failed": failed})

    with pytest.raises(TryAgain, match="1 of 2 messages: InternalError"):
        SqsAlertQueue(URL, client).send(messages(2))


def test_a_lost_answer_is_try_again() -> None:
    queue = SqsAlertQueue(URL, losing(aws.make_client("sqs"), LOST))

    with pytest.raises(TryAgain, match="ReadTimeoutError"):
        queue.send(messages(1))


def test_a_failed_message_is_shown_again_when_asked() -> None:
    client, script = scripted("sqs")
    asked = {"QueueUrl": URL, "ReceiptHandle": "receipt-1", "VisibilityTimeout": 15}
    script.add_response("change_message_visibility", {}, asked)

    Redelivery(URL, client).later("receipt-1", 15)

    script.assert_no_pending_responses()


@pytest.mark.usefixtures("cloud")
def test_a_receipt_that_ran_out_is_left_to_its_own_time() -> None:
    url, client = a_queue()

    Redelivery(url, client).later("no such receipt", 15)
