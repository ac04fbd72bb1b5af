"""What a model registry says, and its snapshots.

An entry is an alias of a model (`chat@live`) that points at a version; a version is known by its digests (model,
tokenizer, base model, adapter). An entry is compared together with the fingerprint of the version it points at, so
that a version that was tampered with is never mistaken for what the snapshot holds, neither before nor after.

Where versions are approved instead (SageMaker), the entry is `chat@approved`: it points at the newest version that
is. What is moved there are the approvals themselves, each for its own version.

A snapshot is worth restoring when it was taken before the trouble began, when the target ran well on it
(`soaked`), and when every version it points at is still what it was, in the registry and in the store.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from responder.domain.plain import canonical, from_plain, sha256, stamp, to_plain
from responder.domain.release import Artefacts
from responder.domain.remediation import Candidate
from responder.domain.target import Target
from responder.errors import CannotKnow, CannotRead

SCHEMA = 1
PREFIX = "registry/v1/"
APPROVED, REJECTED = "Approved", "Rejected"
IN_FORCE = "approved"  # what stands for an alias where versions are approved
UNREAD = ""  # the digest of a part that cannot be read


@dataclass(frozen=True)
class ModelVersion:
    """One version of a model: the digests of its parts, and the objects they were taken from."""

    model: str
    version: str
    digests: dict[str, str]
    objects: dict[str, str] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        return sha256(canonical([self.model, self.version, self.digests, self.objects]))[:16]


@dataclass(frozen=True)
class Registry:
    """The registry as it is: aliases (`model@alias` to a version) and versions.

    `approvals` is what was decided of each version (`model@version`), where versions are approved.
    """

    aliases: dict[str, str] = field(default_factory=dict)
    versions: tuple[ModelVersion, ...] = ()
    approvals: dict[str, str] = field(default_factory=dict)

    def version(self, entry: str, number: str) -> ModelVersion | None:
        model = entry.partition("@")[0]
        return next((v for v in self.versions if (v.model, v.version) == (model, number)), None)

    def entries(self, models: Sequence[str]) -> dict[str, str]:
        """Return where the aliases of these models point: version and fingerprint, as plan values."""
        ours = {entry: number for entry, number in self.aliases.items() if entry.partition("@")[0] in models}
        found = {entry: self.version(entry, number) for entry, number in ours.items()}
        return {entry: _value(ours[entry], version) for entry, version in sorted(found.items())}

    @property
    def told(self) -> str:
        """Say in a line how many entries there are, and which of them could not be gone back to."""
        bare = sorted(entry for entry, number in self.aliases.items() if not _is_known(self.version(entry, number)))
        return f"{len(self.aliases)} entries" + (f", without digests: {', '.join(bare)}" if bare else "")

    def values(self, models: Sequence[str]) -> dict[str, str]:
        """Return what of these models can be moved, as plan values: approvals where there are any, else aliases."""
        if not self.approvals:
            return self.entries(models)
        placed = {entry: (entry.rpartition("@"), said) for entry, said in sorted(self.approvals.items())}
        return {
            entry: _value(said, self.version(model, number))
            for entry, ((model, _, number), said) in placed.items()
            if model in models
        }


@dataclass(frozen=True)
class RegistrySnapshot:
    """The registries at one moment: tables in `registry`, each other one under its own name.

    `unchanged` says since when the entries of each target have stood as they do; `soaked` names the targets that
    are known to run well on them.
    """

    taken_at: datetime
    registry: Registry
    unchanged: dict[str, datetime] = field(default_factory=dict)
    soaked: tuple[str, ...] = ()
    others: dict[str, Registry] = field(default_factory=dict)

    def of(self, target: Target) -> Registry:
        """Return what it holds of the target's own registry."""
        return self.registry if target.touch.registry else self.others.get(target.registry, Registry())

    @property
    def key(self) -> str:
        return f"{PREFIX}{stamp(self.taken_at)}.json"

    @property
    def text(self) -> str:
        """Canonical JSON that carries its own SHA-256."""
        plain = {"v": SCHEMA, **to_plain(self)}
        return canonical({**plain, "sha256": sha256(canonical(plain))})


def read_snapshot(text: str, key: str) -> RegistrySnapshot:
    """Read a snapshot back; raise CannotRead when it is not what was written."""
    fact = json.loads(text)
    said = fact.pop("sha256", None) if isinstance(fact, dict) else None
    if said != sha256(canonical(fact)):
        raise CannotRead(f"{key} is not what was written: its sha256 does not match")
    return from_plain(RegistrySnapshot, fact, key)


