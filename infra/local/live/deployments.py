"""How releases get to where they run, as a pipeline sees it: one line for each kind of thing that runs them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from infra.local.adapters import bring, path_of
from infra.local.clouds import Clouds
from infra.local.seed import VERSIONS, config_name, release
from responder.adapters import sagemaker_artefacts, task_artefacts
from responder.domain.target import Target
from responder.domain.things.adapter import VERSION
from responder.domain.touch import TouchKind

Digests = Mapping[str, str]


@dataclass(frozen=True)
class Way:
    """What a version is called there and made of, how it is sent on its way, and whether it is in service."""

    made_of: Callable[[Clouds, Target, str], tuple[str, Digests]]
    send: Callable[[Clouds, Target, str], None]
    arrived: Callable[[Clouds, Target], bool]


def way_of(target: Target) -> Way:
    """Find the way to what runs the releases of this target."""
    return WAYS[next(kind for kind in target.touch.names if kind in WAYS)]


def _config(clouds: Clouds, target: Target, version: str) -> tuple[str, Digests]:
    config = config_name(version, target.name)
    found = sagemaker_artefacts.look_at(clouds.client("sagemaker"), clouds.client("s3"), config)
    return config, found.artefacts.digests


def _send_config(clouds: Clouds, target: Target, version: str) -> None:
    release(clouds, version, target.name)


def _config_arrived(clouds: Clouds, target: Target) -> bool:
    found = clouds.client("sagemaker").describe_endpoint(EndpointName=target.name)
    return bool(found["EndpointStatus"] == "InService")


def _function(clouds: Clouds, target: Target, version: str) -> tuple[str, Digests]:
    number = version.removeprefix("v")
    found = clouds.client("lambda").get_function_configuration(FunctionName=target.name, Qualifier=number)
    return number, {"code": found["CodeSha256"]}


def _send_function(clouds: Clouds, target: Target, version: str) -> None:
    named = target.touch.lambda_alias
    clouds.client("lambda").update_alias(
        FunctionName=target.name, Name=named.alias if named else "", FunctionVersion=version.removeprefix("v")
    )


def _at_once(_: Clouds, __: Target) -> bool:
    """An alias leads there at once, and an engine answers when it has loaded."""
    return True


def _task(clouds: Clouds, target: Target, version: str) -> tuple[str, Digests]:
    name = f"{target.name}:{VERSIONS.index(version) + 1}"
    images = target.touch.ecs_service.images if target.touch.ecs_service else ()
    ecs, ecr = clouds.client("ecs"), clouds.client("ecr")
    return name, task_artefacts.look_at(ecs, ecr, name, target, images).digests


def _send_task(clouds: Clouds, target: Target, version: str) -> None:
    name, _ = _task(clouds, target, version)
    clouds.client("ecs").update_service(**_named(target), taskDefinition=name)


def _task_arrived(clouds: Clouds, target: Target) -> bool:
    asked = _named(target)
    found = clouds.client("ecs").describe_services(cluster=asked["cluster"], services=[asked["service"]])
    return [one["rolloutState"] for one in found["services"][0]["deployments"]] == ["COMPLETED"]


def _adapter(clouds: Clouds, target: Target, version: str) -> tuple[str, Digests]:
    named, s3 = target.touch.adapter, clouds.client("s3")
    objects = {place: place.replace(VERSION, version) for place in (named.objects if named else ())}
    digests = {f"adapter {place}": sagemaker_artefacts.object_digest(s3, one) or "" for place, one in objects.items()}
    return path_of(named, version) if named else "", digests


def _send_adapter(_: Clouds, target: Target, version: str) -> None:
    if named := target.touch.adapter:
        for url in named.replicas:
            bring(named, url, version)


def _component(clouds: Clouds, target: Target, version: str) -> tuple[str, Digests]:
    model = config_name(version, target.name)
    found = sagemaker_artefacts.look_at_model(clouds.client("sagemaker"), clouds.client("s3"), model)
    return model, found.digests


def _send_component(clouds: Clouds, target: Target, version: str) -> None:
    sagemaker = clouds.client("sagemaker")
    found = sagemaker.describe_inference_component(InferenceComponentName=target.name)
    wanted = {**found["Specification"], "ModelName": config_name(version, target.name)}
    sagemaker.update_inference_component(InferenceComponentName=target.name, Specification=wanted)


def _component_arrived(clouds: Clouds, target: Target) -> bool:
    found = clouds.client("sagemaker").describe_inference_component(InferenceComponentName=target.name)
    return bool(found["InferenceComponentStatus"] == "InService")


def _named(target: Target) -> dict[str, str]:
    named = target.touch.ecs_service
    return {"cluster": named.cluster, "service": named.service} if named else {}


WAYS: Mapping[TouchKind, Way] = {
    TouchKind.SAGEMAKER_ENDPOINT: Way(_config, _send_config, _config_arrived),
    TouchKind.INFERENCE_COMPONENT: Way(_component, _send_component, _component_arrived),
    TouchKind.ADAPTER: Way(_adapter, _send_adapter, _at_once),
    TouchKind.LAMBDA_ALIAS: Way(_function, _send_function, _at_once),
    TouchKind.ECS_SERVICE: Way(_task, _send_task, _task_arrived),
}
