from datetime import timedelta

import pytest
from tests.world import NOON

from responder.domain.escalation import Notice, NoticeKind
from responder.domain.guard import Reason
from responder.domain.storm import Storm, as_part, gather_storm, pages, storm_guard

OURS = ("a", "b", "c", "d")


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
        (Notice(NoticeKind.PAGE, NOON), True),
        (Notice(NoticeKind.PAGE, NOON + timedelta(minutes=5)), False),
        (Notice(NoticeKind.PAGE, NOON, cancelled="recovered in time"), False),
        (Notice(NoticeKind.TICKET, NOON, told_at=NOON), False),
    ],
)
def test_only_a_page_that_goes_out_counts_as_one(notice: Notice, does: bool) -> None:  # noqa: FBT001  # named where it is given
    assert pages((notice,), NOON) is does


def test_what_is_part_of_a_storm_becomes_a_ticket_that_names_who_pages() -> None:
    told = as_part((Notice(NoticeKind.PAGE, NOON),), Storm(paged_by="i-1"), NOON)

    assert told[0].cancelled == "incident i-1 pages for the whole storm"
    assert [n.kind for n in told if n.pending] == [NoticeKind.TICKET]
