"""The classifier keeps its promises on the corpus; `make score` shows the whole picture."""

import json

import pytest
from tests.corpus import score
from tests.corpus.score import Answer

from responder.adapters.runbook_files import read_library
from responder.commands.classify import classify


@pytest.fixture(params=score.FILES, ids=lambda path: path.stem)
def found(request: pytest.FixtureRequest) -> list[Answer]:
    items = [json.loads(line) for line in request.param.read_text(encoding="utf-8").splitlines()]
    return score.answers(items, classify(map(score.question, items), read_library(score.RUNBOOKS).book))


def test_nine_of_ten_answers_are_right(found: list[Answer]) -> None:
    assert score.accuracy(found) >= 0.92
    assert score.macro_f1(found) >= 0.90


def test_hardly_anything_foreign_is_remedied(found: list[Answer]) -> None:
    assert score.false_remediation(found) <= 0.05


def test_sure_answers_are_right(found: list[Answer]) -> None:
    sure = [a for a in found if a.confidence >= 0.9]

    assert sum(a.right for a in sure) / len(sure) >= 0.97