def take(
    found: Mapping[str, Registry],
    last: RegistrySnapshot | None,
    targets: Sequence[Target],
    troubled: Mapping[str, datetime],
    now: datetime,
) -> RegistrySnapshot:
    """Take a snapshot of what was found for each target, by its name.

    `troubled` is when each target last had an incident, a moment yet to come for an open one. A target has soaked
    when its entries stayed as they were for its `soak`, and no incident was open meanwhile.
    """
    ours = {t.name: t for t in targets if t.registry and t.name in found}
    since = {name: _unchanged_since(t, found[name], last, now) for name, t in ours.items()}
    quiet = {name: max(at, troubled.get(name, at)) for name, at in since.items()}
    soaked = tuple(name for name, at in sorted(quiet.items()) if now - at >= ours[name].soak)
    tables = [found[name] for name, t in ours.items() if t.touch.registry]
    others = {t.registry: found[name] for name, t in ours.items() if not t.touch.registry}
    return RegistrySnapshot(now, _whole(tables), since, soaked, others)


def part_changed(now: Registry, before: RegistrySnapshot, target: Target, part: str) -> bool:
    """Say whether a part (tokenizer, adapter, ...) of what the target's entries point at differs from a snapshot.

    Raise CannotKnow where no entry says what it is, or where one cannot be read: it may be inside of another part.
    """
    old, new = (_digests(registry, target.touch.models, part) for registry in (before.of(target), now))
    if not old and not new:
        raise CannotKnow(f"no entry of {target.name} says what its {part} is")
    if unread := sorted(entry for entry, digest in new.items() if digest == UNREAD):
        raise CannotKnow(f"the {part} of {', '.join(unread)} cannot be read")
    return old != new


def candidate(snapshot: RegistrySnapshot, target: Target, now: Registry, found: Mapping[str, Artefacts]) -> Candidate:
    """Say what a snapshot holds for a target, and what speaks against going back to it; `found` is by fingerprint."""
    values = snapshot.of(target).entries(target.touch.models)
    return Candidate(snapshot.key, snapshot.taken_at, values, _fault(snapshot, target, values, now, found))


def pointed_at(snapshot: RegistrySnapshot, target: Target) -> list[ModelVersion]:
    """Return the versions a target would run on after a restore."""
    held, models = snapshot.of(target), target.touch.models
    found = [held.version(entry, n) for entry, n in held.aliases.items() if entry.partition("@")[0] in models]
    return [version for version in found if version]


def in_force(approvals: Mapping[str, str]) -> dict[str, str]:
    """Return the newest approved version of each model, as an alias."""
    approved = [entry.rpartition("@") for entry, said in approvals.items() if said == APPROVED]
    newest: dict[str, int] = {}
    for model, _, number in approved:
        newest[model] = max(newest.get(model, 0), int(number))
    return {f"{model}@{IN_FORCE}": str(number) for model, number in newest.items()}


def _is_known(version: ModelVersion | None) -> bool:
    return version is not None and bool(version.digests) and UNREAD not in version.digests.values()


def _value(stands: str, version: ModelVersion | None) -> str:
    return f"{stands} {version.fingerprint if version else 'missing'}"


def _whole(registries: Sequence[Registry]) -> Registry:
    return Registry(
        {entry: number for registry in registries for entry, number in registry.aliases.items()},
        tuple(version for registry in registries for version in registry.versions),
    )


def _digests(registry: Registry, models: Sequence[str], part: str) -> dict[str, str]:
    pointed = {e: registry.version(e, n) for e, n in registry.aliases.items() if e.partition("@")[0] in models}
    return {entry: v.digests[part] for entry, v in pointed.items() if v and part in v.digests}


def _unchanged_since(target: Target, registry: Registry, last: RegistrySnapshot | None, now: datetime) -> datetime:
    models = target.touch.models
    if last is None or last.of(target).entries(models) != registry.entries(models):
        return now
    return last.unchanged.get(target.name, last.taken_at)


def _fault(
    snapshot: RegistrySnapshot, target: Target, values: Mapping[str, str], now: Registry, found: Mapping[str, Artefacts]
) -> str | None:
    if target.name not in snapshot.soaked:
        return f"{target.name} is not known to have run well on it"
    if not values:
        return f"it has no entry of {target.name}"
    for entry, value in values.items():
        number, fingerprint = value.split(" ")
        kept, there = snapshot.of(target).version(entry, number), now.version(entry, number)
        if there is None:
            return f"version {number} of {entry} is no longer among those looked at"
        if kept is None or there.fingerprint != fingerprint:
            return f"version {number} of {entry} is not what it was"
        digests = found.get(fingerprint, Artefacts(missing=("everything",)))
        changed = sorted(part for part, digest in kept.digests.items() if digests.digests.get(part) != digest)
        if digests.missing or changed or not kept.digests:
            parts = ", ".join((*digests.missing, *changed)) or "no digests"
            return f"version {number} of {entry}: {parts} cannot be trusted"
    return None
