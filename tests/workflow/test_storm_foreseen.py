"""The first of a storm to be decided about is no better known than the last: what fires beside it is looked at."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.world import CHAT, Practice, a_library, an_alert

from responder.domain.guard import Reason
from responder.domain.touch import Touch

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


def test_what_matches_no_target_of_ours_is_no_part_of_it() -> None:
    practice = a_practice(beside=2)
    practice.library = a_library(CHAT)

    practice.deliver()

    assert len(practice.applied) == 1
