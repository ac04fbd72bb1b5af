"""Tell which way the service is failing, with reasons.

The signals of a mode add up, as natural log-odds, from a prior that speaks against it. Words are one witness:
however many signals read them, what they say for a mode weighs at most `WORDS`; measurements are others. Where signals
read words, the vocabularies of the pages give a second opinion on them: for or against a mode, never between two.
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
from responder.domain.sighting import Sighting, measure_name
from responder.domain.signal import kind_of
from responder.domain.vocabulary import Opinion

PRIOR = -4.0  # a mode without any signal: odds of about 1 to 55 against it
WORDS = 8.0  # "request timed out" shows in three signals and is still said once
LINKED = 5.5  # the alert names this page: enough to act alone, and undone by one fact that speaks against it
WORTH_TELLING = 0.5  # log-odds; a second opinion that weighs less is counted and not told
UNSEEN = 0.2  # what all modes without a signal weigh together, against 1 for `unknown`
THRESHOLD = 0.75  # below this nothing is done
MARGIN = 1.0  # log-odds over the runner-up

_LABEL = "failure_mode"


@dataclass(frozen=True)
class Diagnosis:
    """A failure mode, how sure we are, and what it rests on.

    `leading` is the best guess even when unsure; `confidence`, `because` and `despite` are about it.
    """

    failure_mode: FailureMode
    confidence: float
    because: tuple[str, ...]
    despite: tuple[str, ...]
    leading: FailureMode
    runner_up: FailureMode
    evidence: tuple[Evidence, ...]
    at: datetime


@dataclass(frozen=True)
class _Score:
    mode: FailureMode
    score: float
    because: tuple[str, ...] = ()
    despite: tuple[str, ...] = ()
    words: float = 0.0
    opinion: float = 0.0

    @property
    def unadvised(self) -> float:
        """The score without the second opinion."""
        return self.score - self.opinion

    def said(self, weight: float, says: str) -> "_Score":
        """Add what words say for the mode, up to the most that words can weigh."""
        counted = min(weight, WORDS - self.words)
        return replace(self, score=self.score + counted, words=self.words + counted, because=(*self.because, says))

    def heard(self, opinion: Opinion) -> "_Score":
        """Let a second opinion confirm or doubt what words said; what was measured it leaves alone."""
        counted = max(-self.words, min(opinion.weight, WORDS - self.words))
        after = replace(self, score=self.score + counted, words=self.words + counted, opinion=counted)
        if abs(counted) < WORTH_TELLING:
            return after
        company = f" ({', '.join(opinion.words)})" if opinion.words else ""
        if counted > 0:
            return replace(after, because=(*self.because, f"its words are usual for this mode{company}"))
        return replace(after, despite=(*self.despite, f"its words are unusual for this mode{company}"))

    def plus(self, weight: float, says: str) -> "_Score":
        if weight > 0:
            return replace(self, score=self.score + weight, because=(*self.because, says))
        return replace(self, score=self.score + weight, despite=(*self.despite, says))


def diagnose(
    alerts: Sequence[Alert], logs: Sequence[str], evidence: tuple[Evidence, ...], book: Book, at: datetime
) -> Diagnosis:
    """Weigh the alerts, the log lines and the evidence under every page of the book."""
    sightings, linked = book.index.look(alerts, logs, evidence), _linked(alerts, book)
    scores = _hear(_weigh(sightings, linked), sightings, linked, book)
    ranked = sorted(_yield_to_causes(scores, book).values(), key=lambda s: (-s.score, s.mode))
    best, second = ranked[0], ranked[1] if len(ranked) > 1 else ranked[0]
    confidence = math.exp(best.score) / (sum(math.exp(s.score) for s in ranked) + UNSEEN)
    sure = confidence >= THRESHOLD and best.score - second.score >= MARGIN and _ahead(best, ranked)
    return Diagnosis(
        failure_mode=best.mode if sure else FailureMode.UNKNOWN,
        confidence=round(confidence, 4),
        because=best.because,
        despite=best.despite,
        leading=best.mode,
        runner_up=second.mode,
        evidence=evidence,
        at=at,
    )


def _ahead(best: _Score, ranked: Sequence[_Score]) -> bool:
    """Say whether the signals alone put a mode before every other; an opinion does not decide between two modes."""
    rivals = [s.unadvised for s in ranked if s.mode not in {best.mode, FailureMode.UNKNOWN}]
    return all(best.unadvised - rival >= MARGIN for rival in rivals)


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
    in_words = signal.weight > 0 and kind_of(signal) != "measure"
    return (score.said if in_words else score.plus)(signal.weight, sighting.says)


def _hear(
    scores: dict[FailureMode, _Score], sightings: Sequence[Sighting], linked: Sequence[FailureMode], book: Book
) -> dict[FailureMode, _Score]:
    """Ask for a second opinion on the texts in which something showed.

    A mode that is called by its name, or for which a measurement speaks too, needs none.
    """
    settled = {
        s.mode for s in sightings if s.signal.alertname or (kind_of(s.signal) == "measure" and s.signal.weight > 0)
    }
    opinions = book.listener.hear(
        dict.fromkeys(s.text for s in sightings if s.text), scores.keys() - settled.union(linked)
    )
    return {m: s.heard(opinions[m]) if m in opinions else s for m, s in scores.items()}


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
