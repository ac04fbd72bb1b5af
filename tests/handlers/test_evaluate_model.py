"""The schedule's door to evaluation."""

from datetime import UTC, datetime

import pytest
from tests.serving.test_evaluate_model import Money, Shelf, Started, traces

import evaluate_model
from responder.domain.serving.evaluation import Trace
from responder.workflow.evaluate_model import WINDOW, Evaluating


class Whenever(Shelf):
    """A shelf that does not mind what time it is."""

    def read(self, since: datetime, until: datetime) -> list[Trace]:
        assert until - since == WINDOW
        return self.now if datetime.now(UTC) - until < WINDOW else self.before


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    found = Whenever(now=traces(600))

    class Unheard(Started):
        def start(self, model: str, features: object, now: datetime) -> None:
            """Nobody listens here."""

    monkeypatch.setattr(evaluate_model, "evaluating", lambda: Evaluating(found, Unheard(), Money()))
    return found


def test_a_run_answers_with_what_it_found(shelf: Shelf) -> None:
    answer = evaluate_model.handler({}, None)

    assert [one["model"] for one in answer["evaluations"]] == ["chat"]
    assert len(shelf.kept) == 1


def test_a_person_freezes_what_is_asked_now(shelf: Shelf) -> None:
    assert evaluate_model.handler({"freeze": True}, None) == {"frozen": ["chat"]}
    assert set(shelf.frozen["chat"]) == {"input_len", "toxicity", "language"}
