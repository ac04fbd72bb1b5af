"""What each kind of thing takes to be looked at and changed: action by action, on exactly its own resources.

Names come from the allow-list, never from an alert. The stack's own account is left to CloudFormation, so that
one template serves every account; an entry of another account names it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Service = Mapping[str, Any]
"""One entry of services.yaml, as plain data."""

Grant = tuple[str, str, Any]
"""Sid, action, and a resource: a string, or a function of CloudFormation."""


def grants(entry: Service) -> Iterator[Grant]:
    """Return everything one entry needs."""
    for kind, thing in entry["touch"].items():
        yield from _KINDS[kind](entry, thing)
    for place in entry.get("artefacts") or ():
        yield "CompareDigests", "s3:GetObject", _objects(entry, place.rstrip("*") + "*")
    for group in entry.get("logs") or ():
        yield "ReadLogs", "logs:FilterLogEvents", _arn(entry, "logs", f"log-group:{group}:*")
    if entry.get("bedrock_model") or entry["touch"].get("sagemaker_endpoint"):
        yield "ReadCounters", "cloudwatch:GetMetricData", "*"  # CloudWatch knows no narrower resource


def _sagemaker_endpoint(entry: Service, endpoint: str) -> Iterator[Grant]:
    """SageMaker's names are lower case as IAM sees them; releases are `<endpoint>-*`, or what the entry says."""
    releases = entry.get("releases") or [f"{endpoint}-*"]
    one = _arn(entry, "sagemaker", f"endpoint/{endpoint.lower()}")
    configs = [_arn(entry, "sagemaker", f"endpoint-config/{name.lower()}") for name in releases]
    yield "SeeEndpoints", "sagemaker:DescribeEndpoint", one
    for config in (one, *configs):
        yield "PointEndpointsAtReleases", "sagemaker:UpdateEndpoint", config
    for config in configs:
        yield "SeeReleases", "sagemaker:DescribeEndpointConfig", config
    for name in releases:
        yield "SeeModels", "sagemaker:DescribeModel", _arn(entry, "sagemaker", f"model/{name.lower()}")


def _lambda_alias(entry: Service, thing: Service) -> Iterator[Grant]:
    """The alias calls are granted on the function; a version carries its own name."""
    function = _arn(entry, "lambda", f"function:{thing['function']}")
    yield "SeeAliases", "lambda:GetAlias", function
    yield "MoveAliases", "lambda:UpdateAlias", function
    yield "SeeVersions", "lambda:GetFunctionConfiguration", _arn(entry, "lambda", f"function:{thing['function']}:*")


def _version_parameter(entry: Service, thing: Service) -> Iterator[Grant]:
    parameter = _arn(entry, "ssm", f"parameter/{thing['parameter'].lstrip('/')}")
    yield "SeeVersionParameters", "ssm:GetParameter", parameter
    yield "MoveVersionParameters", "ssm:PutParameter", parameter
    for place in thing["objects"]:
        yield "CompareDigests", "s3:GetObject", _objects(entry, place.replace("{version}", "*"))


def _usage_plan(entry: Service, thing: Service) -> Iterator[Grant]:
    yield from _limited(entry, f"/usageplans/{thing['plan']}")


def _api_stage(entry: Service, thing: Service) -> Iterator[Grant]:
    yield from _limited(entry, f"/restapis/{thing['api']}/stages/{thing['stage']}")


def _limited(entry: Service, path: str) -> Iterator[Grant]:
    resource = _in(entry, "apigateway", "", path)
    yield "SeeLimits", "apigateway:GET", resource
    yield "SetLimits", "apigateway:PATCH", resource


def _limits_document(entry: Service, thing: Service) -> Iterator[Grant]:
    application = f"application/{thing['application']}"
    environment = _arn(entry, "appconfig", f"{application}/environment/{thing['environment']}")
    profile = f"{application}/configurationprofile/{thing['profile']}"
    strategy = f"deploymentstrategy/{thing.get('strategy', 'AppConfig.AllAtOnce')}"
    whole = _arn(entry, "appconfig", application)
    yield "SeeDeployments", "appconfig:ListDeployments", environment
    deployments = f"{application}/environment/{thing['environment']}/deployment/*"
    yield "SeeWhatWasDeployed", "appconfig:GetDeployment", _arn(entry, "appconfig", deployments)
    yield (
        "SeeDocuments",
        "appconfig:GetHostedConfigurationVersion",
        _arn(entry, "appconfig", f"{profile}/hostedconfigurationversion/*"),
    )
    for resource in (whole, _arn(entry, "appconfig", profile)):
        yield "StoreDocuments", "appconfig:CreateHostedConfigurationVersion", resource
    for resource in (whole, environment, _arn(entry, "appconfig", profile), _arn(entry, "appconfig", strategy)):
        yield "DeployDocuments", "appconfig:StartDeployment", resource


def _registry(entry: Service, thing: Service) -> Iterator[Grant]:
    """Pointers are moved; no item is ever put or deleted."""
    table = _arn(entry, "dynamodb", f"table/{thing['table']}")
    yield "SeeRegistries", "dynamodb:Query", table
    yield "MoveRegistryPointers", "dynamodb:UpdateItem", table


_KINDS: Mapping[str, Callable[[Service, Any], Iterator[Grant]]] = {
    "sagemaker_endpoint": _sagemaker_endpoint,
    "lambda_alias": _lambda_alias,
    "version_parameter": _version_parameter,
    "registry": _registry,
    "usage_plan": _usage_plan,
    "api_stage": _api_stage,
    "limits_document": _limits_document,
}


def _arn(entry: Service, service: str, name: str) -> Any:  # noqa: ANN401  # a string, or a function of CloudFormation
    """Name something in the entry's account and region."""
    account = entry["account"] if entry.get("role_arn") else "${AWS::AccountId}"
    return _in(entry, service, account, name)


def _in(entry: Service, service: str, account: str, name: str) -> Any:  # noqa: ANN401  # as above
    region = entry["region"]
    if role := entry.get("role_arn"):
        return f"arn:{_partition(role)}:{service}:{region}:{account}:{name}"
    return {"Fn::Sub": f"arn:${{AWS::Partition}}:{service}:{region}:{account}:{name}"}


def _objects(entry: Service, place: str) -> Any:  # noqa: ANN401  # as above
    """Name the objects of an `s3://bucket/key`."""
    below = place.removeprefix("s3://")
    if role := entry.get("role_arn"):
        return f"arn:{_partition(role)}:s3:::{below}"
    return {"Fn::Sub": f"arn:${{AWS::Partition}}:s3:::{below}"}


def _partition(arn: str) -> str:
    return str(arn.split(":")[1])
