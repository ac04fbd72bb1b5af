"""Read `services.yaml`, the allow-list: what may be touched, how often the whole fleet may be, what a storm is."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from responder.domain.runbook import FLEET, STORM, OneQuota, Quota, Quotas
from responder.domain.target import Target, Team
from responder.domain.touch import REGISTRIES, TouchKind
from responder.domain.written import Finding, Place, Written, nearest, read_as, read_yaml, refuse

_KEYS = ["services", "fleet", "storm", "teams"]
_NAME = re.compile(r"[a-z0-9-]{1,63}")
_ACCOUNT = re.compile(r"\d{12}")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/.+")
_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Services:
    """The targets, the fleet's quotas, where each team is told, and how many targets in trouble are a storm."""

    targets: tuple[Target, ...]
    fleet: Quotas
    teams: dict[str, Team] = field(default_factory=dict)
    storm: Quota = STORM


@dataclass(frozen=True)
class _Fleet:
    fleet: Quotas = FLEET
    storm: OneQuota = STORM


@dataclass(frozen=True)
class _Teams:
    teams: dict[str, Team]


def parse_services(text: str, path: str) -> Services:
    """Read the file written at `path`; raise CannotRead with all its faults."""
    written = read_yaml(text, path)
    if isinstance(written, Finding):
        refuse([written])
    assert isinstance(written, Written)  # noqa: S101  # a finding was refused one line above
    data = written.data if isinstance(written.data, dict) else {}
    findings = list(_shape_faults(data, written))
    targets = []
    for name, entry in (data.get("services") or {}).items() if not findings else ():
        target = read_as(Target, {**entry, "name": str(name)}, written, ("services", name))
        findings += target.findings
        targets += [target.value] if target.value else []
    fleet = read_as(_Fleet, {key: data[key] for key in ("fleet", "storm") if key in data}, written)
    teams = read_as(_Teams, {"teams": data.get("teams") or {}}, written)
    refuse([*findings, *fleet.findings, *teams.findings, *_faults(targets, written)])
    limits = fleet.value or _Fleet()
    return Services(tuple(targets), limits.fleet, teams.value.teams if teams.value else {}, limits.storm)


def _shape_faults(data: dict[str, object], at: Written) -> Iterator[Finding]:
    if "services" not in data:
        yield at.finding((), "key services is missing", "write services: {} when nothing may be touched")
    for key in data.keys() - set(_KEYS):
        yield at.finding((key,), f"unknown key {key}", nearest(key, _KEYS))
    services = data.get("services") or {}
    if not isinstance(services, dict):
        yield at.finding(
            ("services",), "services is not a map", "write one entry per target: name, then its keys indented"
        )
        return
    for name, entry in services.items():
        if not isinstance(entry, dict):
            yield at.finding(
                ("services", name),
                f"{name} is not an entry",
                "give it match, account, region, touch, series and team",
            )
        elif "name" in entry:
            yield at.finding(
                ("services", name, "name"),
                f"unknown key services.{name}.name",
                "the entry's key is its name; remove it",
            )


def _faults(targets: Sequence[Target], at: Written) -> Iterator[Finding]:
    owners: dict[str, str] = {}
    for target in targets:
        yield from _entry_faults(target, ("services", target.name), at)
        for thing in target.claims:
            other = owners.setdefault(thing, target.name)
            if other != target.name:
                what = f"{target.name} may touch the same resource as {other}: {thing}"
                yield at.finding(
                    ("services", target.name, "touch"),
                    what,
                    "keep one entry; a list of label values lets it match both",
                )
    for second in [t for t in targets if t.default][1:]:
        yield at.finding(
            ("services", second.name, "default"),
            f"{second.name} is a second default",
            "only one entry may be the default",
        )


