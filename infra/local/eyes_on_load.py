"""How what spreads the load stands: what serves now, which is not always what is desired."""

from collections.abc import Callable, Mapping
from typing import Any

from infra.local.clouds import Client
from responder.domain.things.load import Capacity, ListenerWeights, TargetGroup, VariantWeights

Clients = Callable[[str], Client]
Words = Mapping[str, str]


def capacity(clients: Clients, named: Capacity) -> Words:
    """Read the lower bound, and count what runs."""
    bounds = clients("application-autoscaling").describe_scalable_targets(
        ServiceNamespace=named.namespace, ResourceIds=[named.resource], ScalableDimension=named.dimension
    )["ScalableTargets"][0]
    running = [one["CurrentInstanceCount"] for one in _variants(clients, named.resource.split("/")[1])]
    return {"minimum": str(bounds["MinCapacity"]), "running": str(sum(running))}


def weights(clients: Clients, named: VariantWeights) -> Words:
    """Read the weights in force: while an endpoint is updated, those that are desired are not yet."""
    return {one["VariantName"]: f"{one['CurrentWeight']:g}" for one in _variants(clients, named.endpoint)}


def listener(clients: Clients, named: ListenerWeights) -> Words:
    """Read how the listener spreads its calls."""
    found = clients("elbv2").describe_listeners(ListenerArns=[named.listener])["Listeners"][0]
    groups = found["DefaultActions"][0]["ForwardConfig"]["TargetGroups"]
    return {one["TargetGroupArn"].split("/")[1]: str(one["Weight"]) for one in groups}


def shards(clients: Clients, named: TargetGroup) -> Words:
    """List who is sent calls: neither who drains nor who is still being checked."""
    found = clients("elbv2").describe_target_health(TargetGroupArn=named.group)["TargetHealthDescriptions"]
    well = [one["Target"] for one in found if one["TargetHealth"]["State"] == "healthy"]
    return {"shards": ",".join(sorted(f"{one['Id']}:{one['Port']}" for one in well))}


def _variants(clients: Clients, endpoint: str) -> list[dict[str, Any]]:
    found = clients("sagemaker").describe_endpoint(EndpointName=endpoint)
    return list(found["ProductionVariants"])
