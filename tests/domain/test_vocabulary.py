"""The second witness of the words: what it hears, and how far it may go."""

from datetime import UTC, datetime

import pytest

from responder.domain.alert import Alert, Status
from responder.domain.diagnosis import Diagnosis, diagnose
from responder.domain.evidence import Evidence
from responder.domain.failure_mode import FailureMode as Mode
from responder.domain.plain import from_plain, to_plain
from responder.domain.runbook import Autonomy, Book, Policy, Runbook
from responder.domain.signal import Signal
from responder.domain.vocabulary import HEADER, MODES, Opinion, Vocabulary, parse_vocabulary, terms_of
from responder.errors import CannotRead

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def a_row(word: str, drift: float, cost: float = 0.0, rarity: float = 1.0) -> str:
    said = {Mode.DATA_DRIFT: drift, Mode.COST_OVERRUN: cost}
    return "\t".join([word, str(rarity), *(str(said.get(mode, "")) for mode in MODES)])


def a_vocabulary(*rows: str, start: float = -1.0) -> Vocabulary:
    return parse_vocabulary("\n".join([HEADER, a_row("*", start, start), *rows]) + "\n", "vocabulary.tsv")


FEATURES = a_vocabulary(a_row("featu", 6, -3), a_row("clock", -6, -3), a_row("price", -3, 6))


def a_page(mode: Mode, *signals: Signal) -> Runbook:
    policy = Policy(mode, "", "us", NOON.date(), Autonomy.OBSERVE, signals=signals)
    return Runbook(policy, {}, "", f"{mode}.md")


def a_book(*, weight: float = 5.2, vocabulary: Vocabulary = FEATURES) -> Book:
    drifted = Signal("drifted", "something drifted", weight, text=("drifted",))
    spent = Signal("spent", "money is spent", 8, text=("spent",))
    psi = Signal("psi", "inputs moved", 7, metric=("psi",), when="value > `0.2`")
    calm = Signal("calm", "inputs did not move", -4, metric=("psi",), when="value < `0.1`")
    pages = [
        a_page(Mode.UNKNOWN),
        a_page(Mode.DATA_DRIFT, drifted, psi, calm),
        a_page(Mode.COST_OVERRUN, spent),
    ]
    return Book({page.failure_mode: page for page in pages}, vocabulary)


def diagnosed(text: str, book: Book, *evidence: Evidence) -> Diagnosis:
    return diagnose([], [text], evidence, book, NOON)


def heard(vocabulary: Vocabulary, *texts: str) -> Opinion:
    opinion = vocabulary.hear(texts)
    assert opinion
    return opinion


def test_words_are_heard_whole_by_their_beginnings_and_in_pairs_numbers_as_one_and_unspaced_scripts_in_pairs() -> None:
    counts, quotes = terms_of(["Drifted, drifting 41 7: 特征漂"])

    assert counts["drift"] == counts["0"] == 2
    assert counts["drifted"] == counts["drift drift"] == counts["0 0"] == counts["特征"] == counts["征漂"] == 1
    assert (quotes["drift"], quotes["0"], quotes["drift drift"]) == ("drifted", "0", "drifted drifting")


def test_a_lone_word_in_strange_company_does_not_act_and_in_the_usual_company_does() -> None:
    assert diagnosed("the clock drifted", a_book(weight=6)).failure_mode is Mode.UNKNOWN
    assert diagnosed("the feature drifted", a_book(weight=5)).failure_mode is Mode.DATA_DRIFT

    assert diagnosed("the clock drifted", a_book(weight=6, vocabulary=Vocabulary())).failure_mode is Mode.DATA_DRIFT
    assert diagnosed("the feature drifted", a_book(weight=5, vocabulary=Vocabulary())).failure_mode is Mode.UNKNOWN


def test_what_it_says_is_told_with_the_words_that_say_most() -> None:
    assert "its words are usual for data_drift (feature)" in diagnosed("a feature drifted", a_book()).because
    doubted = a_book(weight=9, vocabulary=a_vocabulary(a_row("clock", -0.2)))
    assert "its words are unusual for data_drift (clock)" in diagnosed("a clock drifted", doubted).despite


def test_what_is_hardly_ever_said_of_anything_else_is_enough_and_what_is_said_of_much_is_not() -> None:
    faint = a_vocabulary(a_row("featu", 3))

    assert diagnosed("a feature", a_book()).failure_mode is Mode.DATA_DRIFT
    assert diagnosed("a feature", a_book(vocabulary=faint)).failure_mode is Mode.UNKNOWN


