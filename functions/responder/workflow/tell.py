"""Send one notice, over the first channel that takes it.

Where the vendor has keys the same notice sent twice is one page; elsewhere it carries its number.
"""

from dataclasses import replace
from datetime import datetime

from responder.domain.escalation import Notice, NoticeKind, after_failure
from responder.domain.incident import Incident
from responder.domain.wording import body, links, subject
from responder.errors import ActionFailed
from responder.ports import Letter
from responder.workflow.world import World


def tell_somebody(incident: Incident, notice: Notice, world: World, now: datetime) -> Notice:
    """Return the notice as told, or as to be tried again."""
    letter = write_letter(incident, notice, world, now)
    failures = []
    for channel in world.channels:
        if not channel.takes(notice.kind):
            continue
        try:
            external = channel.send(letter)
        except ActionFailed as error:
            failures.append(f"{channel.name}: {error}")
            continue
        return replace(notice, told_at=now, via=channel.name, external_id=external, tries=notice.tries + 1)
    return after_failure(notice, "; ".join(failures) or "no channel takes it", now)


def write_letter(incident: Incident, notice: Notice, world: World, now: datetime) -> Letter:
    target = world.library.target(incident.target)
    page = world.library.book.page(incident.runbook.failure_mode) if incident.runbook else None
    return Letter(
        key=incident.id,
        kind=notice.kind,
        severity=incident.severity,
        subject=subject(incident, target),
        body=body(incident, NoticeKind(notice.kind), target, page, now),
        source=incident.resource,
        number=notice.tries + 1,
        links=(*links(target), *world.links.items()),
    )
