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


def looks_at_registries(entry: Service) -> Iterator[Grant]:
    """Return what it takes to write down what the entry's registry says, and to change nothing."""
    named = [kind for kind in _REGISTRIES if entry["touch"].get(kind)]
    for kind in named:
        yield from (grant for grant in _KINDS[kind](entry, entry["touch"][kind]) if grant[1] not in _MOVES)
    for place in entry.get("artefacts") or () if named else ():
        yield "CompareDigests", "s3:GetObject", _objects(entry, place.rstrip("*") + "*")


_REGISTRIES = ("registry", "mlflow_registry", "model_packages")
_MOVES = ("dynamodb:UpdateItem", "sagemaker:UpdateModelPackage")


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


def _ecs_service(entry: Service, thing: Service) -> Iterator[Grant]:
    """Task definitions are seen all or none; a repository's tags only where the entry names it."""
    one = _arn(entry, "ecs", f"service/{thing['cluster']}/{thing['service']}")
    yield "SeeServices", "ecs:DescribeServices", one
    yield "MoveServices", "ecs:UpdateService", one
    yield "SeeTaskDefinitions", "ecs:DescribeTaskDefinition", "*"  # it knows no narrower resource
    for name in thing.get("images") or ():
        yield "SeeImages", "ecr:DescribeImages", _arn(entry, "ecr", f"repository/{name}")


def _inference_component(entry: Service, component: str) -> Iterator[Grant]:
    """Which artefact it may be given IAM cannot tell; a model is seen where it is one of the releases."""
    one = _arn(entry, "sagemaker", f"inference-component/{component.lower()}")
    yield "SeeInferenceComponents", "sagemaker:DescribeInferenceComponent", one
    yield "MoveInferenceComponents", "sagemaker:UpdateInferenceComponent", one
    for name in entry.get("releases") or [f"{component}-*"]:
        yield "SeeModels", "sagemaker:DescribeModel", _arn(entry, "sagemaker", f"model/{name.lower()}")


def _adapter(entry: Service, thing: Service) -> Iterator[Grant]:
    """Engines are no AWS resource: what AWS guards is their key, and what an adapter is made of."""
    if thing.get("token"):
        yield (
            "ReadEngineKeys",
            "secretsmanager:GetSecretValue",
            _arn(entry, "secretsmanager", f"secret:{thing['token']}-??????"),
        )
    for place in thing["objects"]:
        yield "CompareDigests", "s3:GetObject", _objects(entry, place.replace("{version}", "*"))


def _usage_plan(entry: Service, thing: Service) -> Iterator[Grant]:
    yield from _limited(entry, f"/usageplans/{thing['plan']}")


def _api_stage(entry: Service, thing: Service) -> Iterator[Grant]:
    yield from _limited(entry, f"/restapis/{thing['api']}/stages/{thing['stage']}")


def _gateway(entry: Service, thing: Service) -> Iterator[Grant]:
    """The proxy is no AWS resource: what AWS guards is its key."""
    yield (
        "ReadGatewayKeys",
        "secretsmanager:GetSecretValue",
        _arn(entry, "secretsmanager", f"secret:{thing['token']}-??????"),
    )


def _limited(entry: Service, path: str) -> Iterator[Grant]:
    resource = _in(entry, "apigateway", "", path)
    yield "SeeLimits", "apigateway:GET", resource
    yield "SetLimits", "apigateway:PATCH", resource


def _document(entry: Service, thing: Service) -> Iterator[Grant]:
    application = f"application/{thing['application']}"
    environment = _arn(entry, "appconfig", f"{application}/environment/{thing['environment']}")
    profile = f"{application}/configurationprofile/{thing['profile']}"
    strategy = f"deploymentstrategy/{thing.get('strategy', 'AppConfig.AllAtOnce')}"
    whole = _arn(entry, "appconfig", application)
    versions = _arn(entry, "appconfig", f"{profile}/hostedconfigurationversion/*")
    yield from _deployments(entry, thing)
    for resource in (whole, _arn(entry, "appconfig", profile), versions):
        yield "SeeDocuments", "appconfig:GetHostedConfigurationVersion", resource
    for resource in (whole, _arn(entry, "appconfig", profile)):
        yield "StoreDocuments", "appconfig:CreateHostedConfigurationVersion", resource
    for resource in (whole, environment, _arn(entry, "appconfig", profile), _arn(entry, "appconfig", strategy)):
        yield "DeployDocuments", "appconfig:StartDeployment", resource


def _codedeploy_group(entry: Service, thing: Service) -> Iterator[Grant]:
    """Deployments have no names of their own in IAM: all are seen and stopped through their group."""
    group = _arn(entry, "codedeploy", f"deploymentgroup:{thing['application']}/{thing['group']}")
    yield "SeeRollouts", "codedeploy:ListDeployments", group
    yield "SeeRunningRollouts", "codedeploy:GetDeployment", group
    yield "StopRollouts", "codedeploy:StopDeployment", group


def _config_rollout(entry: Service, thing: Service) -> Iterator[Grant]:
    yield from _deployments(entry, thing)
    for resource in _wholes_of_deployments(entry, thing):
        yield "StopDeployments", "appconfig:StopDeployment", resource


def _evaluation(entry: Service, thing: Service) -> Iterator[Grant]:
    parameter = _arn(entry, "ssm", f"parameter/{thing['parameter'].lstrip('/')}")
    yield "SeeWhatWasAskedFor", "ssm:GetParameters", parameter
    yield "NoteWhatWasAskedFor", "ssm:PutParameter", parameter
    yield "AskForReevaluation", "events:PutEvents", _arn(entry, "events", f"event-bus/{thing.get('bus', 'default')}")


