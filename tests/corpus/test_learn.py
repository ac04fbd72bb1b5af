"""What is learned from labelled lines."""

from pathlib import Path

import pytest

pytest.importorskip("sklearn", reason="make setup-learn")  # `make test` sets it up
from tests.corpus.learn import learn, main
from tests.corpus.score import FILES, RUNBOOKS

from responder.adapters.runbook_files import VOCABULARY
from responder.domain.failure_mode import FailureMode as Mode
from responder.domain.vocabulary import Opinion

LINES = [
    ("feature age drifted, psi 0.4", Mode.DATA_DRIFT),
    ("feature income drifted, psi 0.3", Mode.DATA_DRIFT),
    ("the clock of node 3 drifted", Mode.UNKNOWN),
    ("clock drifted by 4 s", Mode.UNKNOWN),
    ("daily budget of the team is spent", Mode.COST_OVERRUN),
    ("budget spent, 120 of 100", Mode.COST_OVERRUN),
]


def some_items() -> list[dict[str, object]]:
    return [{"id": str(at), "text": text, "failure_mode": str(mode)} for at, (text, mode) in enumerate(LINES)]


def heard(text: str) -> Opinion:
    opinion = learn(some_items()).hear([text])
    assert opinion
    return opinion


def test_words_speak_for_the_mode_in_whose_lines_they_stand() -> None:
    opinion = heard("feature: psi")

    assert opinion.of(Mode.DATA_DRIFT) > max(0, opinion.of(Mode.COST_OVERRUN))
    assert set(opinion.words(Mode.DATA_DRIFT)) == {"psi", "feature"}


def test_what_stands_in_the_lines_of_unknown_speaks_against() -> None:
    assert heard("a clock").of(Mode.DATA_DRIFT) < 0


def test_a_word_of_a_single_line_is_not_learned() -> None:
    table = learn(some_items()).table

    assert "featu\t" in table
    assert "incom" not in table


def test_the_shipped_table_is_what_the_lines_teach(tmp_path: Path) -> None:
    main(FILES, tmp_path)

    learned, shipped = (_weights(place / VOCABULARY) for place in (tmp_path, RUNBOOKS))
    both = learned.keys() | shipped.keys()
    assert max(abs(learned.get(cell, 0) - shipped.get(cell, 0)) for cell in both) <= 0.5  # as small as what is left out


def _weights(table: Path) -> dict[tuple[str, int], float]:
    """Read every cell; on another machine the last digit may differ, and what is nearly too small be left out."""
    rows = [line.split("\t") for line in table.read_text(encoding="utf-8").splitlines()[1:]]
    return {(row[0], at): float(cell) for row in rows for at, cell in enumerate(row[1:]) if cell}