def test_what_signals_alone_do_not_make_likelier_than_not_is_hearsay() -> None:
    measured = Evidence("psi", "prometheus", "psi", NOON, 0.4)

    assert diagnosed("a feature", a_book()).hearsay
    assert diagnosed("a feature drifted", a_book(weight=2)).failure_mode is Mode.DATA_DRIFT
    assert diagnosed("a feature drifted", a_book(weight=2)).hearsay
    assert not diagnosed("a feature drifted", a_book()).hearsay
    assert not diagnosed("a feature", a_book(), measured).hearsay
    assert not diagnosed("nothing of it", a_book()).hearsay


def test_a_name_of_a_service_or_of_a_place_is_not_heard() -> None:
    def told(**labels: str) -> Mode:
        alert = Alert("f", Status.FIRING, NOON, {"alertname": "Odd", **labels}, {})
        return diagnose([alert], [], (), a_book(), NOON).failure_mode

    assert told(model="feature", node="feature-7", team="feature") is Mode.UNKNOWN
    assert told(part="feature") is Mode.DATA_DRIFT


def test_a_measurement_needs_no_second_witness() -> None:
    measured = Evidence("psi", "prometheus", "psi", NOON, 0.4)

    alone = diagnosed("the clock drifted", a_book(vocabulary=Vocabulary()), measured)
    doubted = diagnosed("the clock drifted", a_book(), measured)

    assert doubted.failure_mode is Mode.DATA_DRIFT
    assert doubted.confidence == alone.confidence


def test_a_measurement_that_contradicts_leaves_doubt_however_usual_the_words() -> None:
    certain = a_vocabulary(a_row("featu", 90))
    calm = Evidence("psi", "prometheus", "psi", NOON, 0.01)

    assert diagnosed("a feature drifted", a_book(weight=8, vocabulary=certain)).failure_mode is Mode.DATA_DRIFT
    assert diagnosed("a feature drifted", a_book(weight=8, vocabulary=certain), calm).failure_mode is Mode.UNKNOWN


def test_it_does_not_decide_between_two_modes_that_signals_name() -> None:
    text = "the feature drifted, and the money is spent"

    disputed = diagnosed(text, a_book(weight=8))

    assert disputed.failure_mode is Mode.UNKNOWN
    assert "its signals name cost_overrun as well" in disputed.despite
    assert diagnosed(text.replace("spent", "safe"), a_book(weight=8)).failure_mode is Mode.DATA_DRIFT


def test_a_long_text_says_no_more_than_a_short_one_and_rare_words_say_most() -> None:
    once, often = heard(FEATURES, "feature"), heard(FEATURES, "feature", "feature", "feature")
    common = a_vocabulary(a_row("featu", 6), a_row("price", -3, rarity=9))

    assert once.of(Mode.DATA_DRIFT) == pytest.approx(often.of(Mode.DATA_DRIFT)) == 5.0
    assert heard(common, "feature price").of(Mode.DATA_DRIFT) < 0 < heard(FEATURES, "feature price").of(Mode.DATA_DRIFT)


def test_without_a_known_word_there_is_no_opinion() -> None:
    assert FEATURES.hear(["nothing of it", ""]) is None
    assert Vocabulary().hear(["feature"]) is None


def test_the_table_survives_the_build() -> None:
    assert from_plain(Vocabulary, to_plain(FEATURES), "here") == FEATURES


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("", "1: the first line is not"),
        ("word\trarity\n", "1: the first line is not"),
        (f"{HEADER}\n" + a_row("*", 0) + "\ndrift\t1.0\n", "3: 2 columns instead of 13"),
        (
            f"{HEADER}\n" + a_row("*", 0) + "\n" + a_row("drift", 0).replace("0.0", "much") + "\n",
            "3: 'much' is no number",
        ),
        (f"{HEADER}\n" + a_row("drift", 0) + "\n", r"the row '\*' is missing"),
    ],
)
def test_a_broken_table_is_refused_with_its_place(table: str, says: str) -> None:
    with pytest.raises(CannotRead, match=rf"vocabulary\.tsv:? ?{says}.*make vocabulary"):
        parse_vocabulary(table, "vocabulary.tsv")
