"""The queue's door: whom SQS saw sending an answer is written down, whatever the message says of itself."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.workflow.test_decide_approval import Asked, ByLink

import respond
from responder.domain.message import encode
from responder.domain.proposing import answer_to

ANN = "arn:aws:iam::123456789012:user/ann"


class _Context:
    def get_remaining_time_in_millis(self) -> int:
        return 55_000


@pytest.fixture
def practice(monkeypatch: pytest.MonkeyPatch) -> Asked:
    asked = ByLink(Asked(now=datetime.now(UTC))).practice
    monkeypatch.setattr(respond, "world", lambda _: asked.world())
    return asked


def _answered(practice: Asked, attributes: dict[str, str], claimed: str | None = None) -> dict[str, Any]:
    message = answer_to(practice.incident, ANN, True, practice.now)
    assert message.answer
    body = encode(replace(message, answer=replace(message.answer, sender=claimed)))
    record = {"messageId": "m-1", "receiptHandle": "r-1", "body": body, "attributes": attributes}
    assert respond.handler({"Records": [record]}, _Context()) == {"batchItemFailures": []}
    (said,) = [t for t in practice.journal.entries(practice.incident.id, 1) if "llm.responder.answered" in t]
    approval: dict[str, Any] = json.loads(said)["data"]["approval"]
    return approval


def test_an_answer_carries_whom_the_queue_saw(practice: Asked) -> None:
    approval = _answered(practice, {"SenderId": "AIDAEXAMPLEEXAMPLE123"})

    assert (approval["by"], approval["sender"]) == (ANN, "AIDAEXAMPLEEXAMPLE123")


def test_what_the_message_claims_of_its_sender_is_not_believed(practice: Asked) -> None:
    approval = _answered(practice, {"SenderId": "AROAEXAMPLE:bob@example.com"}, "AIDAANNANNANN")

    assert approval["sender"] == "AROAEXAMPLE:bob@example.com"


def test_without_the_queues_word_there_is_none(practice: Asked) -> None:
    assert "sender" not in _answered(practice, {}, "AIDAANNANNANN")
