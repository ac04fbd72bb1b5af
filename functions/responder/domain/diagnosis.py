"""Tell which way the service is failing, with reasons.

The signals of a mode add up, as natural log-odds, from a prior that speaks against it. Words are one witness:
however many signals read them, what they say for a mode weighs at most `WORDS`; measurements are others. The
vocabulary is a second witness of the same words: where it knows them, the two are weighed against each other. A mode
that is called by its name, or for which a measurement speaks, needs no second witness.
Symptoms yield to causes: a mode that another one explains loses weight, and says so. The modes and `unknown`
then share one softmax. A mode is named when it reaches the acting threshold and beats its runner-up by the margin;
otherwise the answer is `unknown`, which never acts.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from responder.domain.alert import Alert
from responder.domain.evidence import Evidence
from responder.domain.failure_mode import FailureMode
from responder.domain.runbook import Book
from responder.domain.sighting import Sighting, as_told, lines_of, measure_name
from responder.domain.signal import kind_of
from responder.domain.vocabulary import Opinion

PRIOR = -4.0  # a mode without any signal: odds of about 1 to 55 against it
WORDS = 8.0  # "request timed out" shows in three signals and is still said once
LINKED = 5.5  # the alert names this page: enough to act alone, and undone by one fact that speaks against it
# How the two witnesses of the words are weighed: chosen on lines that neither had seen (tests/corpus/score.py).
SIGNALS = 0.5  # the share of what signals read in words, the prior included
OPINION = 1.3  # the weight of what the vocabulary says
EITHER = 0.5  # what it says for a mode that there are two witnesses at all
ALONE = 1.0  # what it says against a mode that no signal shows it
WORTH_TELLING = 0.5  # log-odds; an opinion that weighs less is counted and not told
UNSEEN = 0.2  # what all modes weigh together that nobody has spoken of, against 1 for `unknown`
DISPUTE = 2.0  # log-odds; a rival that signals alone would name: no vocabulary decides between two of them
THRESHOLD = 0.75  # below this nothing is done
MARGIN = 1.0  # log-odds over the runner-up

_LABEL = "failure_mode"


@dataclass(frozen=True)
class Diagnosis:
    """A failure mode, how sure we are, and what it rests on.

    `leading` is the best guess even when unsure; `confidence`, `because` and `despite` are about it. It is `hearsay`
    when signals and measurements alone do not make it likelier than not: the vocabulary may name it, and nobody acts.
    """

    failure_mode: FailureMode
    confidence: float
    because: tuple[str, ...]
    despite: tuple[str, ...]
    leading: FailureMode
    runner_up: FailureMode
    evidence: tuple[Evidence, ...]
    at: datetime
    hearsay: bool = False

    @property
    def says(self) -> str:
        """Say it in one line: the mode, or how near the nearest came."""
        if self.failure_mode is not FailureMode.UNKNOWN:
            return f"{self.failure_mode}, confidence {self.confidence:.2f}, next best {self.runner_up}"
        if self.leading is FailureMode.UNKNOWN:
            return f"unknown; nearest is {self.runner_up}, which is less likely than that no page knows it"
        return (
            f"unknown; nearest is {self.leading} at {self.confidence:.2f}, {THRESHOLD:.2f} and a clear lead are needed"
        )


@dataclass(frozen=True)
class _Score:
    """What speaks for and against a mode so far; `words` is what words say for it, `read` all that words say."""

    mode: FailureMode
    score: float
    because: tuple[str, ...] = ()
    despite: tuple[str, ...] = ()
    words: float = 0.0
    read: float = 0.0

    def said(self, weight: float, says: str) -> "_Score":
        """Add what words say, up to the most that words can weigh for a mode."""
        counted = min(weight, WORDS - self.words) if weight > 0 else weight
        after = self.plus(counted, says) if counted else replace(self, because=(*self.because, says))
        return replace(after, words=after.words + max(counted, 0), read=after.read + counted)

    def weighed(self, opinion: float) -> float:
        """Weigh what the vocabulary says of the words against what signals read in them."""
        return SIGNALS * (PRIOR + self.read) + OPINION * opinion + EITHER

    def heard(self, weighed: float) -> "_Score":
        """Put both witnesses in the place of the one."""
        return replace(self, score=self.score - PRIOR - self.read + weighed)

    def plus(self, weight: float, says: str) -> "_Score":
        if weight > 0:
            return replace(self, score=self.score + weight, because=(*self.because, says))
        return replace(self, score=self.score + weight, despite=(*self.despite, says))


def diagnose(
    alerts: Sequence[Alert], logs: Sequence[str], evidence: tuple[Evidence, ...], book: Book, at: datetime
) -> Diagnosis:
    """Weigh the alerts, the log lines and the evidence under every page of the book."""
    lines = list(lines_of(logs))
    sightings, linked = book.index.look(alerts, lines, evidence), _linked(alerts, book)
    alone, opinion = _weigh(sightings, linked), book.vocabulary.hear(as_told(alerts, lines))
    asked = _open(alone, sightings, linked, book) if opinion else frozenset()
    scores = _hear(alone, opinion, asked) if opinion else alone
    ranked = sorted(_yield_to_causes(scores, book).values(), key=lambda s: (-s.score, s.mode))
    best, second = ranked[0], ranked[1] if len(ranked) > 1 else ranked[0]
    unheard = _yield_to_causes(alone, book)
    rival = _rival(best.mode, unheard)
    best = _told(best, opinion if best.mode in asked else None, rival)
    unseen = UNSEEN * len(book.runbooks.keys() - scores.keys()) / len(book.runbooks)
    confidence = math.exp(best.score) / (sum(math.exp(s.score) for s in ranked) + unseen)
    sure = confidence >= THRESHOLD and best.score - second.score >= MARGIN and rival is None
    return Diagnosis(
        failure_mode=best.mode if sure else FailureMode.UNKNOWN,
        confidence=round(confidence, 4),
        because=best.because,
        despite=best.despite,
        leading=best.mode,
        runner_up=second.mode,
        evidence=evidence,
        at=at,
        hearsay=best.mode is not FailureMode.UNKNOWN and _start(unheard, best.mode).score <= 0,
    )


def _rival(best: FailureMode, alone: Mapping[FailureMode, _Score]) -> FailureMode | None:
    """Return the mode that signals alone would name as well, or instead."""
    near = _start(alone, best).score - MARGIN
    others = [s for mode, s in alone.items() if mode not in {best, FailureMode.UNKNOWN}]
    return next((s.mode for s in others if s.score > max(DISPUTE, near)), None)


def _told(best: _Score, opinion: Opinion | None, rival: FailureMode | None) -> _Score:
    """Tell what the vocabulary and a rival say for or against the best."""
    because, despite = list(best.because), list(best.despite)
    weight, words = (opinion.of(best.mode), opinion.words(best.mode)) if opinion else (0.0, ())
    if words and abs(weight) >= WORTH_TELLING:
        usual = f"usual for {best.mode} ({', '.join(words)})"
        (because if weight > 0 else despite).append(f"its words are {usual if weight > 0 else 'un' + usual}")
    if rival:
        despite.append(f"its signals name {rival} as well")
    return replace(best, because=tuple(because), despite=tuple(despite))


def questions(book: Book) -> dict[str, str]:
    """Return the queries the book's signals ask, by the name under which the answer is evidence."""
    return {measure_name(mode, signal): signal.query for mode, signal in book.index.signals if signal.query}


