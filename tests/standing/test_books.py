"""Silent loss at any stage is found within one run of the books, which read the front door's lines in CloudWatch Logs.

The lines are those the real front door wrote, the table is what the real responder left; what happens in between is
what a test takes away.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import urllib3
from infra.local.processes import listens
from tests.adapters.cloud import TABLE
from tests.standing.killing import Crew
from tests.standing.place import FRONT_DOOR_LOG, STREAM, TOKEN, Place, standing
from tests.standing.sender import Group
from tests.standing.workers import SPEED, Hurried

from responder.adapters import aws
from responder.domain.alert import fingerprint_of
from responder.domain.books import GRACE
from responder.domain.plain import millis

pytestmark = pytest.mark.e2e
MODELS = 6


@dataclass
class Standing:
    """A front door that answers all the time, a responder and the books when they are asked to work."""

    place: Place
    crew: Crew
    copied: int = 0

    def accept(self, model: str) -> str:
        """Send an alert, and bring the line about it to CloudWatch Logs; return its fingerprint."""
        labels = {"alertname": "LLMHighP95", "severity": "page", "model": model}
        body = json.dumps(Group([labels]).firing(Hurried.now())).encode()
        headers = {"Authorization": f"Bearer {TOKEN}"}
        answer = urllib3.request("POST", self.crew.doors[0], body=body, headers=headers, timeout=20)
        assert answer.status == 200
        self._ship()
        return fingerprint_of(labels)

    def answer(self) -> None:
        """Let the responder work until the queue is empty."""
        self.crew.start("respond-0")
        _eventually(lambda: self.place.waiting == 0)
        self.crew.end("respond-0")

    def balance(self) -> dict[str, Any]:
        """Run the books once, when there was time enough for everything, and return what they found."""
        ahead = (GRACE.total_seconds() + 120) / (SPEED - 1)
        books = Crew(self.place, Hurried.began - ahead, ("balance-0",))
        with books:
            books.running["balance-0"].join(30)
        lines = [json.loads(line) for line in self._log("balance-0") if '"balanced"' in line]
        found: dict[str, Any] = lines[-1]
        assert found["cannot"] == []
        return found

    def _ship(self) -> None:
        lines = self._log("intake-0")
        now = millis(Hurried.now())
        events = [{"timestamp": now, "message": line} for line in lines[self.copied :]]
        self.copied = len(lines)
        aws.client("logs").put_log_events(logGroupName=FRONT_DOOR_LOG, logStreamName=STREAM, logEvents=events)

    def _log(self, name: str) -> list[str]:
        path = self.place.folder / "logs" / f"{name}.log"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


@pytest.fixture(scope="module")
def stand() -> Iterator[Standing]:
    Hurried.began = time.time()
    with standing(MODELS) as place, Crew(place, Hurried.began, ("intake-0",)) as crew:
        _eventually(lambda: listens(crew.ports[0]))
        yield Standing(place, crew)


def test_what_was_accepted_and_answered_balances(stand: Standing) -> None:
    alert = stand.accept("model-0")
    stand.answer()

    found = stand.balance()

    assert found["accepted"] == 1
    assert alert not in found["lost"]
    assert found["left"] == []


def test_a_message_that_vanished_after_its_2xx_is_found_and_pages(stand: Standing) -> None:
    alert = stand.accept("model-1")
    aws.client("sqs").purge_queue(QueueUrl=stand.place.queues[0])

    assert stand.balance()["lost"] == [alert]
    assert stand.balance()["lost"] == [alert]
    rung = [page["summary"] for page in stand.place.pages() if page["summary"].startswith("[critical] responder: ")]
    assert ["alerts were accepted, and nothing shows" in summary for summary in rung] == [True]


def test_a_message_that_was_acknowledged_and_not_written_down_is_found(stand: Standing) -> None:
    alert = stand.accept("model-2")
    sqs, url = aws.client("sqs"), stand.place.queues[0]
    for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    assert alert in stand.balance()["lost"]


def test_a_journal_that_lost_what_was_written_is_found(stand: Standing) -> None:
    alert = stand.accept("model-3")
    stand.answer()
    for item in _items_of(stand.place, "model-3"):
        aws.client("dynamodb").delete_item(TableName=TABLE, Key={"pk": item["pk"], "sk": item["sk"]})

    assert alert in stand.balance()["lost"]


def test_an_incident_nobody_will_come_back_to_is_found(stand: Standing) -> None:
    """It is written down and has no disposition, and the sweeper's index has forgotten it."""
    alert = stand.accept("model-4")
    stand.answer()
    (state,) = (item for item in _items_of(stand.place, "model-4") if item["sk"]["S"] == "STATE")
    kept = {name: value for name, value in state.items() if name not in ("due", "due_at", "due_kind")}
    aws.client("dynamodb").put_item(TableName=TABLE, Item=kept)

    found = stand.balance()

    assert alert not in found["lost"]
    assert found["left"] == [state["pk"]["S"].removeprefix("TARGET#")]


def _items_of(place: Place, model: str) -> list[dict[str, Any]]:
    return [item for item in place.items() if f"sagemaker-endpoint/{model}" in json.dumps(item, default=str)]


def _eventually(holds: Callable[[], bool]) -> None:
    deadline = datetime.now(UTC).timestamp() + 30
    while not holds():
        assert datetime.now(UTC).timestamp() < deadline
        time.sleep(0.1)
