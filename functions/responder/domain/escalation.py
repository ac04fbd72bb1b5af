"""Bring in a person: as loudly as the severity asks, once per incident and kind, never zero times.

The first notice is put into the journal when the incident opens, due after `page_after`. It needs neither
S3 nor Prometheus nor the action: whatever else fails, it goes out. A decision only moves it: forward when
automation has nothing (more) to try, away when the service recovered in time.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from responder.domain.runbook import Urgency


class NoticeKind(StrEnum):
    """What is sent; `resolve` closes a page in a system that keeps it open."""

    PAGE = "page"
    TICKET = "ticket"
    NOTE = "note"
    RESOLVE = "resolve"


@dataclass(frozen=True)
class Notice:
    """One thing to tell a person. Its key is the incident and the kind; `tries` numbers the deliveries."""

    kind: NoticeKind
    due_at: datetime
    tries: int = 0
    told_at: datetime | None = None
    via: str | None = None
    external_id: str | None = None
    cancelled: str | None = None
    last_failure: str | None = None

    @property
    def pending(self) -> bool:
        return self.told_at is None and self.cancelled is None

    def deferred(self, now: datetime) -> bool:
        """It waits for its time; what was due once and could not be sent waits for nothing any more."""
        return self.pending and not self.tries and self.due_at > now


def raise_to(notices: tuple[Notice, ...], urgency: Urgency, due_at: datetime) -> tuple[Notice, ...]:
    """Add a notice of this urgency unless one as loud was or will be told; quieter ones still pending are dropped."""
    if any(n.cancelled is None and n.kind in _at_least(urgency) for n in notices):
        return notices
    quiet = tuple(replace(n, cancelled=f"a {urgency} says it louder") if n.pending else n for n in notices)
    return (*quiet, Notice(NoticeKind(urgency), due_at))


def bring_forward(notices: tuple[Notice, ...], now: datetime) -> tuple[Notice, ...]:
    """Make what is pending due now."""
    return tuple(replace(n, due_at=min(n.due_at, now)) if n.pending else n for n in notices)


def page_now(notices: tuple[Notice, ...], now: datetime) -> tuple[Notice, ...]:
    return raise_to(bring_forward(notices, now), Urgency.PAGE, now)


def on_recovery(notices: tuple[Notice, ...], now: datetime) -> tuple[Notice, ...]:
    """Wake nobody for what has passed in time: a page that was still deferred becomes a ticket for the review."""
    kept = tuple(
        replace(n, cancelled="recovered in time") if n.deferred(now) and n.kind is NoticeKind.PAGE else n
        for n in notices
    )
    if kept == notices:
        return bring_forward(notices, now)
    return kept if _has(kept, NoticeKind.TICKET) else (*kept, Notice(NoticeKind.TICKET, now))


def on_closing(notices: tuple[Notice, ...], now: datetime) -> tuple[Notice, ...]:
    """Close what was opened; what is still pending has nobody left to tell it to about."""
    paged = any(n.kind is NoticeKind.PAGE and n.told_at for n in notices)
    return (*notices, Notice(NoticeKind.RESOLVE, now)) if paged else notices


def next_due(notices: Iterable[Notice]) -> Notice | None:
    return min((n for n in notices if n.pending), key=lambda n: n.due_at, default=None)


def after_failure(notice: Notice, why: str, now: datetime) -> Notice:
    """Try again after 30 s, doubling up to 10 min; never give up."""
    wait = min(timedelta(minutes=10), timedelta(seconds=30 * 2 ** min(notice.tries, 6)))
    return replace(notice, tries=notice.tries + 1, due_at=now + wait, last_failure=why)


def _at_least(urgency: Urgency) -> tuple[NoticeKind, ...]:
    order = (NoticeKind.PAGE, NoticeKind.TICKET, NoticeKind.NOTE)
    return order[: order.index(NoticeKind(urgency)) + 1]


def _has(notices: Iterable[Notice], kind: NoticeKind) -> bool:
    return any(n.kind is kind and n.cancelled is None for n in notices)