def _weigh(sightings: Sequence[Sighting], linked: Sequence[FailureMode]) -> dict[FailureMode, _Score]:
    """Score every mode that shows at all; `unknown` always stands for election, with odds of one."""
    scores = {FailureMode.UNKNOWN: _Score(FailureMode.UNKNOWN, 0.0)}
    for mode in linked:
        scores[mode] = _start(scores, mode).said(LINKED, "the alert names this runbook")
    for sighting in sightings:
        scores[sighting.mode] = _add(_start(scores, sighting.mode), sighting)
    return scores


def _add(score: _Score, sighting: Sighting) -> _Score:
    signal = sighting.signal
    return (score.plus if kind_of(signal) == "measure" else score.said)(signal.weight, sighting.says)


def _open(
    alone: Mapping[FailureMode, _Score], sightings: Sequence[Sighting], linked: Sequence[FailureMode], book: Book
) -> frozenset[FailureMode]:
    """Return the modes the vocabulary is asked about: all of the book.

    Where one is called by its name, or measured, that one is settled, and only its rivals by signals are open.
    """
    measured = {s.mode for s in sightings if kind_of(s.signal) == "measure" and s.signal.weight > 0}
    settled = {s.mode for s in sightings if s.signal.alertname}.union(measured, linked)
    return frozenset((alone if settled else book.runbooks).keys() - settled - {FailureMode.UNKNOWN})


def _hear(
    alone: dict[FailureMode, _Score], opinion: Opinion, asked: frozenset[FailureMode]
) -> dict[FailureMode, _Score]:
    """Weigh the words of each mode that is open; together they say no more than words may."""
    starts = {mode: _start(alone, mode) for mode in asked}
    weighed = {m: start.weighed(opinion.of(m)) - (0 if m in alone else ALONE) for m, start in starts.items()}
    excess = max(0.0, max(weighed.values(), default=0.0) - (PRIOR + WORDS))
    return alone | {mode: starts[mode].heard(weighed[mode] - excess) for mode in asked}


def _start(scores: Mapping[FailureMode, _Score], mode: FailureMode) -> _Score:
    return scores.get(mode) or _Score(mode, PRIOR)


def _yield_to_causes(scores: dict[FailureMode, _Score], book: Book) -> dict[FailureMode, _Score]:
    """Take weight from each mode whose symptoms a likelier-than-not cause explains."""
    after = dict(scores)
    for mode in scores:
        for signal in book.index.explained.get(mode, ()):
            cause = scores.get(signal.explained_by) if signal.explained_by else None
            if cause and cause.score > 0:
                after[mode] = after[mode].plus(signal.weight, signal.says)
    return after


def _linked(alerts: Sequence[Alert], book: Book) -> list[FailureMode]:
    """Return the modes the alerts name themselves, by their runbook annotation or their own label."""
    named = {name for alert in alerts for name in (alert.runbook, alert.labels.get(_LABEL)) if name}
    modes = [FailureMode(name) for name in sorted(named & set(FailureMode))]
    return [mode for mode in modes if mode in book.runbooks and mode is not FailureMode.UNKNOWN]
