"""A scalable target, with moto behind it; moto moves the bounds, and the test plays the autoscaler."""

from dataclasses import replace

import pytest
from tests.adapters.cloud import a_service, an_endpoint, registered
from tests.world import CHAT

from responder.adapters import aws
from responder.adapters.roles import RemediationRoles
from responder.adapters.scalable_target import ScalableTarget
from responder.domain.remediation import Standing, classify
from responder.domain.target import Target
from responder.domain.things.load import Capacity
from responder.domain.touch import Touch
from responder.errors import NotThere

VARIANT = replace(CHAT, touch=Touch(capacity=Capacity("endpoint/chat/variant/AllTraffic", 3)))
SERVICE = replace(CHAT, touch=Touch(capacity=Capacity("service/prod/chat", 3)))
BEFORE = {"minimum": "1", "maximum": "2", "suspended": ""}
WANTED = {"minimum": "3", "maximum": "3", "suspended": "scale_in"}
pytestmark = pytest.mark.usefixtures("cloud")


def _thing() -> ScalableTarget:
    return ScalableTarget(RemediationRoles("", None))


def _scaled_out(target: Target) -> ScalableTarget:
    thing = _thing()
    assert thing.apply(target, thing.observe(target), WANTED, "action-1").result == "accepted"
    return thing


def test_a_variant_is_scaled_out_once_its_instances_run() -> None:
    an_endpoint("chat", "chat-v1")
    registered(VARIANT, 1, 2)

    thing = _scaled_out(VARIANT)
    on_the_way = classify(thing.observe(VARIANT), BEFORE, WANTED)
    aws.make_client("sagemaker").update_endpoint_weights_and_capacities(
        EndpointName="chat", DesiredWeightsAndCapacities=[{"VariantName": "AllTraffic", "DesiredInstanceCount": 3}]
    )

    assert on_the_way is Standing.IN_PROGRESS
    assert classify(thing.observe(VARIANT), BEFORE, WANTED) is Standing.DESIRED


def test_a_service_is_scaled_out_once_its_tasks_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_ECS_SERVICE_RUNNING", "2")
    a_service("prod", "chat", count=2)
    registered(SERVICE, 1, 2)

    thing = _scaled_out(SERVICE)
    seen = thing.observe(SERVICE)

    assert (seen.state, classify(seen, BEFORE, WANTED)) == ("2 of at least 3 run", Standing.IN_PROGRESS)
    assert thing.apply(SERVICE, seen, BEFORE, "action-1").result == "accepted"
    assert classify(thing.observe(SERVICE), BEFORE, WANTED) is Standing.BEFORE


def test_bounds_that_somebody_else_moved_meanwhile_are_not_ours() -> None:
    an_endpoint("chat", "chat-v1")
    registered(VARIANT, 1, 2)
    thing = _scaled_out(VARIANT)

    registered(VARIANT, 2, 2)

    assert classify(thing.observe(VARIANT), BEFORE, WANTED) is Standing.OTHER


def test_where_nothing_is_registered_there_is_nothing() -> None:
    an_endpoint("chat", "chat-v1")

    with pytest.raises(NotThere, match="nothing is registered"):
        _thing().observe(VARIANT)


def test_a_variant_that_is_gone_is_not_there() -> None:
    an_endpoint("chat", "chat-v1")
    gone = replace(CHAT, touch=Touch(capacity=Capacity("endpoint/chat/variant/gone", 3)))
    registered(gone, 1, 2)

    with pytest.raises(NotThere, match="no such service or variant"):
        _thing().observe(gone)
