"""Explaining is thinking without touching: the same answer as responding, and nothing written."""

from datetime import timedelta

import pytest
from tests.world import NOON, Practice, a_message, an_alert

from responder.workflow.explain import explain


def test_it_says_what_responding_would_do() -> None:
    practice = Practice()
    explained = explain(a_message(), practice.world(), NOON)

    practice.deliver()

    done = practice.incident.intent
    assert done is not None
    assert explained.acts
    assert explained.decision is not None
    assert explained.decision.plan == done.plan
    assert explained.letter is not None
    assert (explained.letter.kind, explained.told_at) == ("page", NOON + timedelta(minutes=15))


def test_it_touches_nothing() -> None:
    practice = Practice()

    explain(a_message(), practice.world(), NOON)

    writes = {"journal.write", "audit.put", "remediator.apply", "pages.send", "releases.save"}
    assert writes.isdisjoint(practice.calls)
    assert practice.remediator.applied == []


def test_it_says_why_nothing_would_be_done() -> None:
    practice = Practice()
    practice.modes.settings["global"] = "observe"

    explained = explain(a_message(), practice.world(), NOON)

    assert explained.decision is not None
    assert explained.decision.refusal is not None
    assert explained.decision.refusal.reason == "mode"
    assert explained.decision.plan is not None


def test_what_is_known_already_would_be_acknowledged() -> None:
    practice = Practice()
    practice.deliver()

    explained = explain(a_message(), practice.world(), NOON)

    assert "nothing new" in explained.known
    assert explained.decision is None


@pytest.mark.parametrize("mode", ["auto", "suggest", "observe"])
def test_what_joins_an_incident_that_is_further_on_decides_nothing_anew(mode: str) -> None:
    practice = Practice()
    practice.modes.settings["global"] = mode
    practice.deliver()

    explained = explain(a_message(an_alert(route="/chat")), practice.world(), practice.now)

    assert f"which is {practice.state}: nothing is decided anew" in explained.known
    assert explained.decision is None


def test_an_end_is_no_beginning() -> None:
    practice = Practice()
    practice.deliver()

    explained = explain(a_message(an_alert("resolved", ends=NOON)), practice.world(), NOON)

    assert explained.decision is None
