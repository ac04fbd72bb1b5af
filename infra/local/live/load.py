"""How somebody at a console moves what spreads the load, and goes home."""

from collections.abc import Mapping

from infra.local.live.hands import Hands
from infra.local.replicas import forward


def move_variants(hands: Hands, weights: Mapping[str, float]) -> None:
    """Give the variants of the endpoint other weights, and wait until they are in force."""
    sagemaker = hands.house.clouds.client("sagemaker")
    wanted = [{"VariantName": name, "DesiredWeight": weight} for name, weight in weights.items()]
    sagemaker.update_endpoint_weights_and_capacities(EndpointName=hands.service, DesiredWeightsAndCapacities=wanted)
    hands.wait(
        lambda: sagemaker.describe_endpoint(EndpointName=hands.service)["EndpointStatus"] == "InService",
        "the weights were not in force",
    )
    hands.tell("leave")


def move_listener(hands: Hands, weights: Mapping[str, int]) -> None:
    """Give the groups behind the listener other weights."""
    balancer, named = hands.house.clouds.client("elbv2"), hands.target.touch.listener_weights
    listener = named.listener if named else ""
    found = balancer.describe_listeners(ListenerArns=[listener])["Listeners"][0]["DefaultActions"][0]
    arns = {
        one["TargetGroupArn"].split("/")[1]: one["TargetGroupArn"] for one in found["ForwardConfig"]["TargetGroups"]
    }
    wanted = {f"{hands.service}-{name}": weight for name, weight in weights.items()}
    balancer.modify_listener(ListenerArn=listener, DefaultActions=forward(arns, wanted))
    hands.tell("leave")
