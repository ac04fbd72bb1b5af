"""Every minute: whatever is due is advanced, whoever left it behind.

Pages due come first, then undo and verification, then convergence, then the books. One broken item backs
off and is handed to a person; it never stops the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from responder.domain.escalation import page_now
from responder.domain.incident import MOVES, Incident, Moved, State, move
from responder.domain.next_step import Do, next_due_at
from responder.domain.plain import stamp
from responder.ports import ModeHistory
from responder.workflow.hold import Hold, Written
from responder.workflow.respond import go_on
from responder.workflow.world import World

CONTROL = "control"
ENOUGH = timedelta(seconds=25)  # what one more resource may take in the worst case
PATIENCE = 3  # stumbles before a person is told
_ORDER = {str(do): place for place, do in enumerate(Do)}


def due_now(world: World, now: datetime) -> list[str]:
    """Return the resources that are due, the most urgent kind of work first."""
    due = world.agenda.due(now)
    return [resource for resource, _ in sorted(due, key=lambda item: _ORDER.get(item[1], 0))]


@dataclass(frozen=True)
class Swept:
    """What came of one resource: how late it was, and whether the audit is still behind."""

    written: Sequence[Written] = ()
    late: timedelta = timedelta()
    behind: bool = False


def sweep_one(resource: str, world: World, now: datetime) -> Swept:
    """Advance one resource; what somebody holds right now is left to them."""
    record = world.journal.read(resource)
    due = next_due_at(record, now)
    if record.held(now) or due is None:
        return Swept()
    hold = Hold.take(world.journal, record, world.actor, now)
    go_on(hold, world, now)
    return Swept(hold.written, max(timedelta(), now - due.at), bool(hold.record.unexported))


def stumble(resource: str, error: BaseException, world: World, now: datetime) -> Sequence[Written]:
    """Write down that a step of an incident broke, wait longer each time, and after three times hand over to a person.

    The lease is still ours from the step that broke: it is taken over, not waited for.
    """
    record = world.journal.read(resource)
    if record.incident is None or record.incident.state is State.CLOSED:
        return ()
    hold = Hold.take(
        world.journal, replace(record, lease_until=None), world.actor, now, _stumbled(record.incident, error, now)
    )
    hold.release()
    return hold.written


def audit_flips(history: ModeHistory, world: World, now: datetime) -> Sequence[Written]:
    """Write every change of a mode parameter into the `control` stream, by whom and when."""
    record = world.journal.read(CONTROL)
    newer = {name: version for name, version in history.versions().items() if version > record.versions.get(name, 0)}
    if not newer or record.held(now):
        return ()
    flips = [flip for name in sorted(newer) for flip in history.flips(name, record.versions.get(name, 0))]
    hold = Hold.take(world.journal, record, world.actor, now)
    for flip in flips:
        hold.record = replace(hold.record, versions={**hold.record.versions, flip.name: flip.version})
        hold.note(
            CONTROL,
            "flipped",
            {"name": flip.name, "version": flip.version, "value": flip.value, "by": flip.by, "at": stamp(flip.at)},
        )
    go_on(hold, world, now)
    return hold.written


def enough_time(world: World) -> bool:
    return world.time_left() > ENOUGH


def _stumbled(incident: Incident, error: BaseException, now: datetime) -> Moved:
    count = incident.stumbles + 1
    says = f"a step broke {count} times: {type(error).__name__}: {str(error)[:300]}"
    wait = min(timedelta(hours=1), timedelta(minutes=2 ** min(count, 6)))
    after = replace(incident, stumbles=count, next_at=now + wait)
    if count >= PATIENCE and State.ESCALATED in MOVES[incident.state]:
        after = move(
            after,
            State.ESCALATED,
            says=says,
            notices=page_now(incident.notices, now),
            next_at=now + timedelta(minutes=15),
        )
    return Moved(after, "stumbled", {"error": type(error).__name__, "says": says})
