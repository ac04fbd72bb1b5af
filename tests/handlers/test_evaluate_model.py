"""The schedule's door to evaluation."""

from datetime import UTC, datetime

import pytest
from tests.serving.test_evaluate_model import an_evaluating, traces

import evaluate_model
from responder.adapters.in_memory_traces import InMemoryTraces
from responder.workflow.evaluate_model import WINDOW


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> InMemoryTraces:
    found = InMemoryTraces()
    found.put(datetime.now(UTC) - WINDOW / 2, traces(600))
    monkeypatch.setattr(evaluate_model, "evaluating", lambda: an_evaluating(found))
    return found


def test_a_run_answers_with_what_it_found(shelf: InMemoryTraces) -> None:
    answer = evaluate_model.handler({}, None)

    assert [one["model"] for one in answer["evaluations"]] == ["chat"]
    assert len(shelf.kept) == 1


def test_a_person_freezes_what_is_asked_now(shelf: InMemoryTraces) -> None:
    assert evaluate_model.handler({"freeze": True}, None) == {"frozen": ["chat"]}
    assert set(shelf.frozen["chat"]) == {"input_len", "toxicity", "language"}
