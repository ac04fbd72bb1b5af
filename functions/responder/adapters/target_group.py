"""The shards behind a target group as a target: who is registered, and take one out or put it back.

A shard that is taken out finishes what it has begun (`draining`); it is out when it is no longer listed. One that is
put back is checked first (`initial`). Neither call compares anything, but each names exactly one shard.
"""

from collections.abc import Mapping
from typing import Any

from responder.adapters.answers import ask_once, look
from responder.adapters.roles import RemediationRoles
from responder.domain.plans.drain import SHARDS, members
from responder.domain.remediation import Outcome, Snapshot
from responder.domain.target import Target
from responder.domain.things.load import TargetGroup as Named
from responder.errors import NotThere

_MOVING = frozenset({"draining", "initial"})


class TargetGroup:
    """One call to look, one to change."""

    def __init__(self, roles: RemediationRoles) -> None:
        self._roles = roles

    def observe(self, target: Target) -> Snapshot:
        named = _named(target)
        asked = {"TargetGroupArn": named.group}
        found = look(self._roles, "elbv2", target, named.name, lambda c: c.describe_target_health(**asked))
        return _snapshot(
            {_shard(one["Target"]): one["TargetHealth"]["State"] for one in found["TargetHealthDescriptions"]}
        )

    def apply(self, target: Target, seen: Snapshot, desired: Mapping[str, str], token: str) -> Outcome:
        named, now, wanted = _named(target), members(seen.current), members(desired)
        out, back = sorted(set(now) - set(wanted)), sorted(set(wanted) - set(now))
        asked = {"TargetGroupArn": named.group, "Targets": [_place(shard) for shard in out or back]}
        if out:
            return ask_once(self._roles, "elbv2", target, token, lambda c: c.deregister_targets(**asked))
        return ask_once(self._roles, "elbv2", target, token, lambda c: c.register_targets(**asked))


def _snapshot(states: Mapping[str, str]) -> Snapshot:
    registered = {SHARDS: ",".join(sorted(shard for shard, state in states.items() if state != "draining"))}
    moving = sorted(f"{shard} {state}" for shard, state in states.items() if state in _MOVING)
    return Snapshot(
        current=registered,
        state=", ".join(moving) or f"{len(states)} registered",
        settled=not moving,
        pending=registered if moving else {},
        shape=tuple(sorted(shard for shard, state in states.items() if state == "healthy")),
    )


def _shard(place: Mapping[str, Any]) -> str:
    return f"{place['Id']}:{place['Port']}"


def _place(shard: str) -> dict[str, Any]:
    where, _, port = shard.rpartition(":")
    return {"Id": where, "Port": int(port)}


def _named(target: Target) -> Named:
    if not target.touch.target_group:
        raise NotThere(f"{target.name} names no target group")
    return target.touch.target_group
