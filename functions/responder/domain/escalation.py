"""Bring in a person: as loudly as the severity asks, once per incident and kind, never zero times.

    severity          while automation tries    it failed or may not       recovered in time    safety
    critical, error   a page after page_after   a page at once             a ticket, to review  a page at once
    warning           a ticket after it         a ticket, once anything    the same ticket      a page at once
    info, none        a note after it           was tried a page           the same note        a page at once

The columns hold for the default of every runbook; `escalate` in its front matter may say otherwise. A severity
that nobody knows counts as critical. A target's `tell` caps how loudly its team is told.

The first notice is put into the journal when the incident opens, due after `page_after`. It needs neither
S3 nor Prometheus nor the action: whatever else fails, it goes out. A decision only moves it: to the `page_after` of
the page whose action is tried, forward when automation has nothing (more) to try, away when the service recovered in
time. What comes after is appended to what was told; the end resolves it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from responder.domain.alert import Urgency

QUIET = timedelta(minutes=5)  # between two updates of the same page or ticket


class NoticeKind(StrEnum):
    """What is sent; the last two follow up a page or a ticket where it went."""

    PAGE = "page"
    TICKET = "ticket"
    NOTE = "note"
    UPDATE = "update"
    RESOLVE = "resolve"


_LOUD = (NoticeKind.PAGE, NoticeKind.TICKET, NoticeKind.NOTE)
_FOLLOWED = (NoticeKind.PAGE, NoticeKind.TICKET)  # a note is read once


@dataclass(frozen=True)
class Notice:
    """One thing to tell a person. Its key is the incident and the kind; `tries` numbers the deliveries.

    `about` is what an update or the end follows up. `told_as` is quieter than `kind` where the target's team wants
    it so. `began_at` is when a delivery began whose end is not known. A ticket to `review` outlives the incident. The
    `summary` of a storm speaks for other incidents as well: nothing but its delivery makes it superfluous.
    """

    kind: NoticeKind
    due_at: datetime
    tries: int = 0
    told_at: datetime | None = None
    via: str | None = None
    external_id: str | None = None
    cancelled: str | None = None
    last_failure: str | None = None
    about: NoticeKind | None = None
    told_as: NoticeKind | None = None
    began_at: datetime | None = None
    review: bool = False
    summary: bool = False

    @property
    def pending(self) -> bool:
        return self.told_at is None and self.cancelled is None

    @property
    def followed(self) -> bool:
        """It was told where updates can be appended."""
        return self.told_at is not None and (self.told_as or self.kind) in _FOLLOWED

    def deferred(self, now: datetime) -> bool:
        """It waits for its time; what was due once and could not be sent waits for nothing any more."""
        return self.pending and not self.tries and self.due_at > now


def raise_to(notices: tuple[Notice, ...], urgency: Urgency, due_at: datetime) -> tuple[Notice, ...]:
    """Add a notice of this urgency unless one as loud was or will be told; quieter ones still pending are dropped."""
    if any(n.cancelled is None and n.kind in _at_least(urgency) for n in notices):
        return notices
    quiet = tuple(
        replace(n, cancelled=f"a {urgency} says it louder") if n.pending and n.kind in _LOUD and not n.summary else n
        for n in notices
    )
    return (*quiet, Notice(NoticeKind(urgency), due_at))


def bring_forward(notices: tuple[Notice, ...], now: datetime) -> tuple[Notice, ...]:
    """Make what is pending due now."""
    return tuple(
        replace(n, due_at=min(n.due_at, now)) if n.pending and n.kind in _LOUD and not n.summary else n for n in notices
    )


def wait_until(notices: tuple[Notice, ...], due_at: datetime, now: datetime) -> tuple[Notice, ...]:
    """Let what still waits for its time wait as long as the page allows whose action is tried now."""
    return tuple(
        replace(n, due_at=due_at) if n.deferred(now) and n.kind in _LOUD and not n.summary else n for n in notices
    )


def quieten(notices: tuple[Notice, ...], why: str, now: datetime) -> tuple[Notice, ...]:
    """Drop what is still to be told, and leave a note."""
    dropped = tuple(replace(n, cancelled=why) if n.pending else n for n in notices)
    return (*dropped, Notice(NoticeKind.NOTE, now))


def page_now(notices: tuple[Notice, ...], now: datetime) -> tuple[Notice, ...]:
    """Page at once; what was told already gets the news as an update."""
    return raise_to(bring_forward(add_update(notices, now), now), Urgency.PAGE, now)


def ticket_now(notices: tuple[Notice, ...], now: datetime) -> tuple[Notice, ...]:
    """Leave a ticket at once, for what can wait until people are awake; what was told already gets the news."""
    quiet = (NoticeKind.TICKET, NoticeKind.NOTE)
    sooner = (replace(n, due_at=min(n.due_at, now)) if n.pending and n.kind in quiet else n for n in notices)
    return raise_to(add_update(tuple(sooner), now), Urgency.TICKET, now)


def add_update(notices: tuple[Notice, ...], now: datetime) -> tuple[Notice, ...]:
    """Append to every page and ticket that was told, not more often than `QUIET`; only the last update is kept here."""
    for told in [n for n in notices if n.followed]:
        said = [n for n in notices if n.kind is NoticeKind.UPDATE and n.about is told.kind]
        if any(n.pending for n in said):
            continue
        again = max((n.told_at + QUIET for n in said if n.told_at), default=now)
        notices = (*(n for n in notices if n not in said), _follow(told, NoticeKind.UPDATE, max(now, again)))
    return notices


def on_recovery(notices: tuple[Notice, ...], now: datetime) -> tuple[Notice, ...]:
    """Wake nobody for what has passed in time: a page that was still deferred becomes a ticket for the review."""
    kept = tuple(
        replace(n, cancelled="recovered in time") if n.deferred(now) and n.kind is NoticeKind.PAGE else n
        for n in notices
    )
    if kept != notices and not _has(kept, NoticeKind.TICKET):
        kept = (*kept, Notice(NoticeKind.TICKET, now))
    reviewed = tuple(replace(n, review=True) if n.kind is NoticeKind.TICKET else n for n in kept)
    return add_update(bring_forward(reviewed, now), now)


def on_closing(notices: tuple[Notice, ...], now: datetime) -> tuple[Notice, ...]:
    """Resolve what was told; an update nobody has seen yet is said by the end itself."""
    kept = tuple(
        replace(n, cancelled="the end says it") if n.pending and n.kind is NoticeKind.UPDATE else n for n in notices
    )
    return (*kept, *(_follow(n, NoticeKind.RESOLVE, now) for n in notices if n.followed and not n.review))


def taken_over(notices: tuple[Notice, ...], who: str) -> tuple[Notice, ...]:
    """Tell nobody else: a person has it."""
    return tuple(replace(n, cancelled=f"{who} has it") if n.pending and not n.summary else n for n in notices)


def next_due(notices: Iterable[Notice]) -> Notice | None:
    return min((n for n in notices if n.pending), key=lambda n: n.due_at, default=None)


def after_failure(notice: Notice, why: str, now: datetime, asked_s: int = 0) -> Notice:
    """Try again after 30 s, doubling up to 10 min, or when the outside asked to be left alone until; never give up."""
    wait = min(timedelta(minutes=10), timedelta(seconds=30 * 2 ** min(notice.tries, 6)))
    due_at = now + max(wait, timedelta(seconds=asked_s))
    return replace(notice, tries=notice.tries + 1, due_at=due_at, last_failure=why)


def capped(kind: NoticeKind, loudest: Urgency) -> NoticeKind:
    """Return how loudly it is told where nobody wants to be told louder than this."""
    return max(kind, NoticeKind(loudest), key=_LOUD.index) if kind in _LOUD else kind


def _follow(told: Notice, kind: NoticeKind, due_at: datetime) -> Notice:
    return Notice(kind, due_at, about=told.kind, via=told.via, external_id=told.external_id)


def _at_least(urgency: Urgency) -> tuple[NoticeKind, ...]:
    return _LOUD[: _LOUD.index(NoticeKind(urgency)) + 1]


def _has(notices: Iterable[Notice], kind: NoticeKind) -> bool:
    return any(n.kind is kind and n.cancelled is None for n in notices)
