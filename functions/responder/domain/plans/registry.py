"""A model registry, its snapshots, and the plan to bring a target's entries back to one of them.

An entry is an alias of a model (`chat@live`) that points at a version; a version is known by its digests (model,
tokenizer, base model, adapter). Only pointers move. An entry is compared together with the fingerprint of the
version it points at, so that a version that was tampered with is never mistaken for what the snapshot holds,
neither before nor after.

A snapshot is worth restoring when it was taken before the trouble began, when the target ran well on it
(`soaked`), and when every version it points at is still what it was, in the registry and in the store.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from shlex import quote

from responder.domain.plain import canonical, from_plain, sha256, stamp, to_plain
from responder.domain.release import Artefacts
from responder.domain.remediation import Candidate, NoPlan, Plan, Surroundings
from responder.domain.runbook import Action, Step
from responder.domain.target import Target
from responder.domain.touch import TouchKind
from responder.errors import CannotRead

SCHEMA = 1
PREFIX = "registry/v1/"
NO_SNAPSHOT = "no_snapshot"
AS_IT_WAS = "as_it_was"


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
    """The registry as it is: aliases (`model@alias` to a version) and versions."""

    aliases: dict[str, str] = field(default_factory=dict)
    versions: tuple[ModelVersion, ...] = ()

    def version(self, entry: str, number: str) -> ModelVersion | None:
        model = entry.partition("@")[0]
        return next((v for v in self.versions if (v.model, v.version) == (model, number)), None)

    def entries(self, models: Sequence[str]) -> dict[str, str]:
        """Return where the aliases of these models point: version and fingerprint, as plan values."""
        ours = {entry: number for entry, number in self.aliases.items() if entry.partition("@")[0] in models}
        found = {entry: self.version(entry, number) for entry, number in ours.items()}
        return {entry: f"{ours[entry]} {v.fingerprint if v else 'missing'}" for entry, v in sorted(found.items())}


@dataclass(frozen=True)
class RegistrySnapshot:
    """The registry at one moment.

    `unchanged` says since when the entries of each target have stood as they do; `soaked` names the targets that
    are known to run well on them.
    """

    taken_at: datetime
    registry: Registry
    unchanged: dict[str, datetime] = field(default_factory=dict)
    soaked: tuple[str, ...] = ()

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
    registry: Registry,
    last: RegistrySnapshot | None,
    targets: Sequence[Target],
    troubled: Mapping[str, datetime],
    now: datetime,
) -> RegistrySnapshot:
    """Take a snapshot; `troubled` is when each target last had an incident, a moment yet to come for an open one.

    A target has soaked when its entries stayed as they were for its `soak`, and no incident was open meanwhile.
    """
    ours = {t.name: t for t in targets if t.touch.registry}
    since = {name: _unchanged_since(t, registry, last, now) for name, t in ours.items()}
    quiet = {name: max(at, troubled.get(name, at)) for name, at in since.items()}
    soaked = tuple(name for name, at in sorted(quiet.items()) if now - at >= ours[name].soak)
    return RegistrySnapshot(now, registry, since, soaked)


def parts_changed(now: Registry, before: RegistrySnapshot, target: Target) -> frozenset[str]:
    """Return which parts (tokenizer, adapter, ...) of what the target's entries point at differ from a snapshot."""
    models = target.touch.registry.models if target.touch.registry else ()
    old, new = _digests(before.registry, models), _digests(now, models)
    return frozenset(place[1] for place in old.keys() | new.keys() if old.get(place) != new.get(place))


def _digests(registry: Registry, models: Sequence[str]) -> dict[tuple[str, str], str]:
    pointed = {e: registry.version(e, n) for e, n in registry.aliases.items() if e.partition("@")[0] in models}
    return {(entry, part): digest for entry, v in pointed.items() if v for part, digest in v.digests.items()}


def candidate(snapshot: RegistrySnapshot, target: Target, now: Registry, found: Mapping[str, Artefacts]) -> Candidate:
    """Say what a snapshot holds for a target, and what speaks against going back to it; `found` is by fingerprint."""
    models = target.touch.registry.models if target.touch.registry else ()
    values = snapshot.registry.entries(models)
    return Candidate(snapshot.key, snapshot.taken_at, values, _fault(snapshot, target, values, now, found))