def _entry_faults(target: Target, place: Place, at: Written) -> Iterator[Finding]:
    if not _NAME.fullmatch(target.name):
        yield at.finding(place, f"{target.name!r} is not a name", "use 1 to 63 of a-z, 0-9 and -")
    if not _ACCOUNT.fullmatch(target.account):
        yield at.finding(
            (*place, "account"),
            f"{target.account!r} is not an account",
            'write its 12 digits in quotes, like "123456789012"',
        )
    if not target.match:
        yield at.finding(
            (*place, "match"),
            f"{target.name} matches every alert",
            "name at least one label, like {model: chat}",
        )
    if not target.series:
        yield at.finding(
            (*place, "series"),
            f"{target.name} has no series, so its queries would measure every service",
            "write for example series: {model: chat}",
        )
    for label in (*target.match, *target.series):
        if not _LABEL.fullmatch(label):
            yield at.finding(place, f"{label!r} is not a label name", "use letters, digits and _")
    if not target.things:
        yield at.finding(
            (*place, "touch"),
            f"{target.name} names nothing that may be touched",
            "write for example touch: {sagemaker_endpoint: chat}",
        )
    yield from _elsewhere(target, place, at)
    yield from _mixed(target, place, at)
    yield from _second_registry(target, place, at)
    yield from _circuits(target, place, at)
    yield from _all_nothing(target, place, at)
    role = _ROLE.fullmatch(target.role_arn or "")
    if target.role_arn and (not role or role[1] != target.account):
        yield at.finding(
            (*place, "role_arn"),
            f"{target.role_arn!r} is not a role in account {target.account}",
            "write arn:aws:iam::<account>:role/<name>",
        )


def _mixed(target: Target, place: Place, at: Written) -> Iterator[Finding]:
    """Dead letters go back to where they died, and SQS knows no other way."""
    named = target.touch.dead_letters
    for number, queue in enumerate(named.of if named else ()):
        why = named.unfit(queue, target.region, target.account) if named else None
        if named and why:
            yield at.finding(
                (*place, "touch", "dead_letters", "of", number),
                f"{target.name}: {queue} cannot have dead letters in {named.name}: {why}",
                "name the queues whose RedrivePolicy leads there: same account and region, FIFO to FIFO",
            )


def _second_registry(target: Target, place: Place, at: Written) -> Iterator[Finding]:
    """One registry says which version is in force; of a second one no snapshot would be restored."""
    for kind in [kind for kind in REGISTRIES if kind in target.touch.names][1:]:
        yield at.finding(
            (*place, "touch", kind),
            f"{target.name} names a second model registry: {kind}",
            "name the one the service loads its models from",
        )


def _circuits(target: Target, place: Place, at: Written) -> Iterator[Finding]:
    """A circuit that is as open half open as open would never probe; of two, one would be opened."""
    flag, here = target.touch.circuit, (*place, "touch", "circuit")
    if flag and target.touch.litellm_circuit:
        yield at.finding(here, f"{target.name} names circuit and litellm_circuit", "keep the one its calls go through")
    if flag and flag.open == flag.half_open:
        yield at.finding(
            (*here, "half_open"), f"{target.name}: half_open is the same as open", "let a share of the calls through"
        )
    for key in sorted(flag.open.keys() ^ flag.half_open.keys() if flag else ()):
        says = f"{target.name}: {key} is in only one of open and half_open"
        yield at.finding((*here, "half_open"), says, "write the same keys in both")


def _all_nothing(target: Target, place: Place, at: Written) -> Iterator[Finding]:
    """Weights that are all 0 send the calls nowhere."""
    for kind in (TouchKind.VARIANT_WEIGHTS, TouchKind.LISTENER_WEIGHTS):
        spread = getattr(target.touch, kind)
        if spread and not any(spread.weights.values()):
            where = (*place, "touch", kind, "weights")
            yield at.finding(where, f"{target.name}: all weights are 0", "give at least one of them a share")


def _elsewhere(target: Target, place: Place, at: Written) -> Iterator[Finding]:
    """What is named by its ARN must be where the entry is."""
    for kind, arn in target.touch.arns.items():
        _, _, _, region, account, *_ = arn.split(":")
        if (region, account) != (target.region, target.account):
            yield at.finding(
                (*place, "touch", kind),
                f"{arn} is in {account}/{region}, {target.name} in {target.account}/{target.region}",
                "name what is in the entry's own account and region, or make an entry of its own",
            )
