from dataclasses import replace
from datetime import timedelta

import pytest
from tests.world import NOON

from responder.domain.alert import Urgency
from responder.domain.escalation import (
    Notice,
    NoticeKind,
    add_update,
    after_failure,
    bring_forward,
    capped,
    next_due,
    on_closing,
    on_recovery,
    page_now,
    raise_to,
    taken_over,
)

LATER = NOON + timedelta(minutes=5)
PAGE, TICKET, NOTE = (Notice(kind, LATER) for kind in (NoticeKind.PAGE, NoticeKind.TICKET, NoticeKind.NOTE))


def _told(notice: Notice) -> Notice:
    return replace(notice, told_at=NOON, via="inbox", tries=1)


def _pending(notices: tuple[Notice, ...]) -> list[tuple[NoticeKind, int]]:
    """What will be told and in how many minutes."""
    return [(n.kind, round((n.due_at - NOON).total_seconds() / 60)) for n in notices if n.pending]


@pytest.mark.parametrize("urgency", list(Urgency))
def test_a_first_notice_is_as_loud_as_it_is_asked_to_be(urgency: Urgency) -> None:
    assert _pending(raise_to((), urgency, LATER)) == [(NoticeKind(urgency), 5)]


@pytest.mark.parametrize("urgency", list(Urgency))
def test_a_page_that_was_or_will_be_told_is_not_followed_by_another_notice(urgency: Urgency) -> None:
    assert raise_to((PAGE,), urgency, NOON) == (PAGE,)
    assert raise_to((_told(PAGE),), urgency, NOON) == (_told(PAGE),)


def test_a_louder_notice_takes_the_place_of_a_quieter_one_still_pending() -> None:
    notices = raise_to((TICKET,), Urgency.PAGE, LATER)

    assert _pending(notices) == [(NoticeKind.PAGE, 5)]
    assert notices[0].cancelled == "a page says it louder"


def test_a_quieter_notice_that_was_told_stays_told() -> None:
    assert raise_to((_told(TICKET),), Urgency.PAGE, LATER) == (_told(TICKET), PAGE)


def test_a_cancelled_page_does_not_silence_the_next_one() -> None:
    cancelled = replace(PAGE, cancelled="recovered in time")

    assert _pending(raise_to((cancelled,), Urgency.PAGE, LATER)) == [(NoticeKind.PAGE, 5)]


def test_bringing_forward_makes_what_is_pending_due_now() -> None:
    assert _pending(bring_forward((PAGE, _told(TICKET)), NOON)) == [(NoticeKind.PAGE, 0)]


def test_bringing_forward_never_delays() -> None:
    overdue = replace(PAGE, due_at=NOON - timedelta(minutes=3))

    assert bring_forward((overdue,), NOON) == (overdue,)


def test_paging_now_brings_a_deferred_page_forward_instead_of_adding_one() -> None:
    assert _pending(page_now((PAGE,), NOON)) == [(NoticeKind.PAGE, 0)]
    assert _pending(page_now((NOTE,), NOON)) == [(NoticeKind.PAGE, 0)]


@pytest.mark.parametrize("notice", [PAGE, TICKET])
def test_what_happens_after_a_person_was_told_is_appended_to_what_they_were_told(notice: Notice) -> None:
    told = replace(_told(notice), external_id="it")

    update = add_update((told,), NOON)[-1]

    assert (update.kind, update.about, update.via, update.external_id) == ("update", notice.kind, "inbox", "it")


def test_paging_again_is_an_update_of_the_page() -> None:
    assert _pending(page_now((_told(PAGE),), NOON)) == [(NoticeKind.UPDATE, 0)]


def test_updates_keep_five_minutes_apart_and_only_the_last_is_kept() -> None:
    first = replace(add_update((_told(PAGE),), NOON)[-1], told_at=NOON)

    notices = add_update((_told(PAGE), first), NOON)

    assert _pending(notices) == [(NoticeKind.UPDATE, 5)]
    assert add_update(notices, NOON) == notices
    assert len(notices) == 2


