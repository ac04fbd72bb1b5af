from dataclasses import replace
from datetime import timedelta

import pytest
from tests.world import NOON

from responder.domain.alert import Urgency
from responder.domain.escalation import Notice, NoticeKind, bring_forward, on_closing, raise_to, taken_over
from responder.domain.guard import Reason
from responder.domain.runbook import STORM, Quota
from responder.domain.storm import (
    Lead,
    Part,
    Speaker,
    Storm,
    as_part,
    gather_storm,
    has_paged,
    is_in,
    may_speak,
    storm_guard,
)

OURS = ("a", "b", "c", "d")
PAGE = Notice(NoticeKind.PAGE, NOON)
SPEAKER = Speaker("i-1", "a", NoticeKind.PAGE)


def _storm(*minutes_ago: float) -> Storm:
    opened = [(f"i-{n}", OURS[n], NOON - timedelta(minutes=m)) for n, m in enumerate(minutes_ago)]
    return gather_storm(opened, OURS, NOON)


def test_two_targets_in_trouble_are_no_storm() -> None:
    assert storm_guard(_storm(1, 2)).answer == "allow"


def test_three_targets_within_ten_minutes_are_one() -> None:
    verdict = storm_guard(_storm(1, 9, 2))

    assert verdict.reason is Reason.STORM
    assert "3 targets in trouble together" in verdict.says


def test_one_notification_about_three_targets_is_one_before_the_others_come_in() -> None:
    assert storm_guard(_storm(1), together=3).reason is Reason.STORM
    assert storm_guard(_storm(1), together=2).answer == "allow"


def test_what_is_older_or_no_target_of_ours_does_not_count() -> None:
    assert storm_guard(_storm(1, 2, 11)).answer == "allow"
    others = [(f"i-{n}", f"alert/{n}", NOON) for n in range(5)]
    assert storm_guard(gather_storm(others, OURS, NOON)).answer == "allow"


def test_the_same_target_twice_is_one() -> None:
    opened = [(f"i-{n}", "a", NOON) for n in range(4)]

    assert storm_guard(gather_storm(opened, OURS, NOON)).answer == "allow"


@pytest.mark.parametrize(
    ("notice", "does"),
    [
        (Notice(NoticeKind.PAGE, NOON, told_at=NOON), True),
        (Notice(NoticeKind.PAGE, NOON), False),
        (Notice(NoticeKind.PAGE, NOON, cancelled="recovered in time"), False),
        (Notice(NoticeKind.TICKET, NOON, told_at=NOON), False),
    ],
)
def test_only_a_page_that_was_sent_counts_as_one(notice: Notice, does: bool) -> None:  # noqa: FBT001  # named where it is given
    assert has_paged((notice,)) is does


def test_alerts_without_a_target_are_counted_apart_and_stop_nothing() -> None:
    opened = [(f"i-{n}", f"alert/{n}", NOON) for n in range(3)]
    storm = gather_storm([*opened, ("i-9", "books/lost", NOON)], OURS, NOON)

    assert storm_guard(storm).answer == "allow"
    assert is_in(storm, "alert/1", 1)
    assert not is_in(storm, "a", 1)
    assert is_in(gather_storm([], OURS, NOON), "alert/1", 3)


def test_what_is_spoken_for_tells_nobody_and_says_who_does() -> None:
    told = as_part((PAGE,), Part(SPEAKER), STORM, NOON)

    assert [n.cancelled for n in told] == ["incident i-1 speaks for the whole storm"]


def test_the_lead_pages_and_sends_the_summary_when_everybody_has_come_in() -> None:
    told = as_part((PAGE,), Part(None, NOON), STORM, NOON)

    assert [(n.kind, n.due_at, n.summary) for n in told] == [
        (NoticeKind.PAGE, NOON, False),
        (NoticeKind.TICKET, NOON + STORM.span, True),
    ]


def test_a_lead_beside_one_that_pages_already_sends_the_summary_alone() -> None:
    told = as_part((PAGE,), Part(SPEAKER, NOON), STORM, NOON)

    assert [n.kind for n in told if n.pending] == [NoticeKind.TICKET]


def test_a_storm_of_tickets_is_one_ticket_and_one_of_notes_one_note() -> None:
    for kind in (NoticeKind.TICKET, NoticeKind.NOTE):
        told = as_part((Notice(kind, NOON),), Part(None, NOON), STORM, NOON)

        assert [(n.kind, n.summary) for n in told if n.pending] == [(kind, True)]


def test_however_long_a_storm_may_gather_its_summary_is_not_later_than_ten_minutes() -> None:
    (_, summary) = as_part((PAGE,), Part(None, NOON), Quota(20, timedelta(hours=2)), NOON)

    assert summary.due_at == NOON + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("minutes", "kind", "may"),
    [(0, "page", True), (9, "ticket", True), (10, "page", False), (1, "note", True)],
)
def test_a_lead_speaks_for_who_joins_in_time(minutes: int, kind: str, may: bool) -> None:  # noqa: FBT001  # named where it is given
    lead = Lead(SPEAKER, NOON, NOON)

    assert may_speak(lead, NoticeKind(kind), NOON + timedelta(minutes=minutes), STORM) is may


def test_a_lead_does_not_speak_for_who_would_be_louder() -> None:
    lead = Lead(replace(SPEAKER, kind=NoticeKind.TICKET), NOON, NOON)

    assert not may_speak(lead, NoticeKind.PAGE, NOON, STORM)
    assert may_speak(lead, NoticeKind.TICKET, NOON, STORM)


def test_nothing_but_its_delivery_makes_a_summary_superfluous() -> None:
    summary = Notice(NoticeKind.TICKET, NOON + STORM.span, summary=True)

    assert taken_over((summary,), "ann") == (summary,)
    assert bring_forward((summary,), NOON) == (summary,)
    assert summary in raise_to((summary,), Urgency.PAGE, NOON)
    assert on_closing((summary,), NOON) == (summary,)
