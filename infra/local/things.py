"""Make what a service has in the practice cloud: one function for each kind of thing that may be touched.

Each takes what `services.yaml` says of such a thing and returns it with the names it was given here. To rehearse
another kind live, write one of these, and in `eyes.py` the one that looks at it.
"""

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from infra.local.clouds import Clouds
from infra.local.errors import LocalCloudError
from infra.local.seed import ROLE, VERSIONS, seed_endpoint
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


def _document(clouds: Clouds, service: str, named: Any) -> Any:  # noqa: ANN401
    """Make a place for a document that is in force as soon as it is deployed; the first one is the scenario's own."""
    appconfig = clouds.client("appconfig")
    application = appconfig.create_application(Name=f"{service}-{named.profile}")["Id"]
    environment = appconfig.create_environment(ApplicationId=application, Name=named.environment)["Id"]
    profile = appconfig.create_configuration_profile(
        ApplicationId=application, Name=named.profile, LocationUri="hosted"
    )["Id"]
    strategy = appconfig.create_deployment_strategy(
        Name=f"{service}-{named.profile}",
        DeploymentDurationInMinutes=0,
        GrowthFactor=100,
        ReplicateTo="NONE",
        FinalBakeTimeInMinutes=0,
    )["Id"]
    return replace(named, application=application, environment=environment, profile=profile, strategy=strategy)


MAKERS: Mapping[TouchKind, Callable[[Clouds, str, Any], Any]] = {
    TouchKind.SAGEMAKER_ENDPOINT: _endpoint,
    TouchKind.LAMBDA_ALIAS: _alias,
    TouchKind.USAGE_PLAN: _plan,
    TouchKind.REGISTRY: _registry,
    **dict.fromkeys(DOCUMENTS, _document),
}
