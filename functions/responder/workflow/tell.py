"""Send what is due to a person, over the first channel that takes it, and follow up where it went.

A page goes out at once, over the next channel when one fails: two pages are better than none, and where the vendor
has keys they are one. A ticket is one ticket: that a delivery begins is written down before it begins, so that the
next holder knows to look first; and while nobody knows whether it was made, no other channel makes another.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from responder.domain.advice import Others, Pointers, links
from responder.domain.escalation import Notice, NoticeKind, after_failure, capped, next_due
from responder.domain.failure_mode import FailureMode
from responder.domain.incident import Incident, Moved
from responder.domain.invitation import Invitation, invite, question_of
from responder.domain.plain import to_plain
from responder.domain.runbook import Book, Runbook, fill
from responder.domain.storm import is_kin
from responder.domain.target import Team
from responder.domain.wording import body, subject
from responder.errors import ActionFailed, CannotKnow, NotThere, TryAgain
from responder.ports import Channel, Letter
from responder.workflow.hold import Hold
from responder.workflow.storming import join
from responder.workflow.world import World

ENOUGH = timedelta(seconds=25)  # what every channel failing slowly may take
PATIENCE = 3  # tries of a ticket that may have been made, before another channel is asked
FOLLOW_UPS = 20  # tries of an update or an end; what they follow was told


def tell(hold: Hold, world: World, now: datetime) -> None:
    """Send the notice that is due; raise TryAgain when this invocation has no time left for it."""
    notice = next_due(hold.incident.notices)
    if notice is None:
        return
    if world.time_left() < ENOUGH:
        raise TryAgain("no time left to tell anybody", after_seconds=5)
    joined = join(hold.incident, world.library.target(hold.incident.target), world, now)
    if joined:
        hold.write(joined)
        return
    _begin(hold, notice, now)
    told = tell_somebody(hold.incident, notice, world, now)
    moved = replace(hold.incident, notices=_with(hold.incident, told))
    if told.told_at is None:
        hold.write(Moved(moved))
        hold.mention("notice_failing", {"notice": to_plain(told), "why": told.cancelled or told.last_failure})
        return
    key = f"{hold.incident.id}/{told.kind}"
    hold.write(Moved(moved, "told", {"notice": to_plain(told), "key": key, "number": told.tries}))


def tell_somebody(incident: Incident, notice: Notice, world: World, now: datetime) -> Notice:
    """Return the notice as told, or as to be tried again."""
    letter = write_letter(incident, notice, world, now)
    if notice.about:
        return _follow_up(letter, notice, world, now)
    failures, wait_s = [], 0
    for channel in (c for c in world.channels if letter.kind in c.kinds):
        try:
            external = channel.send(letter)
        except CannotKnow as error:
            failures.append(f"{channel.name}: {error}")
            wait_s = max(wait_s, error.after_seconds)
            notice = replace(notice, began_at=notice.began_at or now)
            if letter.kind == NoticeKind.TICKET and notice.tries < PATIENCE:
                break
        except ActionFailed as error:
            failures.append(f"{channel.name}: {error}")
            wait_s = max(wait_s, error.after_seconds)
        else:
            told_as = NoticeKind(letter.kind) if letter.kind != notice.kind else None
            return _told(replace(notice, via=channel.name, external_id=external, told_as=told_as), now)
    return after_failure(notice, "; ".join(failures) or "no channel takes it", now, wait_s)


def write_letter(incident: Incident, notice: Notice, world: World, now: datetime) -> Letter:
    target = world.library.target(incident.target)
    page = _page_for(incident, world.library.book)
    kind = capped(notice.kind, target.tell) if target else notice.kind
    query = fill(page.policy.verify.query, target.selector) if target and page and page.policy.verify else None
    others = _others(incident, world)
    pointers = Pointers(target, page, links(target, world.links, query), _invitation(incident, world), others)
    return Letter(
        key=incident.id,
        kind=kind,
        severity=incident.severity,
        subject=subject(incident, kind, target, others.count if others else 0),
        body=body(incident, kind, pointers, now),
        source=incident.resource,
        number=notice.tries + 1,
        links=pointers.links,
        begun_at=notice.began_at,
        team=target.team if target else "",
        to=world.library.teams.get(target.team, Team()) if target else Team(),
    )


def _others(incident: Incident, world: World) -> Others | None:
    """Name whom it speaks for; what cannot be listed now keeps nobody from being told."""
    if incident.leads_since is None:
        return None
    try:
        members, count = world.agenda.opened_since(incident.leads_since)
    except TryAgain:
        return Others((), 0)
    names = {target.resource: target.name for target in world.library.targets}
    others = [m for m in members if m.incident != incident.id and is_kin(m.resource, incident.resource)]
    named = tuple((names.get(m.resource) or m.name or m.resource, m.incident) for m in others)
    return Others(named, len(others) + count - len(members))


def _invitation(incident: Incident, world: World) -> Invitation | None:
    """Make the link and its code where links are wanted; without the key the notice goes out without them."""
    question = question_of(incident)
    if question is None or world.door is None:
        return None
    try:
        return invite(question, world.door.url, world.door.key())
    except ActionFailed:
        return None


def _page_for(incident: Incident, book: Book) -> Runbook | None:
    """Before a diagnosis, the page the alerts name."""
    if incident.runbook:
        return book.page(incident.runbook.failure_mode)
    named = [FailureMode(a.runbook) for a in incident.alerts if a.runbook in list(FailureMode)]
    marked = [FailureMode(m) for a in incident.alerts if (m := a.labels.get("failure_mode")) in list(FailureMode)]
    return next((book.page(mode) for mode in (*marked, *named) if mode in book.runbooks), None)


def _follow_up(letter: Letter, notice: Notice, world: World, now: datetime) -> Notice:
    channel = next((c for c in world.channels if c.name == notice.via), None)
    if channel is None:
        return replace(notice, cancelled=f"channel {notice.via} is no longer configured")
    try:
        _append(channel, letter, notice.external_id or letter.key)
    except NotThere as error:
        return replace(notice, cancelled=f"what it follows is gone: {error}")
    except ActionFailed as error:
        failed = after_failure(notice, f"{channel.name}: {error}", now, error.after_seconds)
        return failed if failed.tries < FOLLOW_UPS else replace(failed, cancelled="given up; what it follows was told")
    return _told(notice, now)


def _append(channel: Channel, letter: Letter, external_id: str) -> None:
    match letter.kind:
        case NoticeKind.RESOLVE:
            channel.resolve(letter, external_id)
        case _:
            channel.update(letter, external_id)


def _told(notice: Notice, now: datetime) -> Notice:
    return replace(notice, told_at=now, tries=notice.tries + 1)


def _begin(hold: Hold, notice: Notice, now: datetime) -> None:
    """Write down that a ticket is being made; it stands there only if this delivery does not come to an end."""
    if notice.kind is NoticeKind.TICKET and notice.began_at is None:
        hold.write(Moved(replace(hold.incident, notices=_with(hold.incident, replace(notice, began_at=now)))))


def _with(incident: Incident, notice: Notice) -> tuple[Notice, ...]:
    """Put the notice in the place of the one it was: of a kind only one is pending at a time."""
    place = (notice.kind, notice.about)
    return tuple(notice if n.pending and (n.kind, n.about) == place else n for n in incident.notices)
