"""A message nobody can finish: its bytes are kept, it becomes a quarantined incident, a person is told.

It must not stay in its queue: it would drag every later message of its group along. Bytes first, then the
journal, then the person; a crash in between is answered by doing the same again, which changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime

from responder.domain.dead_letter import Cause, quarantined, resource_of
from responder.domain.message import Message
from responder.errors import ActionFailed, TryAgain
from responder.ports import Quarantine
from responder.workflow.hold import Hold, Written
from responder.workflow.respond import go_on
from responder.workflow.world import World


def set_aside(
    body: str, message: Message | None, cause: Cause, says: str, quarantine: Quarantine, world: World, now: datetime
) -> Sequence[Written]:
    """Keep, record and tell; raise TryAgain when it can be neither kept nor recorded, so that nothing is lost."""
    try:
        key = quarantine.keep(body.encode(), f"{cause}: {says}", now)
    except ActionFailed as error:
        raise TryAgain(f"the message could not be kept: {error}", after_seconds=30) from error
    record = world.journal.read(resource_of(body))
    moved = quarantined(body, message, cause, says, key, now) if record.incident is None else None
    hold = Hold.take(world.journal, record, world.actor, now, moved)
    go_on(hold, world, now)
    return hold.written
