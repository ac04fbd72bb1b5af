"""In-memory twins of the model registry and of its snapshots."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from responder.adapters.in_memory import Twin
from responder.adapters.in_memory_levers import Applied
from responder.domain.plans.registry import ModelVersion, Registry, RegistrySnapshot, in_force, read_snapshot
from responder.domain.plans.restore import moves
from responder.domain.release import Artefacts
from responder.domain.remediation import Outcome, Snapshot
from responder.domain.target import Target
from responder.errors import NotThere


@dataclass
class InMemoryRegistry(Twin):
    """`registry` is what it holds, `store` the digests of objects as they are now, by their names."""

    registry: Registry = field(default_factory=Registry)
    store: dict[str, str] = field(default_factory=dict)
    applied: list[Applied] = field(default_factory=list)
    reply: Outcome = field(default_factory=lambda: Outcome("accepted", "accepted", "request-1"))
    lost: bool = False

    def observe(self, target: Target) -> Snapshot:
        found = self.read(target)
        if not found.aliases:
            raise NotThere(f"no registry entry of {target.name}")
        return Snapshot(
            found.values(target.touch.models), found.told, settled=True, piecemeal=not target.touch.registry
        )

    def apply(self, target: Target, seen: Snapshot, desired: Mapping[str, str], token: str) -> Outcome:
        self._up()
        if self.read(target).values(target.touch.models) != seen.current:
            return Outcome("refused", "TransactionCanceledException: a pointer moved since it was looked at")
        self.applied.append((target.registry, dict(desired), token))
        if self.reply.result == "accepted" or (self.reply.result == "unknown" and not self.lost):
            move = self.decide if target.touch.model_packages else self.point
            move(**{entry: new for entry, _, new in moves(seen.current, desired)})
        return self.reply

    def read(self, target: Target) -> Registry:
        self._up()
        models = target.touch.models
        aliases, approvals = (
            {entry: said for entry, said in all_of_them.items() if entry.partition("@")[0] in models}
            for all_of_them in (self.registry.aliases, self.registry.approvals)
        )
        return Registry(aliases, tuple(v for v in self.registry.versions if v.model in models), approvals)

    def artefacts(self, target: Target, version: ModelVersion) -> Artefacts:  # noqa: ARG002  # one store for all
        self._up()
        places = {part: version.objects.get(part, "") for part in version.digests}
        found = {part: self.store[place] for part, place in places.items() if place in self.store}
        return Artefacts(found, tuple(part for part in places if part not in found))

    def add(self, version: ModelVersion) -> None:
        """Register a version, with its objects in the store as they were recorded."""
        self.registry = replace(self.registry, versions=(*self.registry.versions, version))
        self.store |= {place: version.digests[part] for part, place in version.objects.items()}

    def point(self, **aliases: str) -> None:
        self.registry = replace(self.registry, aliases={**self.registry.aliases, **aliases})

    def decide(self, **approvals: str) -> None:
        """Approve or reject versions (`chat@7`), where those decide what is in force."""
        decided = {**self.registry.approvals, **approvals}
        self.registry = replace(self.registry, aliases=in_force(decided), approvals=decided)


@dataclass
class InMemorySnapshots(Twin):
    """`kept` maps a key to the text, as the bucket has it."""

    kept: dict[str, str] = field(default_factory=dict)

    def keep(self, snapshot: RegistrySnapshot) -> None:
        self._up()
        self.kept.setdefault(snapshot.key, snapshot.text)

    def before(self, moment: datetime, most: int) -> list[RegistrySnapshot]:
        self._up()
        found = [read_snapshot(text, key) for key, text in sorted(self.kept.items(), reverse=True)]
        return [snapshot for snapshot in found if snapshot.taken_at < moment][:most]
