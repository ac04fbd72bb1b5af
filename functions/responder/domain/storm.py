"""Many targets in trouble together have one cause, and it is none of them.

Once three targets had an incident opened within ten minutes, no target is touched any more. One person is paged;
the incidents after that become tickets that name the one that pages. As long as none of them has paged, the next
one does: not twice when it can be helped, and never not at all.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from responder.domain.escalation import Notice, NoticeKind
from responder.domain.guard import Reason, Verdict, allow, refuse
from responder.domain.runbook import Quota, write_quota

STORM = Quota(3, timedelta(minutes=10))
Opened = tuple[str, str, datetime]
"""Incident, resource and when it was opened."""


@dataclass(frozen=True)
class Storm:
    """Which incidents were opened together, as (incident, resource), oldest first, and which of them pages."""

    incidents: tuple[tuple[str, str], ...] = ()
    paged_by: str | None = None

    @property
    def targets(self) -> int:
        return len({resource for _, resource in self.incidents})


def gather_storm(opened: Sequence[Opened], resources: Collection[str], now: datetime) -> Storm:
    """Take the incidents opened within the span; what is about no target of ours does not count."""
    recent = sorted((o for o in opened if o[1] in resources and now - o[2] < STORM.span), key=lambda o: (o[2], o[0]))
    return Storm(tuple((incident, resource) for incident, resource, _ in recent))


def pages(notices: Sequence[Notice], now: datetime) -> bool:
    """A page that was sent or is due now; one that still waits may never go out."""
    due = [n for n in notices if n.kind is NoticeKind.PAGE and n.cancelled is None]
    return any(n.told_at is not None or n.due_at <= now for n in due)


def storm_guard(storm: Storm, together: int = 1) -> Verdict:
    """`together` is how many targets one notification was about: then nobody has to wait for the others to come in."""
    count = max(storm.targets, together)
    says = f"{count} targets in trouble together, a storm is {write_quota(STORM)}"
    if count < STORM.times:
        return allow("storm", says)
    return refuse("storm", Reason.STORM, f"{says}: look for what they share before anything is touched")


def as_part(notices: tuple[Notice, ...], storm: Storm, now: datetime) -> tuple[Notice, ...]:
    """Leave the page to the incident that pages already."""
    quiet = tuple(
        replace(n, cancelled=f"incident {storm.paged_by} pages for the whole storm")
        if n.pending and n.kind is NoticeKind.PAGE
        else n
        for n in notices
    )
    told = any(n.kind is NoticeKind.TICKET and n.cancelled is None for n in quiet)
    return quiet if told else (*quiet, Notice(NoticeKind.TICKET, now))