def test_what_was_told_as_a_note_is_not_followed_up() -> None:
    quiet = replace(_told(PAGE), told_as=NoticeKind.NOTE)

    assert add_update((quiet,), NOON) == (quiet,)
    assert on_closing((quiet,), NOON) == (quiet,)


@pytest.mark.parametrize(
    ("kind", "loudest", "told_as"),
    [
        ("page", "page", "page"),
        ("page", "ticket", "ticket"),
        ("page", "note", "note"),
        ("ticket", "page", "ticket"),
        ("update", "note", "update"),
    ],
)
def test_a_target_is_told_no_louder_than_its_team_wants(kind: str, loudest: str, told_as: str) -> None:
    assert capped(NoticeKind(kind), Urgency(loudest)) == told_as


def test_a_person_who_has_it_is_not_told_again() -> None:
    assert _pending(taken_over((PAGE, _told(TICKET)), "ann")) == []


def test_recovery_in_time_turns_a_deferred_page_into_a_ticket() -> None:
    notices = on_recovery((PAGE,), NOON)

    assert _pending(notices) == [(NoticeKind.TICKET, 0)]
    assert notices[0].cancelled == "recovered in time"


@pytest.mark.parametrize(
    "overdue", [replace(PAGE, due_at=NOON), replace(PAGE, tries=2, due_at=LATER)], ids=["due", "tried and failed"]
)
def test_a_page_that_was_due_before_the_recovery_still_goes_out(overdue: Notice) -> None:
    assert _pending(on_recovery((overdue,), NOON)) == [(NoticeKind.PAGE, 0)]


def test_recovery_tells_a_waiting_ticket_at_once() -> None:
    assert _pending(on_recovery((TICKET,), NOON)) == [(NoticeKind.TICKET, 0)]


def test_recovery_after_the_page_is_an_update_of_it() -> None:
    assert _pending(on_recovery((_told(PAGE),), NOON)) == [(NoticeKind.UPDATE, 0)]


def test_recovery_after_a_ticket_was_told_adds_no_second_one() -> None:
    assert _pending(on_recovery((_told(TICKET), PAGE), NOON)) == [(NoticeKind.UPDATE, 0)]


@pytest.mark.parametrize("notice", [PAGE, TICKET])
def test_closing_resolves_what_was_told(notice: Notice) -> None:
    assert _pending(on_closing((_told(notice),), NOON)) == [(NoticeKind.RESOLVE, 0)]


def test_closing_says_what_a_waiting_update_would_have_said() -> None:
    notices = on_closing(add_update((_told(PAGE),), NOON), NOON)

    assert _pending(notices) == [(NoticeKind.RESOLVE, 0)]


def test_a_ticket_to_look_back_stays_open_when_the_incident_closes() -> None:
    (ticket,) = [n for n in on_recovery((PAGE,), NOON) if n.pending]

    assert _pending(on_closing((_told(ticket),), NOON)) == []


@pytest.mark.parametrize("notices", [(), (_told(NOTE),), (replace(PAGE, cancelled="in time"),)])
def test_closing_resolves_nothing_where_nobody_was_told(notices: tuple[Notice, ...]) -> None:
    assert on_closing(notices, NOON) == notices


def test_the_earliest_pending_notice_is_next() -> None:
    assert next_due((replace(NOTE, due_at=LATER + timedelta(minutes=1)), PAGE, _told(TICKET))) == PAGE
    assert next_due((_told(PAGE),)) is None


def test_a_failed_notice_backs_off_to_ten_minutes_and_never_gives_up() -> None:
    notice, waits = PAGE, []
    for _ in range(200):
        notice = after_failure(notice, "inbox: timeout", NOON)
        waits.append((notice.due_at - NOON).total_seconds())

    assert waits[:7] == [30, 60, 120, 240, 480, 600, 600]
    assert set(waits[7:]) == {600}
    assert notice.pending
    assert notice.tries == 200


def test_who_asked_to_be_left_alone_for_longer_is() -> None:
    notice = after_failure(PAGE, "jira: 429", NOON, 120)

    assert notice.due_at == NOON + timedelta(minutes=2)
    assert after_failure(notice, "jira: 429", NOON, 5).due_at == NOON + timedelta(minutes=1)
