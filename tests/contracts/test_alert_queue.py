"""alerts.fifo, from the sending side."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from tests.adapters.cloud import a_queue
from tests.world import NOON, a_message, an_alert

from responder.adapters.alert_queue import SqsAlertQueue
from responder.adapters.in_memory import InMemoryQueue
from responder.domain.message import Message, decode
from responder.errors import CannotRead
from responder.ports import AlertQueue


@dataclass
class Sender:
    """A queue, and what arrived in it."""

    queue: AlertQueue
    arrived: Callable[[], list[Message]]


@pytest.fixture(params=["twin", "sqs"])
def sender(request: pytest.FixtureRequest) -> Sender:
    if request.param == "twin":
        twin = InMemoryQueue()
        return Sender(twin, lambda: [decode(body) for body in twin.bodies])
    request.getfixturevalue("cloud")
    url, client = a_queue()

    def arrived() -> list[Message]:
        found = []
        while taken := client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            found += [decode(message["Body"]) for message in taken]
            for message in taken:
                client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found

    return Sender(SqsAlertQueue(url, client), arrived)


def about(number: int) -> Message:
    return replace(a_message(an_alert(at=NOON + timedelta(minutes=number))), resource=f"resource-{number}")


def test_what_is_sent_arrives_as_it_was(sender: Sender) -> None:
    sender.queue.send([about(1)])

    assert sender.arrived() == [about(1)]


def test_more_than_ten_messages_all_arrive(sender: Sender) -> None:
    messages = [about(number) for number in range(23)]

    sender.queue.send(messages)

    assert sorted(m.resource for m in sender.arrived()) == sorted(m.resource for m in messages)


def test_the_same_notification_twice_arrives_once(sender: Sender) -> None:
    sender.queue.send([about(1)])
    sender.queue.send([about(1)])

    assert len(sender.arrived()) == 1


def test_two_flaps_stay_two(sender: Sender) -> None:
    first, second = (a_message(an_alert("resolved", at=NOON + timedelta(seconds=s))) for s in (0, 20))

    sender.queue.send([first, second])

    assert sender.arrived() == [first, second]


def test_an_alert_no_queue_can_take_is_refused_before_anything_is_sent(sender: Sender) -> None:
    noise = secrets.token_hex(1_200_000)  # what cannot be packed any smaller
    huge = replace(about(2), alerts=(replace(an_alert(), annotations={"summary": noise}),))

    with pytest.raises(CannotRead):
        sender.queue.send([about(1), huge])
    assert sender.arrived() == []
