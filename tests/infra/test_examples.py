"""The examples are what the remediation actions drive: the entry beside them names what they make."""

import json
from typing import Any

from infra.local.stack.template import read_template
from tests.infra.stack import REPOSITORY

from responder.domain.plans.document import DOCUMENT, overlay
from responder.domain.remediation import NoPlan
from responder.domain.services import parse_services
from responder.domain.target import Target

EXAMPLES = REPOSITORY / "infra" / "examples"
SERVICES = parse_services((EXAMPLES / "services.yaml").read_text(encoding="utf-8"), "services.yaml")


def made(template: str, name: str) -> dict[str, Any]:
    properties: dict[str, Any] = read_template(EXAMPLES / template)["Resources"][name]["Properties"]
    return properties


def entry(name: str) -> Target:
    (found,) = [target for target in SERVICES.targets if target.name == name]
    return found


def test_the_endpoint_is_the_one_that_may_be_touched_and_its_releases_stay() -> None:
    template = read_template(EXAMPLES / "sagemaker.yaml")["Resources"]

    assert made("sagemaker.yaml", "Endpoint")["EndpointName"] == entry("chat").touch.sagemaker_endpoint
    assert {template[name]["DeletionPolicy"] for name in ("Model", "Configuration")} == {"Retain"}


def test_a_deploy_takes_itself_back_on_either_platform() -> None:
    endpoint, service = made("sagemaker.yaml", "Endpoint"), made("ecs.yaml", "Service")

    assert endpoint["DeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]
    assert service["DeploymentConfiguration"]["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": True}
    assert service["DeploymentConfiguration"]["Alarms"]["Rollback"] is True


def test_a_model_that_is_loading_is_given_time_and_no_traffic() -> None:
    (variant,) = made("sagemaker.yaml", "Configuration")["ProductionVariants"]
    (container,) = made("ecs.yaml", "Task")["ContainerDefinitions"]

    assert variant["ContainerStartupHealthCheckTimeoutInSeconds"] >= 300
    assert container["HealthCheck"]["StartPeriod"] >= 300
    assert made("ecs.yaml", "Service")["HealthCheckGracePeriodSeconds"] >= container["HealthCheck"]["StartPeriod"]


def test_both_grow_with_their_load_and_never_below_two_replicas() -> None:
    for template in ("sagemaker.yaml", "ecs.yaml"):
        capacity = made(template, "Capacity")

        assert 2 <= capacity["MinCapacity"] < capacity["MaxCapacity"]


def test_a_limit_can_be_lowered_because_it_is_above_what_the_entry_keeps() -> None:
    plan, document = entry("chat").touch.usage_plan, entry("chat-ecs").touch.limits_document
    assert plan
    assert document
    limits = json.loads(made("ecs.yaml", "FirstLimits")["Content"])

    assert made("sagemaker.yaml", "Plan")["Throttle"]["RateLimit"] > plan.least
    assert {name for name, least in document.least.items() if limits[name] > least} == set(limits)


def test_the_version_and_the_limits_of_ecs_are_the_ones_the_entry_names() -> None:
    version, document = entry("chat-ecs").touch.version_parameter, entry("chat-ecs").touch.limits_document
    assert version
    assert document

    assert made("ecs.yaml", "ActiveVersion")["Name"] == version.parameter
    names = [made("ecs.yaml", name)["Name"] for name in ("Limits", "LimitsLive", "LimitsDocument")]
    assert names == [document.application, document.environment, document.profile]


def test_everything_the_entry_would_write_is_there_to_be_written_over() -> None:
    profile, circuit = entry("chat-ecs").touch.serving_profile, entry("chat-ecs").touch.circuit
    assert profile
    assert circuit

    for declared, first in (
        (profile.gentler, "FirstServing"),
        (circuit.open, "FirstRouting"),
        (circuit.half_open, "FirstRouting"),
    ):
        written = overlay({DOCUMENT: made("ecs.yaml", first)["Content"]}, declared)
        assert not isinstance(written, NoPlan)
        assert written[DOCUMENT] != made("ecs.yaml", first)["Content"]


def test_more_replicas_are_asked_for_than_the_autoscaler_keeps_and_no_more_than_it_may() -> None:
    for name, template in (("chat", "sagemaker.yaml"), ("chat-ecs", "ecs.yaml")):
        capacity, bounds = entry(name).touch.capacity, made(template, "Capacity")
        assert capacity

        assert bounds["MinCapacity"] < capacity.most <= bounds["MaxCapacity"]
