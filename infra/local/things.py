"""Make what a service has in the practice cloud: one function for each kind of thing that may be touched.

Each takes what `services.yaml` says of such a thing and returns it with the names it was given here. To rehearse
another kind live, write one of these, and in `eyes.py` the one that looks at it.
"""

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from infra.local.adapters import make_adapter
from infra.local.clouds import ACCOUNT, REGION, Clouds
from infra.local.errors import LocalCloudError
from infra.local.gateways import make_circuit, make_team
from infra.local.letters import make_letters
from infra.local.registered import make_mlflow, make_packages
from infra.local.replicas import make_capacity, make_listener, make_shards, make_variants
from infra.local.seed import ROLE, VARIANT, VERSIONS, Artefact, config_name, seed_endpoint
from infra.local.stack.stand import NAME
from responder.domain.touch import DOCUMENTS, Touch, TouchKind

FULL_RATE = 100.0
"""Requests a second that every usage plan of practice lets in."""


def make(clouds: Clouds, service: str, touch: Touch) -> Touch:
    """Make everything that is named, and name it as it is."""
    if missing := touch.names.keys() - MAKERS.keys():
        raise LocalCloudError(f"the practice cloud cannot make {', '.join(sorted(missing))}: see infra/local/things.py")
    return replace(touch, **{kind: MAKERS[kind](clouds, service, getattr(touch, kind)) for kind in touch.names})


def _endpoint(clouds: Clouds, service: str, _: str) -> str:
    seed_endpoint(clouds, service)
    return service


def _component(clouds: Clouds, service: str, _: str) -> str:
    """Let the first release be served by a component of an endpoint."""
    seed_endpoint(clouds, service)
    clouds.client("sagemaker").create_inference_component(
        InferenceComponentName=service,
        EndpointName=service,
        VariantName=VARIANT,
        Specification={
            "ModelName": config_name(VERSIONS[0], service),
            "ComputeResourceRequirements": {"NumberOfAcceleratorDevicesRequired": 1, "MinMemoryRequiredInMb": 1024},
        },
        RuntimeConfig={"CopyCount": 1},
    )
    return service


def _alias(clouds: Clouds, service: str, named: Any) -> Any:  # noqa: ANN401  # the touch of its kind, as below
    """Publish every version of a function that does nothing, and lead its alias to the first."""
    functions = clouds.client("lambda")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("main.py", "def handler(event, context):\n    return {}\n")
    asked = {"Runtime": "python3.13", "Handler": "main.handler", "Role": ROLE}
    numbers: list[str] = []
    for version in VERSIONS:
        environment = {"Variables": {"MODEL_VERSION": version}}
        if not numbers:
            functions.create_function(
                FunctionName=service, Code={"ZipFile": packed.getvalue()}, Environment=environment, **asked
            )
        else:
            functions.update_function_configuration(FunctionName=service, Environment=environment)
        numbers.append(functions.publish_version(FunctionName=service)["Version"])
    functions.create_alias(FunctionName=service, Name=named.alias, FunctionVersion=numbers[0])
    return replace(named, function=service)


def _plan(clouds: Clouds, service: str, named: Any) -> Any:  # noqa: ANN401
    throttle = {"rateLimit": FULL_RATE, "burstLimit": int(2 * FULL_RATE)}
    made = clouds.client("apigateway").create_usage_plan(name=service, throttle=throttle)
    return replace(named, plan=made["id"])


def _registry(_: Clouds, __: str, named: Any) -> Any:  # noqa: ANN401
    """Name the stack's own table, which stands soon; what is in it is the scenario's own."""
    return replace(named, table=f"{NAME}-models")


def _parameter(clouds: Clouds, service: str, named: Any) -> Any:  # noqa: ANN401
    """Write the first release where a fleet would read it."""
    name = f"/{service}/version"
    clouds.client("ssm").put_parameter(Name=name, Value=VERSIONS[0], Type="String")
    return replace(named, parameter=name)


def _tasks(clouds: Clouds, service: str, named: Any) -> Any:  # noqa: ANN401
    """Register every release as a task definition, and let the service run the first; images are named by digest."""
    ecs = clouds.client("ecs")
    ecs.create_cluster(clusterName=named.cluster)
    for version in VERSIONS:
        image = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/practice@sha256:{Artefact(service, version).sha256}"
        model = {"name": "model", "image": image, "environment": [{"name": "MODEL_VERSION", "value": version}]}
        ecs.register_task_definition(family=service, containerDefinitions=[model])
    ecs.create_service(cluster=named.cluster, serviceName=service, taskDefinition=f"{service}:1", desiredCount=2)
    return replace(named, service=service)


def _document(clouds: Clouds, service: str, named: Any) -> Any:  # noqa: ANN401
    """Make a place for a document that is in force as soon as it is deployed; the first one is the scenario's own."""
    strategy = clouds.client("appconfig").create_deployment_strategy(
        Name=f"{service}-{named.profile}",
        DeploymentDurationInMinutes=0,
        GrowthFactor=100,
        ReplicateTo="NONE",
        FinalBakeTimeInMinutes=0,
    )["Id"]
    return replace(_rollout(clouds, service, named), strategy=strategy)


def _rollout(clouds: Clouds, service: str, named: Any) -> Any:  # noqa: ANN401
    """Make a place for a configuration; what is rolled out there is the scenario's own."""
    appconfig = clouds.client("appconfig")
    application = appconfig.create_application(Name=f"{service}-{named.profile}")["Id"]
    environment = appconfig.create_environment(ApplicationId=application, Name=named.environment)["Id"]
    profile = appconfig.create_configuration_profile(
        ApplicationId=application, Name=named.profile, LocationUri="hosted"
    )["Id"]
    return replace(named, application=application, environment=environment, profile=profile)


def _evaluation(_: Clouds, service: str, named: Any) -> Any:  # noqa: ANN401
    """Name what stands nowhere until it is asked for."""
    return replace(named, model=service, parameter=f"/{service}/reevaluation")


MAKERS: Mapping[TouchKind, Callable[[Clouds, str, Any], Any]] = {
    TouchKind.SAGEMAKER_ENDPOINT: _endpoint,
    TouchKind.INFERENCE_COMPONENT: _component,
    TouchKind.ADAPTER: make_adapter,
    TouchKind.LAMBDA_ALIAS: _alias,
    TouchKind.USAGE_PLAN: _plan,
    TouchKind.LITELLM_TEAM: make_team,
    TouchKind.LITELLM_CIRCUIT: make_circuit,
    TouchKind.REGISTRY: _registry,
    TouchKind.MLFLOW_REGISTRY: make_mlflow,
    TouchKind.MODEL_PACKAGES: make_packages,
    TouchKind.VERSION_PARAMETER: _parameter,
    TouchKind.ECS_SERVICE: _tasks,
    TouchKind.CAPACITY: make_capacity,
    TouchKind.VARIANT_WEIGHTS: make_variants,
    TouchKind.LISTENER_WEIGHTS: make_listener,
    TouchKind.TARGET_GROUP: make_shards,
    TouchKind.CONFIG_ROLLOUT: _rollout,
    TouchKind.EVALUATION: _evaluation,
    TouchKind.DEAD_LETTERS: make_letters,
    **dict.fromkeys(DOCUMENTS, _document),
}
