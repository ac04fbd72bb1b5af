"""A service of ECS, with moto behind it; moto deploys at once, so what is under way is scripted."""

from dataclasses import replace
from typing import Any

import pytest
from tests.adapters.cloud import ACCOUNT, REGION, OneClient, a_service, scripted
from tests.world import CHAT

from responder.adapters import aws
from responder.adapters.ecs_service import EcsService
from responder.adapters.roles import RemediationRoles
from responder.adapters.task_artefacts import look_at
from responder.domain.plans.rollback import TASK
from responder.domain.remediation import Snapshot, Standing, classify
from responder.domain.things.service import EcsService as Named
from responder.domain.touch import Touch
from responder.errors import NotThere

TARGET = replace(CHAT, touch=Touch(ecs_service=Named("prod", "chat")))
BAD, GOOD = {TASK: "chat:2"}, {TASK: "chat:1"}
ARN = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/chat:"


def _deployment(revision: int, state: str, *, newest: bool = True, **more: str) -> dict[str, Any]:
    status = "PRIMARY" if newest else "ACTIVE"
    return {"status": status, "taskDefinition": f"{ARN}{revision}", "rolloutState": state, **more}


def _seen(*deployments: dict[str, Any], controller: str = "ECS", status: str = "ACTIVE") -> Snapshot:
    client, script = scripted("ecs")
    service = {"status": status, "deployments": list(deployments), "deploymentController": {"type": controller}}
    script.add_response("describe_services", {"services": [service]}, {"cluster": "prod", "services": ["chat"]})
    return EcsService(OneClient(client)).observe(TARGET)


def test_what_stands_is_the_task_definition_that_was_deployed() -> None:
    seen = _seen(_deployment(2, "COMPLETED"))

    assert (seen.current, seen.settled, seen.release, seen.state) == (
        BAD,
        True,
        "chat:2",
        "deployment of chat:2 completed",
    )


@pytest.mark.parametrize(
    ("deployments", "standing"),
    [
        ([_deployment(1, "IN_PROGRESS"), _deployment(2, "COMPLETED", newest=False)], Standing.IN_PROGRESS),
        ([_deployment(1, "COMPLETED"), _deployment(2, "COMPLETED", newest=False)], Standing.IN_PROGRESS),
        ([_deployment(1, "COMPLETED")], Standing.DESIRED),
        ([_deployment(1, "FAILED")], Standing.FAILED),
        ([_deployment(3, "IN_PROGRESS"), _deployment(2, "COMPLETED", newest=False)], Standing.OTHER),
    ],
)
def test_a_deployment_is_followed_until_nothing_else_runs(
    deployments: list[dict[str, Any]], standing: Standing
) -> None:
    assert classify(_seen(*deployments), BAD, GOOD) is standing


def test_what_its_own_circuit_breaker_took_back_is_back_where_it_was() -> None:
    taken_back = _deployment(2, "COMPLETED", rolloutStateReason="rolled back: chat:1 failed its checks")

    seen = _seen(taken_back, _deployment(1, "FAILED", newest=False))

    assert classify(seen, BAD, GOOD) is Standing.BEFORE
    assert seen.says == "rolled back: chat:1 failed its checks"


def test_a_service_that_somebody_else_deploys_is_left_to_them() -> None:
    with pytest.raises(NotThere, match="deployed by CODE_DEPLOY, which alone may move it"):
        _seen(_deployment(2, "COMPLETED"), controller="CODE_DEPLOY")


def test_a_service_that_was_deleted_is_not_there() -> None:
    with pytest.raises(NotThere, match="none that is active"):
        _seen(_deployment(2, "COMPLETED"), status="INACTIVE")


@pytest.mark.parametrize(("code", "result"), [(None, "accepted"), ("ServiceNotActiveException", "refused")])
def test_only_the_task_definition_is_asked_for(code: str | None, result: str) -> None:
    client, script = scripted("ecs")
    asked = {"cluster": "prod", "service": "chat", "taskDefinition": "chat:1"}
    if code:
        script.add_client_error("update_service", code, http_status_code=400, expected_params=asked)
    else:
        script.add_response("update_service", {"service": {"serviceName": "chat"}}, asked)
    seen = Snapshot(BAD, "deployment of chat:2 completed", settled=True)

    assert EcsService(OneClient(client)).apply(TARGET, seen, GOOD, "action-1").result == result


@pytest.mark.usefixtures("cloud")
def test_a_release_is_made_of_its_definition_and_of_images_named_by_digest() -> None:
    first, second = a_service("prod", "chat")
    thing = EcsService(RemediationRoles("", None))

    found, other = (thing.configuration(TARGET, name).artefacts for name in (first, second))

    assert (found.missing, found.digests["image/model"]) == ((), f"sha256:{'1' * 64}")
    assert found.digests["config"] != other.digests["config"]


@pytest.mark.usefixtures("cloud")
def test_a_task_definition_that_was_deregistered_cannot_be_gone_back_to() -> None:
    first, _ = a_service("prod", "chat")
    aws.make_client("ecs").deregister_task_definition(taskDefinition=first)

    found = EcsService(RemediationRoles("", None)).configuration(TARGET, first).artefacts

    assert found.missing == (f"task definition {first}",)


def _made_of(
    image: str, *digests: str, repositories: tuple[str, ...] = ("chat",)
) -> tuple[str | None, tuple[str, ...]]:
    (ecs, tasks), (ecr, images) = scripted("ecs"), scripted("ecr")
    task = {"status": "ACTIVE", "containerDefinitions": [{"name": "model", "image": image}]}
    tasks.add_response("describe_task_definition", {"taskDefinition": task}, {"taskDefinition": "chat:1"})
    asked = {"registryId": ACCOUNT, "repositoryName": "chat", "imageIds": [{"imageTag": "v1"}]}
    images.add_response("describe_images", {"imageDetails": [{"imageDigest": d} for d in digests]}, asked)
    found = look_at(ecs, ecr, "chat:1", TARGET, repositories)
    return found.digests.get("image/model"), found.missing


def test_a_tag_is_what_the_repository_says_it_is() -> None:
    tagged = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/chat:v1"

    assert _made_of(tagged, "sha256:abc") == ("sha256:abc", ())
    assert _made_of(tagged) == (None, ("image/model",))


@pytest.mark.parametrize(
    ("image", "repositories"),
    [
        ("vllm/vllm-openai:v0.9", ("chat",)),
        (f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/chat:v1", ()),
        (f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/chat:v1", ("chat",)),
    ],
)
def test_a_tag_that_nobody_of_ours_keeps_cannot_be_vouched_for(image: str, repositories: tuple[str, ...]) -> None:
    assert _made_of(image, "sha256:abc", repositories=repositories) == (None, ("image/model",))