def _dead_letters(_: Service, thing: Service) -> Iterator[Grant]:
    """SQS moves under the caller's permissions: to take letters out here, and to put them where they died."""
    for sid, action in _LETTERS.items():
        yield sid, f"sqs:{action}", thing["queue"]
    for queue in thing["of"]:
        yield "GiveLettersBack", "sqs:SendMessage", queue


_LETTERS = {
    "CountDeadLetters": "GetQueueAttributes",
    "SeeWhereLettersDied": "ListDeadLetterSourceQueues",
    "SeeMovesOfLetters": "ListMessageMoveTasks",
    "MoveDeadLetters": "StartMessageMoveTask",
    "StopMovesOfLetters": "CancelMessageMoveTask",
    "TakeDeadLetters": "ReceiveMessage",
    "RemoveMovedLetters": "DeleteMessage",
}


def _registry(entry: Service, thing: Service) -> Iterator[Grant]:
    """Pointers are moved; no item is ever put or deleted."""
    table = _arn(entry, "dynamodb", f"table/{thing['table']}")
    yield "SeeRegistries", "dynamodb:Query", table
    yield "MoveRegistryPointers", "dynamodb:UpdateItem", table


def _mlflow_registry(entry: Service, thing: Service) -> Iterator[Grant]:
    """MLflow is no AWS resource: what AWS guards is its key."""
    if thing.get("token"):
        key = _arn(entry, "secretsmanager", f"secret:{thing['token']}-??????")
        yield "ReadRegistryKeys", "secretsmanager:GetSecretValue", key


def _model_packages(entry: Service, thing: Service) -> Iterator[Grant]:
    """Versions are listed, seen and decided as what they are: packages below the name of their group."""
    for group in thing["groups"]:
        packages = _arn(entry, "sagemaker", f"model-package/{group.lower()}/*")
        yield "ListModelPackages", "sagemaker:ListModelPackages", packages
        yield "SeeModelPackages", "sagemaker:DescribeModelPackage", packages
        yield "DecideModelPackages", "sagemaker:UpdateModelPackage", packages


def _capacity(entry: Service, thing: Service) -> Iterator[Grant]:
    """The id of a scalable target is its owner's to look up; without it any of the account may be changed."""
    yield "SeeCapacity", "application-autoscaling:DescribeScalableTargets", "*"  # it knows no narrower resource
    one = _arn(entry, "application-autoscaling", f"scalable-target/{thing.get('id', '*')}")
    yield "SetCapacity", "application-autoscaling:RegisterScalableTarget", one
    sort, first, *rest = thing["resource"].split("/")
    if sort == "service":
        yield "SeeServices", "ecs:DescribeServices", _arn(entry, "ecs", f"service/{first}/{rest[0]}")
    else:
        yield "SeeEndpoints", "sagemaker:DescribeEndpoint", _arn(entry, "sagemaker", f"endpoint/{first.lower()}")


def _variant_weights(entry: Service, thing: Service) -> Iterator[Grant]:
    one = _arn(entry, "sagemaker", f"endpoint/{thing['endpoint'].lower()}")
    yield "SeeEndpoints", "sagemaker:DescribeEndpoint", one
    yield "SetVariantWeights", "sagemaker:UpdateEndpointWeightsAndCapacities", one


def _listener_weights(_: Service, thing: Service) -> Iterator[Grant]:
    """The load balancer's looks know no narrower resource."""
    what = "Rule" if ":listener-rule/" in thing["listener"] else "Listener"
    yield f"See{what}s", f"elasticloadbalancing:Describe{what}s", "*"
    yield f"Set{what}Weights", f"elasticloadbalancing:Modify{what}", thing["listener"]


def _target_group(_: Service, thing: Service) -> Iterator[Grant]:
    yield "SeeShards", "elasticloadbalancing:DescribeTargetHealth", "*"  # as above
    yield "DrainShards", "elasticloadbalancing:DeregisterTargets", thing["group"]
    yield "PutShardsBack", "elasticloadbalancing:RegisterTargets", thing["group"]


_KINDS: Mapping[str, Callable[[Service, Any], Iterator[Grant]]] = {
    "sagemaker_endpoint": _sagemaker_endpoint,
    "lambda_alias": _lambda_alias,
    "version_parameter": _version_parameter,
    "ecs_service": _ecs_service,
    "inference_component": _inference_component,
    "adapter": _adapter,
    "registry": _registry,
    "mlflow_registry": _mlflow_registry,
    "model_packages": _model_packages,
    "usage_plan": _usage_plan,
    "api_stage": _api_stage,
    **dict.fromkeys(("litellm_team", "litellm_circuit"), _gateway),
    "capacity": _capacity,
    "variant_weights": _variant_weights,
    "listener_weights": _listener_weights,
    "target_group": _target_group,
    **dict.fromkeys(("limits_document", "serving_profile", "circuit"), _document),
    "codedeploy_group": _codedeploy_group,
    "config_rollout": _config_rollout,
    "evaluation": _evaluation,
    "dead_letters": _dead_letters,
}


def _deployments(entry: Service, thing: Service) -> Iterator[Grant]:
    """AppConfig asks for the permission on a thing and on everything it is a part of."""
    *around, one = _wholes_of_deployments(entry, thing)
    for resource in around:
        yield "SeeDeployments", "appconfig:ListDeployments", resource
    for resource in (*around, one):
        yield "SeeWhatWasDeployed", "appconfig:GetDeployment", resource


def _wholes_of_deployments(entry: Service, thing: Service) -> list[Any]:
    application = f"application/{thing['application']}"
    environment = f"{application}/environment/{thing['environment']}"
    return [_arn(entry, "appconfig", name) for name in (application, environment, f"{environment}/deployment/*")]


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
