"""`responder registry`: look at a target's model registry, and at what a restore would move; touches nothing."""

import argparse
from collections.abc import Iterator

from responder.commands import connect
from responder.domain.plain import stamp
from responder.domain.plans.registry import Registry
from responder.domain.plans.restore import moves
from responder.domain.remediation import Candidate
from responder.domain.target import Target
from responder.errors import NotThere
from responder.workflow.look_around import snapshots


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("registry", help="a target's model registry: what is in force, and the way back")
    verbs = parser.add_subparsers(dest="verb", required=True)
    shown = verbs.add_parser("list", help="a target's pointers and versions, with the digests of their parts")
    shown.set_defaults(run=list_them)
    compared = verbs.add_parser("diff", help="what a restore would move now, and what speaks against each snapshot")
    compared.set_defaults(run=diff)
    for verb in (shown, compared):
        verb.add_argument("target")


def list_them(asked: argparse.Namespace) -> int:
    world = connect.connected(asked.stack).world
    target = _target(asked.target, world.library.target(asked.target))
    print("\n".join(_lines(world.registry.read(target))))
    return 0


def diff(asked: argparse.Namespace) -> int:
    """Print the dry run of a restore whose onset is now."""
    world = connect.connected(asked.stack).world
    target = _target(asked.target, world.library.target(asked.target))
    now = world.registry.read(target).entries(target.touch.models)
    looked = snapshots(target, connect.now(), world)
    if not looked:
        print("there is no snapshot yet; the function snapshot_registry takes one every 15 minutes")
    for one in looked:
        print("\n".join(_compared(one, now)))
    return 0


def _target(name: str, found: Target | None) -> Target:
    if found is None or not found.touch.registered:
        raise NotThere(f"services.yaml has no target {name!r} that names a registry")
    return found


def _lines(registry: Registry) -> Iterator[str]:
    for entry, number in sorted(registry.aliases.items()):
        yield f"{entry} -> {number}"
    for entry, approval in sorted(registry.approvals.items()):
        yield f"  {entry} is {approval}"
    for version in registry.versions:
        parts = ", ".join(f"{part} {digest}" for part, digest in sorted(version.digests.items()))
        yield f"  {version.model} {version.version} ({version.fingerprint}): {parts or 'no digests'}"


def _compared(one: Candidate, now: dict[str, str]) -> Iterator[str]:
    yield f"{one.key} ({stamp(one.taken_at)}): {one.fault or 'can be trusted'}"
    if one.fault is None:
        there = {entry: value for entry, value in one.values.items() if entry in now}
        moved = [f"  would move {entry} from {old} to {new}" for entry, old, new in moves(now, there)]
        yield from moved or ["  would move nothing: the registry stands like this"]
