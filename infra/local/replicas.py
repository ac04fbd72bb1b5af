"""Make what spreads the load of a service: variants with weights, replicas with bounds, shards behind a balancer.

Each of these is an instance of its own for Prometheus, whose load follows from what the clouds say of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from infra.local.clouds import Client, Clouds
from infra.local.seed import VARIANT, spread_endpoint
from responder.domain.things.load import Capacity, ListenerWeights, TargetGroup, VariantWeights
from responder.domain.touch import Touch
from responder.rehearsal.scenarios.load import SHARDS

LEAST, MOST = 2, 4
"""The bounds of every scalable target of practice; as many as it may have are running."""


def instances(touch: Touch) -> tuple[str, ...]:
    """Name the instances there can be; a service that spreads nothing has one, which needs no name."""
    if touch.target_group:
        return SHARDS
    if touch.capacity:
        return tuple(f"replica-{number}" for number in range(1, touch.capacity.most + 1))
    spread = touch.variant_weights or touch.listener_weights
    return tuple(spread.weights) if spread else ()


def make_variants(clouds: Clouds, service: str, named: VariantWeights) -> VariantWeights:
    """Give every release of the endpoint these variants, which have no other way to come to it than anew."""
    spread_endpoint(clouds, service, named.weights)
    return replace(named, endpoint=service)


def make_capacity(clouds: Clouds, service: str, named: Capacity) -> Capacity:
    """Bound the number of instances, as many of which run as may."""
    made = replace(named, resource=f"endpoint/{service}/variant/{VARIANT}")
    wanted = [{"VariantName": VARIANT, "DesiredInstanceCount": MOST}]
    clouds.client("sagemaker").update_endpoint_weights_and_capacities(
        EndpointName=service, DesiredWeightsAndCapacities=wanted
    )
    clouds.client("application-autoscaling").register_scalable_target(
        ServiceNamespace=made.namespace,
        ResourceId=made.resource,
        ScalableDimension=made.dimension,
        MinCapacity=LEAST,
        MaxCapacity=MOST,
    )
    return made


def make_shards(clouds: Clouds, service: str, named: TargetGroup) -> TargetGroup:
    """Put a group with all shards behind a balancer."""
    balancer = clouds.client("elbv2")
    _, groups = _balance(clouds, service, {service: 1})
    places = [{"Id": where, "Port": int(port)} for where, _, port in (shard.rpartition(":") for shard in SHARDS)]
    balancer.register_targets(TargetGroupArn=groups[service], Targets=places)
    return replace(named, group=groups[service])


def make_listener(clouds: Clouds, service: str, named: ListenerWeights) -> ListenerWeights:
    """Spread calls over one group for each weight; a group is named once in an account, so by the service first."""
    weights = {f"{service}-{name}": weight for name, weight in named.weights.items()}
    listener, _ = _balance(clouds, service, weights)
    return replace(named, listener=listener, weights=weights)


def forward(groups: Mapping[str, str], weights: Mapping[str, int]) -> list[dict[str, Any]]:
    """Write the action that spreads calls over groups."""
    spread = [{"TargetGroupArn": groups[name], "Weight": weight} for name, weight in weights.items()]
    return [{"Type": "forward", "ForwardConfig": {"TargetGroups": spread}}]


def _balance(clouds: Clouds, service: str, weights: Mapping[str, int]) -> tuple[str, dict[str, str]]:
    """Make a load balancer, its groups and its listener; return the listener's ARN and the groups' by name."""
    balancer = clouds.client("elbv2")
    network, subnets = _network(clouds.client("ec2"))
    made = balancer.create_load_balancer(Name=service, Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    groups = {name: _group(balancer, name, network) for name in weights}
    asked = {"LoadBalancerArn": made, "Protocol": "HTTP", "Port": 80, "DefaultActions": forward(groups, weights)}
    return str(balancer.create_listener(**asked)["Listeners"][0]["ListenerArn"]), groups


def _group(balancer: Client, name: str, network: str) -> str:
    asked = {"Name": name, "Protocol": "HTTP", "Port": 8000, "VpcId": network, "TargetType": "ip"}
    return str(balancer.create_target_group(**asked)["TargetGroups"][0]["TargetGroupArn"])


def _network(ec2: Client) -> tuple[str, Sequence[str]]:
    """Find the network that every account comes with."""
    subnets = ec2.describe_subnets()["Subnets"]
    return str(subnets[0]["VpcId"]), [one["SubnetId"] for one in subnets[:2]]
