"""On schedule: write down where every pointer of the model registries stands, and which targets ran well on that.

A snapshot is what a restore goes back to, so it says for each target since when its entries stood as they do; a
target has soaked when that is long enough and no incident was open meanwhile.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from responder.domain.incident import State
from responder.domain.plans.registry import Registry, RegistrySnapshot, take
from responder.domain.target import Target
from responder.errors import ActionFailed, CannotKnow
from responder.ports import Journal, ModelRegistry, RegistrySnapshots


@dataclass(frozen=True)
class Snapshotting:
    """The ports of this story."""

    registry: ModelRegistry
    snapshots: RegistrySnapshots
    journal: Journal


def snapshot_registry(here: Snapshotting, targets: Sequence[Target], now: datetime) -> RegistrySnapshot | None:
    """Take and keep a snapshot; nothing where no target of this account names a registry.

    One registry that cannot be read keeps no other from being written down; then CannotKnow is raised, which names it.
    """
    ours = [t for t in targets if t.touch.registered and not t.role_arn]
    if not ours:
        return None
    found, unread = _read(here.registry, ours)
    last = next(iter(here.snapshots.before(now, 1)), None)
    snapshot = take(found, last, ours, dict(_troubled(here.journal, ours, now)), now)
    if found:
        here.snapshots.keep(snapshot)
    if unread:
        raise CannotKnow(f"not in the snapshot: {'; '.join(unread)}")
    return snapshot


def _read(registry: ModelRegistry, targets: Sequence[Target]) -> tuple[dict[str, Registry], list[str]]:
    """Return what each target's registry says, and why one says nothing."""
    found: dict[str, Registry] = {}
    unread: list[str] = []
    for target in targets:
        try:
            found[target.name] = registry.read(target)
        except ActionFailed as error:
            unread.append(f"{target.name}: {error}")
    return found, unread


def _troubled(journal: Journal, targets: Sequence[Target], now: datetime) -> Iterator[tuple[str, datetime]]:
    """Return when each target was last in trouble: now, for an incident that is open."""
    for target in targets:
        incident = journal.read(target.resource).incident
        if incident and incident.state is not State.CLOSED:
            yield target.name, now
        elif incident:
            yield target.name, max([incident.opened_at, *(e.ends_at for e in incident.episodes if e.ends_at)])
