"""Plan to take the one shard out that carries the load of many, and to put it back once the service is well.

Which one it is says the measured load of every shard, never an alert: a label may only agree with what is registered.
Enough healthy ones must stay, and where the load of one is not known nothing is drained.
"""

from collections.abc import Mapping
from shlex import quote

from responder.domain.plans.throttle import AT_LEAST
from responder.domain.remediation import NoPlan, Plan, Surroundings
from responder.domain.runbook import Action, Step
from responder.domain.target import Target
from responder.domain.touch import TouchKind

SHARDS = "shards"
EVEN = "even"
STANDS_OUT = 1.5  # times the mean, as the alert rule and the page say


def plan_drain(target: Target, kind: TouchKind, step: Step, around: Surroundings) -> Plan | NoPlan:
    """Deregister the hottest shard; say why when none stands out, or too few would stay."""
    name, seen, group = target.touch.names[kind], around.seen, target.touch.target_group
    if seen.failed or not seen.settled:
        return NoPlan("not_settled", f"{name} is not settled ({seen.state}); something else is in flight")
    shards = members(seen.current)
    loads = _load_of(shards, around.loads)
    unknown = sorted(set(shards) - set(loads))
    if unknown or not loads:
        return NoPlan(
            "no_load", f"nobody measures the load of {', '.join(unknown) or 'any shard'}; it is not known which is hot"
        )
    hot = max(loads, key=lambda shard: loads[shard])
    times = loads[hot] / (sum(loads.values()) / len(loads) or 1)
    if times < STANDS_OUT:
        return NoPlan(EVEN, f"no shard of {name} stands out: the busiest does {times:.2g} times the mean")
    staying = set(seen.shape) - {hot}
    if group is None or len(staying) < group.least:
        return NoPlan(AT_LEAST, f"without {hot} only {len(staying)} healthy shards of {name} would stay")
    wanted = {SHARDS: ",".join(shard for shard in shards if shard != hot)}
    return Plan(
        action=Action.DRAIN,
        kind=kind,
        resource=target.things[kind],
        before=seen.current,
        desired=wanted,
        converge_within=step.converge_within,
        says=f"drain {hot} of {name} ({times:.2g} times the mean), {_afterwards(step)}",
        command=_command(target, "deregister", hot),
        undo_command=_command(target, "register", hot),
        lift=(seen.current,) if step.lift_in else (),
        drift=f"{hot} is out of {name}",
    )


def members(values: Mapping[str, str]) -> list[str]:
    return [shard for shard in values[SHARDS].split(",") if shard]


def _load_of(shards: list[str], loads: Mapping[str, float]) -> dict[str, float]:
    """Find each shard's load under `id:port`, or under its id where that is one shard's alone."""
    ids = [shard.rpartition(":")[0] for shard in shards]
    known = {
        shard: loads.get(shard, loads.get(i) if ids.count(i) == 1 else None)
        for shard, i in zip(shards, ids, strict=True)
    }
    return {shard: load for shard, load in known.items() if load is not None}


def _afterwards(step: Step) -> str:
    return "and back once it is well" if step.lift_in else "until a person puts it back"


def _command(target: Target, verb: str, shard: str) -> str:
    where, _, port = shard.rpartition(":")
    group = target.touch.target_group.group if target.touch.target_group else ""
    return (
        f"aws elbv2 {verb}-targets --region {quote(target.region)} --target-group-arn {quote(group)}"
        f" --targets Id={quote(where)},Port={quote(port)}"
    )
