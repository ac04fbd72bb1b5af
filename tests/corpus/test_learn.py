"""What is learned from labelled lines, and how it comes onto a page."""

from tests.corpus.learn import learn, write
from tests.corpus.score import RUNBOOKS

from responder.domain.failure_mode import FailureMode as Mode
from responder.domain.page import parse_page
from responder.domain.vocabulary import Listener, Vocabulary

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


def test_words_speak_for_the_mode_in_whose_lines_they_stand() -> None:
    heard = Listener(learn(some_items())).hear(["feature: psi"], Mode)

    assert heard[Mode.DATA_DRIFT].weight > max(0, heard[Mode.COST_OVERRUN].weight)
    assert set(heard[Mode.DATA_DRIFT].words) == {"psi", "feature"}


def test_what_stands_in_the_lines_of_unknown_speaks_against() -> None:
    assert learn(some_items())[Mode.DATA_DRIFT].words["clock"] < 0


def test_a_word_of_a_single_line_is_not_learned() -> None:
    assert not any("incom" in vocabulary.words for vocabulary in learn(some_items()).values())


def test_the_same_lines_teach_the_same() -> None:
    assert learn(some_items()) == learn(some_items())


def test_a_page_takes_the_new_vocabulary_in_place_of_the_old() -> None:
    page = (RUNBOOKS / "data_drift.md").read_text(encoding="utf-8")
    vocabulary = Vocabulary(-1.0, {"psi": 4.0, "clock": -3.5})

    once = write(vocabulary, page)
    read = parse_page(once, "data_drift.md")

    assert write(vocabulary, once) == once
    assert read.policy.vocabulary == vocabulary
    assert read.policy.signals == parse_page(page, "data_drift.md").policy.signals
    assert read.policy.remediation == parse_page(page, "data_drift.md").policy.remediation
