"""A workload's dead-letter queue, asked in SQS's own words."""

from dataclasses import replace
from typing import Any

import pytest
from botocore.stub import Stubber
from tests.adapters.cloud import OneClient, scripted
from tests.adapters.queues import Moves
from tests.stories.letters import AT, LETTERS
from tests.world import CHAT

from responder.adapters.dead_letter_queue import DeadLetterQueue
from responder.domain.plans.requeue import ENDED, RATE, STARTED, STOPPED
from responder.domain.remediation import Snapshot
from responder.domain.touch import Touch
from responder.errors import CannotKnow

TARGET = replace(CHAT, touch=Touch(dead_letters=LETTERS))
URL = "https://sqs.us-east-1.amazonaws.com/123456789012/chat-dead"
START = {STARTED: "after 0", RATE: "10", STOPPED: "no"}
NEWEST = {
    "SourceArn": LETTERS.queue,
    "MaxNumberOfMessagesPerSecond": 10,
    "ApproximateNumberOfMessagesMoved": 40,
    "ApproximateNumberOfMessagesToMove": 120,
    "StartedTimestamp": 1764000000001,
}
OLDER = {"Status": "COMPLETED", "SourceArn": LETTERS.queue, "StartedTimestamp": 1764000000000}


def _queue() -> tuple[DeadLetterQueue, Stubber]:
    client, script = scripted("sqs")
    return DeadLetterQueue(OneClient(client)), script


def _looked_at(*tasks: dict[str, Any], waiting: str = "80", being_read: str = "0") -> Snapshot:
    queue, script = _queue()
    counts = {"ApproximateNumberOfMessages": waiting, "ApproximateNumberOfMessagesNotVisible": being_read}
    script.add_response("get_queue_attributes", {"Attributes": counts}, {"QueueUrl": URL, "AttributeNames": [*counts]})
    script.add_response(
        "list_message_move_tasks", {"Results": [*tasks]}, {"SourceArn": LETTERS.queue, "MaxResults": 10}
    )
    sources = {"queueUrls": ["https://sqs.us-east-1.amazonaws.com/123456789012/chat-work"]}
    script.add_response("list_dead_letter_source_queues", sources, {"QueueUrl": URL})

    seen = queue.observe(TARGET)
    script.assert_no_pending_responses()
    return seen


@pytest.mark.parametrize(
    ("status", "settled", "failed", "ended", "stopped"),
    [
        ("RUNNING", False, False, "", "no"),
        ("CANCELLING", False, False, "", "yes"),
        ("COMPLETED", True, False, "1764000000001", "no"),
        ("CANCELLED", True, False, "1764000000001", "yes"),
        ("FAILED", True, True, "1764000000001", "no"),
    ],
)
def test_the_newest_move_says_how_it_stands(
    status: str,
    settled: bool,  # noqa: FBT001  # columns of a table
    failed: bool,  # noqa: FBT001  # as above
    ended: str,
    stopped: str,
) -> None:
    seen = _looked_at({**NEWEST, "Status": status}, OLDER)

    assert (seen.settled, seen.failed) == (settled, failed)
    assert seen.current == {STARTED: "1764000000001", ENDED: ended, RATE: "10", STOPPED: stopped}
    assert seen.says == f"{status.lower()}, 40 of 120 moved"


def test_the_order_in_which_moves_are_listed_is_not_relied_on() -> None:
    assert _looked_at(OLDER, {**NEWEST, "Status": "RUNNING"}).settled is False


def test_a_queue_out_of_which_nothing_was_ever_moved_has_a_beginning_too() -> None:
    seen = _looked_at()

    assert seen.current == {STARTED: "0", ENDED: "0", RATE: "", STOPPED: "no"}
    assert (seen.settled, seen.shape) == (True, (f"{AT}:chat-work",))


def test_letters_somebody_is_looking_at_count_too() -> None:
    assert _looked_at(waiting="80", being_read="3").waiting == 83


def test_why_a_move_failed_is_said() -> None:
    seen = _looked_at({**NEWEST, "Status": "FAILED", "FailureReason": "CouldNotAccessDestination"})

    assert seen.says == "failed, 40 of 120 moved: CouldNotAccessDestination"


def test_each_letter_goes_back_to_where_it_died_at_the_rate_of_the_plan() -> None:
    queue, script = _queue()
    asked = {"SourceArn": LETTERS.queue, "MaxNumberOfMessagesPerSecond": 10}
    script.add_response("start_message_move_task", {"TaskHandle": "h"}, asked)

    outcome = queue.apply(TARGET, Snapshot({}, "", settled=True, waiting=80), START, "action-1")

    assert outcome.result == "accepted"
    script.assert_no_pending_responses()


def test_more_than_may_be_moved_by_now_is_not_begun() -> None:
    queue, _ = _queue()

    outcome = queue.apply(TARGET, Snapshot({}, "", settled=True, waiting=1001), START, "action-1")

    assert (outcome.result, outcome.says) == ("refused", "by now 1001 letters, at most 1000 may be moved")


def test_an_answer_that_is_lost_leaves_open_whether_it_was_begun() -> None:
    queue, script = _queue()
    script.add_client_error("start_message_move_task", "InternalFailure", http_status_code=500)

    assert queue.apply(TARGET, Snapshot({}, "", settled=True), START, "action-1").result == "unknown"


def test_a_queue_that_cannot_be_looked_at_is_not_known() -> None:
    queue, script = _queue()
    script.add_client_error("get_queue_attributes", "RequestThrottled", http_status_code=400)

    with pytest.raises(CannotKnow):
        queue.observe(TARGET)


@pytest.mark.usefixtures("cloud")
def test_letters_of_a_fifo_queue_are_seen_and_moved_like_others() -> None:
    moves = Moves(2, fifo=True)
    target, queue = replace(CHAT, touch=Touch(dead_letters=moves.touched)), DeadLetterQueue(moves.roles)
    seen = queue.observe(target)

    assert (seen.waiting, seen.shape) == (2, moves.touched.of)
    assert queue.apply(target, seen, START, "action-1").result == "accepted"
    assert moves.touched.unfit(moves.touched.of[0], target.region, target.account) is None
