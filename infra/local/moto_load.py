"""What moto does at once and AWS does not: weights that take a while, replicas that follow bounds, shards that drain.

An endpoint whose weights or replicas change is `Updating` and serves as before; whoever leaves a target group first
finishes what it has begun (`draining`), whoever comes is checked first (`initial`). Without a policy Application Auto
Scaling does nothing but keep a variant inside its bounds, and so does this one, unless that is suspended.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.elbv2.models import ELBv2Backend, FakeHealthStatus, FakeTargetGroup
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import SageMakerModelBackend

DIMENSION = "sagemaker:variant:DesiredInstanceCount"
SERVING = "InService"
COUNT, WEIGHT = "InstanceCount", "Weight"

Variant = dict[str, Any]
Place = dict[str, Any]
Moto = Any  # moto's models, which are ours to extend at run time only
PutUnderWay = Callable[[Moto, str, list[Variant]], None]
"""Backend, endpoint, and its variants once this is done."""


def take_time_for_weights(put_under_way: PutUnderWay) -> None:
    """Let weights and numbers of instances be in force only once the endpoint was updated."""
    backends: Moto = SageMakerModelBackend

    def update(backend: Moto, endpoint_name: str, desired_weights_and_capacities: list[Variant]) -> str:
        running = backend.describe_endpoint(endpoint_name)
        wanted = {one["VariantName"]: one for one in desired_weights_and_capacities}
        _refuse(running, wanted)
        changed = [_changed(one, wanted.get(one["VariantName"], {})) for one in running["ProductionVariants"]]
        put_under_way(backend, endpoint_name, changed)
        return str(running["EndpointArn"])

    backends.update_endpoint_weights_and_capacities = update


def keep_within_bounds(put_under_way: PutUnderWay) -> None:
    """Let every look at an endpoint find the number of instances on its way into the bounds of its scalable target."""
    backends: Moto = SageMakerModelBackend
    describe = backends.describe_endpoint

    def describe_scaled(backend: Moto, endpoint_name: str) -> Moto:
        found = describe(backend, endpoint_name)
        scaled = [_scaled(backend, endpoint_name, one) for one in found["ProductionVariants"]]
        if found["EndpointStatus"] != SERVING or scaled == found["ProductionVariants"]:
            return found
        put_under_way(backend, endpoint_name, scaled)
        return describe(backend, endpoint_name)

    backends.describe_endpoint = describe_scaled


def take_time_for_targets(seconds: float) -> None:
    """Let who leaves a target group drain, and who comes be checked."""
    groups: Moto = FakeTargetGroup
    backends: Moto = ELBv2Backend
    register, deregister, health_for = groups.register, groups.deregister, groups.health_for
    moves = Moves(seconds)

    def coming(group: Moto, targets: list[Place]) -> None:
        register(group, targets)
        moves.note(group, targets, "initial")

    def leaving(group: Moto, targets: list[Place]) -> None:
        before = dict(group.targets)
        deregister(group, targets)
        moves.note(group, [before[one["Id"]] for one in targets], "draining")

    def health(group: Moto, target: Place, ec2: Moto) -> Moto:
        state = moves.state(group, target["Id"])
        found = health_for(group, target, ec2)
        return FakeHealthStatus(target["Id"], target["Port"], group.health_check_port, state) if state else found

    def describe(backend: Moto, target_group_arn: str, targets: list[Place]) -> list[Moto]:
        group = backend.target_groups[target_group_arn]
        asked = targets or [*group.targets.values(), *moves.leaving(group)]
        return [health(group, target, backend.ec2_backend) for target in asked]

    groups.register, groups.deregister, backends.describe_target_health = coming, leaving, describe


class Moves:
    """Who is on the way into a target group or out of it, and until when."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._moves: dict[tuple[str, str], tuple[str, Place, float]] = {}

    def note(self, group: Moto, targets: list[Place], state: str) -> None:
        """Begin."""
        until = time.monotonic() + self._seconds
        self._moves |= {(group.arn, one["Id"]): (state, one, until) for one in targets}

    def state(self, group: Moto, name: str) -> str:
        """Name the state of who is still on the way."""
        state, _, until = self._moves.get((group.arn, name), ("", {}, 0.0))
        return state if time.monotonic() < until else ""

    def leaving(self, group: Moto) -> Iterator[Place]:
        """List who is listed although it is no longer registered."""
        for (arn, name), (_, target, _) in self._moves.items():
            if arn == group.arn and name not in group.targets and self.state(group, name):
                yield target


def _refuse(running: Variant, wanted: dict[str, Variant]) -> None:
    """Raise when the request is not one to accept."""
    if running["EndpointStatus"] != SERVING:
        raise ValidationError(f'Cannot update in-progress endpoint "{running["EndpointArn"]}".')
    if unknown := wanted.keys() - {one["VariantName"] for one in running["ProductionVariants"]}:
        raise ValidationError(f"The variant name(s) {sorted(unknown)} are not present within the endpoint.")


def _changed(variant: Variant, wanted: Variant) -> Variant:
    """Give a variant what is asked for it; what is not asked for stays."""
    new = {what: wanted[f"Desired{what}"] for what in (WEIGHT, COUNT) if wanted.get(f"Desired{what}") is not None}
    return variant | {f"{which}{what}": value for what, value in new.items() for which in ("Current", "Desired")}


def _scaled(backend: Moto, endpoint: str, variant: Variant) -> Variant:
    targets = applicationautoscaling_backends[backend.account_id][backend.region_name].targets.get(DIMENSION, {})
    bounds = targets.get(f"endpoint/{endpoint}/variant/{variant['VariantName']}")
    if bounds is None:
        return variant
    held: Any = bounds.suspended_state or {}
    least = 0 if held.get("DynamicScalingOutSuspended") else int(bounds.min_capacity or 0)
    now = int(variant["CurrentInstanceCount"])
    most = now if held.get("DynamicScalingInSuspended") else int(bounds.max_capacity or now)
    return _changed(variant, {f"Desired{COUNT}": max(least, min(now, max(most, least)))})
