"""Learn the vocabulary: `make vocabulary`, or `python -m tests.corpus.learn FILE…` for your own lines.

A softmax over all modes is fitted to labelled lines (scikit-learn's logistic regression over tf-idf), and written as
the table that `responder.domain.vocabulary` hears by: log-odds against `unknown`, too small ones left out.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from tests.corpus.score import FILES, GIVEN, RUNBOOKS, question, truth_of

from responder.adapters.runbook_files import VOCABULARY
from responder.commands.classify import Question, alerts_of
from responder.domain.failure_mode import FailureMode
from responder.domain.plain import from_plain
from responder.domain.sighting import as_told, lines_of
from responder.domain.vocabulary import HEADER, MODES, START, Vocabulary, parse_vocabulary, terms_of

TRUST = 40.0  # how much the lines count against the wish for small weights
SETTLED = 1e-6  # scikit-learn's own 1e-4 stops so early that one line more or less moves every weight
OFTEN = 2  # a word of a single line says nothing about other lines
TIMES_GIVEN = 3  # the lines we were given are the style that counts
SMALLEST = 0.4  # log-odds; a weight below is not worth its place in the table
BASE = str(FailureMode.UNKNOWN)


def learn(items: Sequence[dict[str, object]]) -> Vocabulary:
    """Fit one weight per term and mode to the items."""
    heard = TfidfVectorizer(analyzer=_terms, sublinear_tf=True, min_df=OFTEN)
    texts = heard.fit_transform(items)
    fitted = LogisticRegression(C=TRUST, tol=SETTLED, max_iter=3000).fit(texts, [truth_of(item) for item in items])
    starts = _against_base(fitted.classes_.tolist(), fitted.intercept_.tolist())
    columns = zip(*fitted.coef_.tolist(), strict=True)
    rows = {
        term: _against_base(fitted.classes_.tolist(), column)
        for term, column in zip(heard.get_feature_names_out().tolist(), columns, strict=True)
    }
    rarity = dict(zip(rows, heard.idf_.tolist(), strict=True))
    told = (
        _row(term, rarity[term], rows[term])
        for term in sorted(rows)
        if any(abs(w) >= SMALLEST for w in rows[term].values())
    )
    return parse_vocabulary("\n".join([HEADER, _row(START, 1.0, starts), *told]) + "\n", VOCABULARY)


def _against_base(modes: Sequence[str], weights: Iterable[float]) -> dict[str, float]:
    """Give what a row says for each mode against `unknown`."""
    said = dict(zip(modes, weights, strict=True))
    return {mode: weight - said[BASE] for mode, weight in said.items() if mode != BASE}


def _row(term: str, rarity: float, weights: dict[str, float]) -> str:
    cells = (weights.get(mode, 0.0) for mode in MODES)
    return "\t".join([term, f"{rarity:.1f}", *(f"{w:.1f}" if abs(w) >= SMALLEST else "" for w in cells)])


def _terms(item: dict[str, object]) -> list[str]:
    line = from_plain(Question, json.loads(question(item)), str(item["id"]))
    counts, _ = terms_of(as_told(alerts_of(line), lines_of(line.logs)))
    return list(counts.elements())


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines() * (TIMES_GIVEN if file == GIVEN else 1)


def main(files: Iterable[Path], runbooks: Path) -> None:
    """Write the vocabulary beside the pages."""
    items = [json.loads(line) for file in files for line in _lines(file)]
    (runbooks / VOCABULARY).write_text(learn(items).table, encoding="utf-8")


if __name__ == "__main__":
    main(map(Path, sys.argv[1:] or FILES), RUNBOOKS)
