"""Examine, from inside the function's own network and under its own role, whether it could do its work.

Every check says what it saw, or what is wrong and what to do. Nothing is changed; a test message is sent
only when asked for.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from responder.domain.books import silent
from responder.domain.duration import roughly
from responder.domain.levers import levers_of
from responder.domain.message import WATCHDOG
from responder.domain.mode import Mode
from responder.domain.plain import stamp
from responder.domain.remediation import Snapshot
from responder.domain.runbook import Action
from responder.domain.target import Target, Team
from responder.errors import NotThere, ResponderError
from responder.ports import Channel, Letter, LockView
from responder.workflow.releasing import of_sort, see_configuration
from responder.workflow.world import World


@dataclass(frozen=True)
class Check:
    """One thing looked at."""

    what: str
    well: bool
    says: str


def examine(world: World, lock: LockView, now: datetime, *, send: bool) -> list[Check]:
    """Look at everything once; one failing check never stops the next."""
    checks = [
        _check("journal", lambda: _journal(world)),
        _check("audit lock", lock.describe),
        _check("mode", lambda: _mode(world)),
        _check("Prometheus", lambda: _prometheus(world, now)),
        _check("still firing?", lambda: _view(world)),
        _check("Watchdog", lambda: _watchdog(world, now)),
        _check("services.yaml", lambda: _services(world)),
    ]
    checks += [_check(f"target {t.name}", partial(_target, t, world)) for t in world.library.targets]
    return [*checks, *_channels(world, now, send=send)]


def _check(what: str, look: Callable[[], str]) -> Check:
    try:
        return Check(what, well=True, says=look())
    except ResponderError as error:
        return Check(what, well=False, says=str(error))


def _journal(world: World) -> str:
    world.journal.read("doctor")
    world.journal.entries("doctor", 1)
    return "readable"


def _mode(world: World) -> str:
    settings = world.modes.read(["global"])
    if "global" not in settings:
        raise NotThere(
            "the global mode cannot be read, so everything is only observed; check MODE_PREFIX and ssm:GetParameters"
        )
    text = settings["global"].strip().lower()
    if text not in list(Mode):
        raise NotThere(
            f"the global mode is {text!r}, which is none of {', '.join(Mode)}; set it with: responder mode observe"
        )
    return f"global is {text}"


def _prometheus(world: World, now: datetime) -> str:
    if world.metrics is None:
        raise NotThere(
            "PROMETHEUS_URL is not set: no evidence, no verification, so nothing is ever done;"
            " deploy with PrometheusUrl"
        )
    samples = world.metrics.query("vector(1)", now)
    return f"answers ({len(samples)} sample for vector(1))"


def _view(world: World) -> str:
    if world.alerts is None:
        raise NotThere(
            "neither Alertmanager nor Prometheus can be asked: autonomy ends at suggest; deploy with AlertmanagerUrl"
        )
    return f"can be asked of {type(world.alerts).__name__.removesuffix('View')}"


def _watchdog(world: World, now: datetime) -> str:
    heard = world.journal.read(WATCHDOG).heard
    if not heard:
        raise NotThere(
            "Alertmanager's Watchdog was never heard, so its silence can wake nobody;"
            " load infra/prometheus/rules/watchdog.yml and take the route of infra/alertmanager/receiver.yml"
        )
    if quiet := silent(heard, now):
        raise NotThere(f"no longer heard from {', '.join(quiet)}: alerts may not arrive; look at Alertmanager's log")
    return "; ".join(f"heard from {source} {roughly(now - at)} ago" for source, at in sorted(heard.items()))


def _services(world: World) -> str:
    if not world.library.targets:
        raise NotThere("names no target, so nothing may be touched; add your services and build with RUNBOOKS_DIR")
    return f"{len(world.library.targets)} targets: {', '.join(t.name for t in world.library.targets)}"


def _target(target: Target, world: World) -> str:
    looked = {lever: world.remediators[lever].observe(target) for lever in levers_of(target)}
    runs = [seen for lever, seen in looked.items() if lever.action in (Action.ROLLBACK, Action.RESTORE_ADAPTER)]
    if not runs:
        return "; ".join(f"{lever}: {snapshot.state}" for lever, snapshot in looked.items())
    return "; ".join(_running(target, seen, world) for seen in runs)


def _running(target: Target, seen: Snapshot, world: World) -> str:
    """Say what runs, and whether there is a way back from it."""
    config, adapter = seen.release, seen.piecemeal
    if not config:
        raise NotThere(f"{seen.state}: {seen.says}; nothing can be vouched for until all have one version")
    missing = see_configuration(target, config, world).artefacts.missing
    if missing:
        raise NotThere(
            f"runs {config}, but {', '.join(missing)} cannot be read: releases of it can never be known good"
        )
    good = sum(r.known_good is not None and not r.blamed for r in of_sort(target, world, adapter=adapter))
    if not good:
        raise NotThere(
            f"{seen.state} on {config}, but no release is known good;"
            f" vouch for one: responder releases adopt {target.name} --version TAG{' --adapter' * adapter}"
        )
    return f"{seen.state} on {config}, {good} known good releases; whether it may be changed is only seen when it is"


def _channels(world: World, now: datetime, *, send: bool) -> Iterator[Check]:
    for channel in world.channels:
        name = f"channel {channel.name}"
        yield _check(name, partial(_look, channel, world))
        if send:
            yield _check(name, partial(_send, channel, now))


def _look(channel: Channel, world: World) -> str:
    """Look once for the stack's own destination and once for each that a team has of its own."""
    return "; ".join(dict.fromkeys(channel.look(to) for to in dict.fromkeys([Team(), *world.library.teams.values()])))


def _send(channel: Channel, now: datetime) -> str:
    says = "This is a test of the alert responder; nothing is wrong and nobody has to do anything."
    kind = next(iter(channel.kinds))
    letter = Letter(f"doctor-{stamp(now)}", kind, "info", "[test] alert responder", says, "responder doctor", 1)
    sent = channel.send(letter)
    channel.resolve(letter, sent)
    return f"took a test message ({sent})"
