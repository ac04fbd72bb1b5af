"""The second opinion on words: what it hears, and how far it may go."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from responder.domain.diagnosis import Diagnosis, diagnose
from responder.domain.evidence import Evidence
from responder.domain.failure_mode import FailureMode as Mode
from responder.domain.plain import from_plain, to_plain
from responder.domain.runbook import Autonomy, Book, Policy, Runbook
from responder.domain.signal import Signal
from responder.domain.vocabulary import MOST, Listener, Vocabulary, stems_of

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
DRIFT = Vocabulary(-1.0, {"featu": 9.0, "clock": -9.0, "score": 0.5})


def a_page(mode: Mode, *signals: Signal, vocabulary: Vocabulary | None = None) -> Runbook:
    policy = Policy(mode, "", "us", NOON.date(), Autonomy.OBSERVE, signals=signals, vocabulary=vocabulary)
    return Runbook(policy, {}, "", f"{mode}.md")


def a_book(*, weight: float = 5.2, vocabulary: Vocabulary | None = DRIFT) -> Book:
    drifted = Signal("drifted", "something drifted", weight, text=("drifted",))
    spent = Signal("spent", "money is spent", weight, text=("spent",))
    psi = Signal("psi", "inputs moved", 7, metric=("psi",), when="value > `0.2`")
    pages = [
        a_page(Mode.UNKNOWN),
        a_page(Mode.DATA_DRIFT, drifted, psi, vocabulary=vocabulary),
        a_page(Mode.COST_OVERRUN, spent),
    ]
    return Book({page.failure_mode: page for page in pages})


def diagnosed(text: str, book: Book, *evidence: Evidence) -> Diagnosis:
    return diagnose([], [text], evidence, book, NOON)


def test_words_are_heard_by_their_beginnings_numbers_as_one_and_unspaced_scripts_in_pairs() -> None:
    assert stems_of("Drifted, drifting 41 and 7: 特征漂移") == {
        "drift": "drifted",
        "0": "41",
        "and": "and",
        "特征": "特征",
        "征漂": "征漂",
        "漂移": "漂移",
    }


def test_a_lone_word_in_strange_company_does_not_act_and_in_the_usual_company_does() -> None:
    assert diagnosed("the clock drifted", a_book(weight=6)).failure_mode is Mode.UNKNOWN
    assert diagnosed("the feature drifted", a_book(weight=5)).failure_mode is Mode.DATA_DRIFT

    assert diagnosed("the clock drifted", a_book(weight=6, vocabulary=None)).failure_mode is Mode.DATA_DRIFT
    assert diagnosed("the feature drifted", a_book(weight=5, vocabulary=None)).failure_mode is Mode.UNKNOWN


def test_an_opinion_is_told_with_the_words_that_say_most() -> None:
    assert "its words are usual for this mode (feature)" in diagnosed("a feature drifted", a_book()).because
    assert "its words are unusual for this mode (clock)" in diagnosed("a clock drifted", a_book(weight=7)).despite


def test_usual_words_alone_show_nothing() -> None:
    diagnosis = diagnosed("a feature, and another feature", a_book())

    assert diagnosis.failure_mode is Mode.UNKNOWN
    assert not diagnosis.because


def test_a_measurement_is_beyond_an_opinion() -> None:
    measured = Evidence("psi", "prometheus", "psi", NOON, 0.4)

    alone = diagnosed("the clock drifted", a_book(vocabulary=None), measured)
    doubted = diagnosed("the clock drifted", a_book(), measured)

    assert doubted.failure_mode is Mode.DATA_DRIFT
    assert doubted.confidence == alone.confidence


def test_an_opinion_does_not_decide_between_two_modes() -> None:
    text = "the feature drifted, and the money is spent"

    assert diagnosed(text, a_book()).failure_mode is Mode.UNKNOWN
    assert diagnosed(text.replace("spent", "safe"), a_book()).failure_mode is Mode.DATA_DRIFT


@pytest.mark.parametrize(
    "words", ["feature " + "clock " * 9, "score clock drifted " + " ".join(map(chr, range(97, 123)))]
)
def test_an_opinion_is_bounded(words: str) -> None:
    loud = replace(DRIFT, words={"featu": 900.0, "clock": -900.0, "score": -900.0})

    (opinion,) = Listener({Mode.DATA_DRIFT: loud}).hear([words], Mode).values()

    assert -MOST <= opinion.weight <= MOST


def test_who_knows_few_of_the_words_speaks_quietly() -> None:
    others = Vocabulary(0.0, dict.fromkeys(["price", "order", "parce", "stock"], 1.0))
    listener = Listener({Mode.DATA_DRIFT: replace(DRIFT, words={"featu": 2.0}), Mode.COST_OVERRUN: others})

    near = listener.hear(["feature price"], Mode)[Mode.DATA_DRIFT].weight
    far = listener.hear(["feature price order parcel stock"], Mode)[Mode.DATA_DRIFT].weight

    assert 0 < abs(far) < abs(near)


def test_without_a_known_word_there_is_no_opinion() -> None:
    assert Listener({Mode.DATA_DRIFT: DRIFT}).hear(["nothing of it", ""], Mode) == {}


def test_a_vocabulary_is_written_as_words_with_weights_and_survives_the_build() -> None:
    written = TypeAdapter(Vocabulary).validate_python({"start": -1.0, "words": "featu+9.0 clock-9.0 score+0.5"})

    assert written == DRIFT
    assert from_plain(Vocabulary, to_plain(written), "here") == DRIFT


def test_a_word_without_a_weight_is_refused() -> None:
    with pytest.raises(ValidationError, match="drift"):
        TypeAdapter(Vocabulary).validate_python({"start": 0.0, "words": "featu+9.0 drift"})