def pointed_at(snapshot: RegistrySnapshot, target: Target) -> list[ModelVersion]:
    """Return the versions a target would run on after a restore."""
    models = target.touch.registry.models if target.touch.registry else ()
    held = snapshot.registry
    found = [held.version(entry, n) for entry, n in held.aliases.items() if entry.partition("@")[0] in models]
    return [version for version in found if version]


def plan_restore(target: Target, kind: TouchKind, step: Step, around: Surroundings) -> Plan | NoPlan:
    """Move the target's pointers, and nothing else, to where the newest trustworthy snapshot has them."""
    good = next((c for c in around.candidates if c.fault is None), None)
    if good is None:
        return NoPlan(NO_SNAPSHOT, _why_none(around.candidates))
    current = around.seen.current
    gone = sorted(good.values.keys() - current.keys())
    if gone:
        return NoPlan("entry_gone", f"{', '.join(gone)} is in {good.key} but no longer in the registry")
    desired = {**current, **good.values}
    if desired == current:
        return NoPlan(AS_IT_WAS, f"the registry stands as in {good.key}; restoring it would change nothing")
    return _plan(target, kind, step, current, desired, good)


def moves(before: Mapping[str, str], desired: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return the pointers that differ: entry, version now, version wanted."""
    pairs = [(entry, before[entry].split(" ")[0], value.split(" ")[0]) for entry, value in sorted(desired.items())]
    return [(entry, old, new) for entry, old, new in pairs if old != new]


def _plan(
    target: Target, kind: TouchKind, step: Step, current: dict[str, str], desired: dict[str, str], good: Candidate
) -> Plan:
    moved = "; ".join(f"{entry} from {old} to {new}" for entry, old, new in moves(current, desired))
    return Plan(
        action=Action.RESTORE_REGISTRY,
        kind=kind,
        resource=target.things[kind],
        before=current,
        desired=desired,
        converge_within=step.converge_within,
        says=f"restore the registry entries of {target.name} as of {stamp(good.taken_at)}: {moved}",
        command=_command(target, current, desired),
        undo_command=_command(target, desired, current),
        drift=f"whoever moved the registry's pointers may do so again; they stand as of {stamp(good.taken_at)}",
    )


def _command(target: Target, before: Mapping[str, str], desired: Mapping[str, str]) -> str:
    """Write one conditional update for each pointer, as a person would paste it."""
    table = quote(target.touch.registry.table) if target.touch.registry else ""
    return " && ".join(
        f"aws dynamodb update-item --region {quote(target.region)} --table-name {table}"
        f" --key {quote(canonical({key: {'S': value} for key, value in key_of(entry).items()}))}"
        " --update-expression 'SET version = :new' --condition-expression 'version = :old'"
        f" --expression-attribute-values {quote(canonical({':old': {'S': old}, ':new': {'S': new}}))}"
        for entry, old, new in moves(before, desired)
    )


def key_of(entry: str) -> dict[str, str]:
    """Return where an alias stands in the table."""
    model, _, alias = entry.partition("@")
    return {"pk": f"MODEL#{model}", "sk": f"ALIAS#{alias}"}


def _unchanged_since(target: Target, registry: Registry, last: RegistrySnapshot | None, now: datetime) -> datetime:
    models = target.touch.registry.models if target.touch.registry else ()
    if last is None or last.registry.entries(models) != registry.entries(models):
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
        kept, there = snapshot.registry.version(entry, number), now.version(entry, number)
        if kept is None or there is None or there.fingerprint != fingerprint:
            return f"version {number} of {entry} is not what it was"
        digests = found.get(fingerprint, Artefacts(missing=("everything",)))
        changed = sorted(part for part, digest in kept.digests.items() if digests.digests.get(part) != digest)
        if digests.missing or changed or not kept.digests:
            parts = ", ".join((*digests.missing, *changed)) or "no digests"
            return f"version {number} of {entry}: {parts} cannot be trusted"
    return None


def _why_none(candidates: Sequence[Candidate]) -> str:
    if not candidates:
        return "there is no snapshot of the registry from before this began"
    return "no snapshot can be trusted: " + "; ".join(f"{c.key}: {c.fault}" for c in candidates)
