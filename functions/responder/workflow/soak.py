"""Watch a marked release until it may be called known good."""

from dataclasses import replace
from datetime import datetime, timedelta

from responder.domain.journal import Soaking, TargetRecord
from responder.domain.plain import stamp
from responder.domain.remediation import Snapshot
from responder.domain.rollback import CONFIG
from responder.domain.target import Target
from responder.errors import ActionFailed
from responder.workflow.hold import Hold
from responder.workflow.world import World

LOOK_AGAIN = timedelta(minutes=5)


def soak(hold: Hold, world: World, now: datetime) -> None:
    """Call the release known good when it still runs and no incident opened since it was marked."""
    watched = hold.record.soaking
    target = next((t for t in world.library.targets if t.resource == hold.record.resource), None)
    if watched is None or target is None:
        hold.record = replace(hold.record, soaking=None)
        hold.save()
        return
    try:
        fault = soak_fault(hold.record, watched, world.remediator.observe(target))
    except ActionFailed:
        hold.record = replace(hold.record, soaking=replace(watched, until=now + LOOK_AGAIN))
        hold.save()
        return
    if fault is None:
        _save_as_good(target, watched, world, now)
    hold.record = replace(hold.record, soaking=None)
    facts = {
        "version": watched.version,
        "config": watched.config,
        "since": stamp(watched.since),
        "says": fault or "ran without an incident",
    }
    hold.note(f"release/{target.name}", "not_soaked" if fault else "soaked", facts)


def soak_fault(record: TargetRecord, watched: Soaking, seen: Snapshot) -> str | None:
    """Return why the release cannot be called good, None when it can."""
    if record.incident and record.incident.opened_at >= watched.since:
        return f"incident {record.incident.id} opened while it ran"
    if seen.current.get(CONFIG) != watched.config or not seen.settled:
        return f"the target no longer runs {watched.config}"
    return None


def _save_as_good(target: Target, watched: Soaking, world: World, now: datetime) -> None:
    for release in world.releases.of(target.name):
        if release.version == watched.version and not release.known_good and not release.blamed:
            world.releases.save(
                replace(release, known_good="soaked", known_good_at=now, known_good_by=world.actor.name)
            )
