"""`responder releases`: tell the responder what was released, and vouch for what runs well."""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from responder.commands import connect
from responder.domain.journal import Soaking, TargetRecord
from responder.domain.plain import stamp
from responder.domain.release import Release
from responder.domain.target import Target
from responder.errors import NotThere
from responder.workflow.hold import Hold
from responder.workflow.releasing import see_configuration, see_running
from responder.workflow.respond import go_on
from responder.workflow.world import World


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("releases", help="release markers: what was deployed, and what is known to be good")
    verbs = parser.add_subparsers(dest="verb", required=True)
    listed = verbs.add_parser("list", help="a target's releases, oldest first")
    listed.add_argument("target")
    listed.set_defaults(run=list_them)
    mark = verbs.add_parser(
        "mark", help="write a marker for what the target runs now (call this from your pipeline after each deploy)"
    )
    adopt = verbs.add_parser("adopt", help="vouch, as a person, that what the target runs now is good")
    clear = verbs.add_parser("clear", help="say, as a person, that a rollback is understood; the gate may open again")
    for verb in (mark, adopt, clear):
        verb.add_argument("target")
        verb.add_argument("--version", required=True, help="the version tag people know it by")
    for verb in (mark, adopt):
        verb.add_argument("--adapter", action="store_true", help="of the target's adapter, beside what else it runs")
    mark.set_defaults(run=mark_it)
    adopt.set_defaults(run=adopt_it)
    clear.set_defaults(run=clear_it)


def list_them(asked: argparse.Namespace) -> int:
    here = connect.connected(asked.stack)
    target = _target(asked.target, here.world)
    running = _running(target, here.world)
    releases = here.world.releases.of(target.name)
    if not releases:
        print(
            f"no release of {target.name} is marked yet;"
            f" begin with: responder releases adopt {target.name} --version TAG"
        )
    for release in releases:
        print(_line(release, release.config in running))
    return 0


def mark_it(asked: argparse.Namespace) -> int:
    here = connect.connected(asked.stack)
    target = _target(asked.target, here.world)
    now = connect.now()
    release = _seen(target, asked, here, now)
    soaking = Soaking(release.version, release.config, now, now + target.soak)
    _write(here.world, target, release, "marked", now, soaking)
    print(
        f"marked {release.version} ({release.config}) on {target.name};"
        f" known good at {stamp(soaking.until)} if nothing happens until then"
    )
    return 0


def adopt_it(asked: argparse.Namespace) -> int:
    here = connect.connected(asked.stack)
    target = _target(asked.target, here.world)
    now = connect.now()
    marked = [r for r in here.world.releases.of(target.name) if r.version == asked.version]
    seen = _seen(target, asked, here, now)
    if marked and marked[-1].config != seen.config:
        raise NotThere(
            f"{target.name} runs {seen.config}, but {asked.version} was marked as {marked[-1].config};"
            " only what runs can be vouched for"
        )
    known = replace(marked[-1], digests=seen.digests, blamed=None, cleared=None) if marked else seen
    release = replace(known, known_good="adopted", known_good_at=now, known_good_by=here.who)
    _write(here.world, target, release, "adopted", now, None)
    print(f"{here.who} vouches for {release.version} ({release.config}) on {target.name}")
    return 0


def clear_it(asked: argparse.Namespace) -> int:
    here = connect.connected(asked.stack)
    target = _target(asked.target, here.world)
    blamed = [r for r in here.world.releases.of(target.name) if r.version == asked.version and r.blamed]
    if not blamed:
        raise NotThere(f"{asked.version} on {target.name} was not rolled back, so there is nothing to clear")
    soaking = here.world.journal.read(target.resource).soaking
    _write(here.world, target, replace(blamed[-1], cleared=here.who), "cleared", connect.now(), soaking)
    print(f"{here.who} cleared {asked.version} on {target.name}; it is still never gone back to")
    return 0


def _seen(target: Target, asked: argparse.Namespace, here: connect.Connected, now: datetime) -> Release:
    """Describe what runs now, with the digests of everything it is made of."""
    snapshot = see_running(target, here.world, adapter=asked.adapter)
    if not snapshot.settled:
        raise NotThere(f"{target.name} is {snapshot.state}; wait until it is InService, then mark it")
    config = snapshot.release
    if not config:
        raise NotThere(f"{target.name} runs no one version ({snapshot.says or snapshot.state}); mark it when it does")
    found = see_configuration(target, config, here.world).artefacts
    if found.missing:
        raise NotThere(
            f"cannot read {', '.join(found.missing)} of {config}; without digests it can never be gone back to"
        )
    return Release(target.name, asked.version, config, found.digests, now, here.who)


def _running(target: Target, world: World) -> set[str]:
    """Return what is in service, of the target's adapter as well."""
    found = {see_running(target, world).release}
    return found | ({see_running(target, world, adapter=True).release} if target.touch.adapter else set())


def _write(world: World, target: Target, release: Release, kind: str, now: datetime, soaking: Soaking | None) -> None:
    """Write the marker under the target's lease: first the journal, then the marker."""
    record = replace(world.journal.read(target.resource), soaking=soaking)
    hold = Hold.take(world.journal, _kept(record, soaking, world, target), world.actor, now)
    hold.note(
        f"release/{target.name}",
        kind,
        {
            "version": release.version,
            "config": release.config,
            "digests": release.digests,
            "by": release.cleared or release.known_good_by or release.marked_by,
        },
    )
    world.releases.save(release)
    go_on(hold, world, now)


def _kept(record: TargetRecord, soaking: Soaking | None, world: World, target: Target) -> TargetRecord:
    """A new marker ends the watch over the release before it; adopting does not."""
    return record if soaking else replace(record, soaking=world.journal.read(target.resource).soaking)


def _target(name: str, world: World) -> Target:
    found = world.library.target(name)
    if found is None:
        raise NotThere(f"services.yaml has no target {name!r}; it has: {_names(world.library.targets)}")
    return found


def _names(targets: Sequence[Target]) -> str:
    return ", ".join(t.name for t in targets) or "none (is RUNBOOKS_DIR set?)"


def _line(release: Release, running: bool) -> str:  # noqa: FBT001  # named where it is called
    good = f"{release.known_good} good by {release.known_good_by}" if release.known_good else "not known to be good"
    cleared = f", cleared by {release.cleared}" if release.cleared else ""
    blamed = f", blamed by {release.blamed}{cleared}" if release.blamed else ""
    return (
        f"{'*' if running else ' '} {stamp(release.marked_at)}  {release.version:12} {release.config:24} {good}{blamed}"
    )
