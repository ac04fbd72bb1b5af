"""The first of a storm to be decided about is no better known than the last: what fires beside it is looked at."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.world import CHAT, Practice, a_library, an_alert

from responder.domain.evidence import Sample
from responder.domain.guard import Reason
from responder.domain.touch import Touch
from responder.errors import CannotKnow

OTHERS = tuple(
    replace(CHAT, name=name, match={"model": name}, touch=Touch(sagemaker_endpoint=name))
    for name in ("search", "draft")
)


def a_practice(beside: int, ago: timedelta = timedelta(seconds=10)) -> Practice:
    """Alertmanager lists the same alert of so many other services, but we were notified of the first only."""
    practice = Practice(library=a_library(CHAT, *OTHERS))
    listed = [an_alert(), *(an_alert(model=target.name) for target in OTHERS[:beside])]
    said = practice.alerts.firing[an_alert().fingerprint]
    firing = replace(said, beside=tuple((alert.labels, practice.now - ago) for alert in listed))
    practice.alerts.firing[an_alert().fingerprint] = firing
    return practice


def test_nothing_is_touched_and_one_person_is_paged_when_two_others_fire_beside_it() -> None:
    practice = a_practice(beside=2)

    practice.deliver()

    assert practice.applied == []
    assert practice.incident.refusal == Reason.STORM
    assert practice.incident.leads_since is not None
    assert [letter.kind for letter in practice.letters] == ["page"]


@pytest.mark.parametrize(
    ("beside", "ago"),
    [(1, timedelta(seconds=10)), (2, timedelta(minutes=11))],
    ids=["only one other", "two others, but since long ago"],
)
def test_otherwise_it_is_done(beside: int, ago: timedelta) -> None:
    practice = a_practice(beside, ago)

    practice.deliver()

    assert len(practice.applied) == 1


ABOUT_TO_FIRE = 'ALERTS{alertstate="pending",alertname="LLMHighP95"}'


def _pending_for(*models: str) -> list[Sample]:
    """As Prometheus has them: without the label `env`, which it only adds on sending."""
    return [Sample({"__name__": "ALERTS", "alertstate": "pending", "model": model}, 1.0) for model in models]


@pytest.mark.parametrize(("models", "changes"), [(("chat", "search", "draft"), 0), (("chat", "search"), 1)])
def test_what_is_about_to_fire_counts_as_well(models: tuple[str, ...], changes: int) -> None:
    others = tuple(replace(one, match={**one.match, "env": "practice"}) for one in OTHERS)
    practice = Practice(library=a_library(CHAT, *others))
    practice.metrics.answers[ABOUT_TO_FIRE] = _pending_for(*models)

    practice.deliver()

    assert len(practice.applied) == changes


def test_where_that_cannot_be_asked_a_person_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    practice = a_practice(beside=0)
    ask = practice.metrics.query

    def without_alerts(expression: str, at: datetime) -> list[Sample]:
        if expression == ABOUT_TO_FIRE:
            raise CannotKnow("it timed out")
        return ask(expression, at)

    monkeypatch.setattr(practice.metrics, "query", without_alerts)
    practice.deliver()

    assert practice.applied == []
    assert practice.incident.refusal == Reason.CANNOT_ASK


def test_what_matches_no_target_of_ours_is_no_part_of_it() -> None:
    practice = a_practice(beside=2)
    practice.library = a_library(CHAT)

    practice.deliver()

    assert len(practice.applied) == 1
