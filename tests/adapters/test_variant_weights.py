"""The weights of an endpoint's variants, with moto behind them."""

from dataclasses import replace
from typing import Any

import pytest
from tests.adapters.cloud import OneClient, an_endpoint_of, scripted
from tests.world import CHAT

from responder.adapters.roles import RemediationRoles
from responder.adapters.variant_weights import VariantWeights
from responder.domain.remediation import Snapshot, Standing, classify
from responder.domain.things.load import VariantWeights as Weighted
from responder.domain.touch import Touch

TARGET = replace(CHAT, touch=Touch(variant_weights=Weighted("chat", {"a": 1, "b": 1})))
MOVED, EVEN = {"a": "9", "b": "1"}, {"a": "1", "b": "1"}


@pytest.mark.usefixtures("cloud")
def test_weights_are_seen_changed_and_put_back() -> None:
    an_endpoint_of("chat", a=9, b=1)
    thing = VariantWeights(RemediationRoles("", None))
    seen = thing.observe(TARGET)

    done = thing.apply(TARGET, seen, EVEN, "action-1")
    after = thing.observe(TARGET)

    assert (seen.current, seen.settled, done.result) == (MOVED, True, "accepted")
    assert classify(after, MOVED, EVEN) is Standing.DESIRED
    assert thing.apply(TARGET, after, MOVED, "action-1").result == "accepted"
    assert classify(thing.observe(TARGET), MOVED, EVEN) is Standing.BEFORE


def _described(status: str, wanted: float) -> Any:  # noqa: ANN401  # boto3 has no types
    client, script = scripted("sagemaker")
    variants = [
        {"VariantName": "a", "CurrentWeight": 9.0, "DesiredWeight": wanted},
        {"VariantName": "b", "CurrentWeight": 1.0, "DesiredWeight": 1.0},
    ]
    arn, at = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/chat", "2026-11-25T12:00:00Z"
    answer = {"EndpointName": "chat", "EndpointArn": arn, "EndpointStatus": status, "ProductionVariants": variants}
    script.add_response("describe_endpoint", {**answer, "CreationTime": at, "LastModifiedTime": at})
    return client


@pytest.mark.parametrize(
    ("status", "wanted", "standing"),
    [
        ("Updating", 1.0, Standing.IN_PROGRESS),
        ("Updating", 5.0, Standing.OTHER),
        ("Failed", 1.0, Standing.FAILED),
        ("InService", 9.0, Standing.BEFORE),
    ],
)
def test_an_update_under_way_says_where_it_leads(status: str, wanted: float, standing: Standing) -> None:
    seen = VariantWeights(OneClient(_described(status, wanted))).observe(TARGET)

    assert classify(seen, MOVED, EVEN) is standing


def test_only_weights_are_sent_the_numbers_of_instances_are_the_autoscalers() -> None:
    client, script = scripted("sagemaker")
    wanted = [{"VariantName": "a", "DesiredWeight": 1.0}, {"VariantName": "b", "DesiredWeight": 1.0}]
    asked = {"EndpointName": "chat", "DesiredWeightsAndCapacities": wanted}
    arn = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/chat"
    script.add_response("update_endpoint_weights_and_capacities", {"EndpointArn": arn}, asked)

    done = VariantWeights(OneClient(client)).apply(TARGET, Snapshot(MOVED, "InService", settled=True), EVEN, "action-1")

    assert done.result == "accepted"
