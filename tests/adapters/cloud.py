"""The outside as moto plays it: one call makes each thing, in the shape the template gives it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from botocore.stub import Stubber

from responder.adapters import aws
from responder.adapters.roles import RemediationRoles
from responder.domain.plans.registry import ModelVersion
from responder.domain.target import Target

REGION = "us-east-1"
ACCOUNT = "123456789012"
TABLE = "journal"


def a_table() -> Any:  # noqa: ANN401  # boto3 has no types
    """Make the journal's table with its two sparse indexes, and return the client."""
    dynamodb = aws.make_client("dynamodb")
    dynamodb.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[_attribute(n, "S") for n in ("pk", "sk", "due", "opened")]
        + [_attribute(n, "N") for n in ("due_at", "opened_at")],
        KeySchema=_keys("pk", "sk"),
        GlobalSecondaryIndexes=[
            {
                "IndexName": "due",
                "KeySchema": _keys("due", "due_at"),
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["due_kind"]},
            },
            {
                "IndexName": "opened",
                "KeySchema": _keys("opened", "opened_at"),
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            },
        ],
    )
    return dynamodb


def a_bucket(name: str, *, locked: bool = False) -> Any:  # noqa: ANN401  # boto3 has no types
    """Make a bucket, with Object Lock and a default retention when `locked`, and return the client."""
    s3 = aws.make_client("s3")
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=locked)
    if locked:
        rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}
        s3.put_object_lock_configuration(
            Bucket=name, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule}
        )
    return s3


def a_queue() -> tuple[str, Any]:
    """Make alerts.fifo; return its URL and the client."""
    sqs = aws.make_client("sqs")
    made = sqs.create_queue(QueueName="alerts.fifo", Attributes={"FifoQueue": "true", "VisibilityTimeout": "360"})
    return made["QueueUrl"], sqs


def a_secret(name: str, text: str) -> Any:  # noqa: ANN401  # boto3 has no types
    secrets = aws.make_client("secretsmanager")
    secrets.create_secret(Name=name, SecretString=text)
    return secrets


def an_endpoint(name: str, config: str, others: tuple[str, ...] = ()) -> None:
    """Put an endpoint in service; each configuration has a model of its own name, loaded from the bucket `models`."""
    s3, sagemaker = a_bucket("models"), aws.make_client("sagemaker")
    for each in (config, *others):
        s3.put_object(Bucket="models", Key=f"{each}/model.tar.gz", Body=each.encode(), ChecksumAlgorithm="SHA256")
        container = {"Image": f"{ACCOUNT}.ecr/chat:1", "ModelDataUrl": f"s3://models/{each}/model.tar.gz"}
        role = f"arn:aws:iam::{ACCOUNT}:role/serving"
        sagemaker.create_model(ModelName=each, PrimaryContainer=container, ExecutionRoleArn=role)
        variant = {"VariantName": "AllTraffic", "ModelName": each, "InitialInstanceCount": 1}
        sagemaker.create_endpoint_config(
            EndpointConfigName=each, ProductionVariants=[{**variant, "InstanceType": "ml.m5.xlarge"}]
        )
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config)


def _attribute(name: str, kind: str) -> dict[str, str]:
    return {"AttributeName": name, "AttributeType": kind}


def _keys(partition: str, sort: str) -> list[dict[str, str]]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]


def scripted(service: str) -> tuple[Any, Stubber]:
    """Return a client that only answers what the test scripts, and refuses calls or parameters that differ."""
    client = aws.make_client(service)
    script = Stubber(client)
    script.activate()
    return client, script


def losing(client: Any, error: Exception) -> Any:  # noqa: ANN401  # boto3 has no types
    """Let every call of this client end in this error, as when the network breaks."""

    def lose(**_call: object) -> None:
        raise error

    client.meta.events.register("before-call", lose)
    return client


@dataclass
class OneClient(RemediationRoles):
    """Roles that always lead to the same client, or to none."""

    client_made: Any
    trouble: Exception | None = None

    def client(self, service: str, target: Target) -> Any:  # noqa: ANN401, ARG002  # boto3 has no types
        if self.trouble:
            raise self.trouble
        return self.client_made

    def client_once(self, service: str, target: Target, session: str) -> Any:  # noqa: ANN401, ARG002  # boto3 has no types
        return self.client(service, target)


def an_alias(function: str, alias: str) -> tuple[str, str]:
    """Publish two versions of a function, point the alias at the second, and return both."""
    lambdas, iam = aws.make_client("lambda"), aws.make_client("iam")
    role = iam.create_role(RoleName="serving", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    code = {"ImageUri": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/chat:1"}
    lambdas.create_function(FunctionName=function, PackageType="Image", Role=role, Code=code)
    first = lambdas.publish_version(FunctionName=function)["Version"]
    lambdas.update_function_code(FunctionName=function, ImageUri=code["ImageUri"].replace(":1", ":2"))
    second = lambdas.publish_version(FunctionName=function)["Version"]
    lambdas.create_alias(FunctionName=function, Name=alias, FunctionVersion=second)
    return first, second


def a_parameter(name: str, value: str) -> None:
    """Write the parameter, and an object for each of the versions v1 and v2 in the bucket `models`."""
    s3 = a_bucket("models")
    for version in ("v1", "v2"):
        s3.put_object(Bucket="models", Key=f"chat/{version}/model", Body=version.encode(), ChecksumAlgorithm="SHA256")
    aws.make_client("ssm").put_parameter(Name=name, Value=value, Type="String")


def a_limited_api(rate: float) -> tuple[str, str]:
    """Make a REST API with a stage `live` and a usage plan, both limited to this rate; return their ids."""
    gateway = aws.make_client("apigateway")
    api = gateway.create_rest_api(name="chat")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    gateway.put_method(restApiId=api, resourceId=root, httpMethod="POST", authorizationType="NONE")
    gateway.put_integration(restApiId=api, resourceId=root, httpMethod="POST", type="MOCK")
    gateway.create_deployment(restApiId=api, stageName="live")
    patch = {"op": "replace", "path": "/*/*/throttling/rateLimit", "value": f"{rate:g}"}
    gateway.update_stage(restApiId=api, stageName="live", patchOperations=[patch])
    plan = gateway.create_usage_plan(name="chat", throttle={"rateLimit": rate, "burstLimit": 2 * int(rate)})["id"]
    return api, plan


def a_registry_table(name: str, *versions: ModelVersion) -> tuple[tuple[ModelVersion, ...], Callable[[str], None]]:
    """Make a registry table and the objects of these versions; return them as they are, and how to move `chat@live`."""
    dynamodb, s3 = aws.make_client("dynamodb"), a_bucket("models")
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[_attribute(n, "S") for n in ("pk", "sk")],
        KeySchema=_keys("pk", "sk"),
    )
    made = []
    for version in versions:
        digests = {}
        for part, place in version.objects.items():
            key = place.removeprefix("s3://models/")
            s3.put_object(Bucket="models", Key=key, Body=place.encode(), ChecksumAlgorithm="SHA256")
            head = s3.head_object(Bucket="models", Key=key, ChecksumMode="ENABLED")
            digests[part] = f"sha256:{head['ChecksumSHA256']}"
        made.append(replace(version, digests=digests))
        texts = {"digests": digests, "objects": version.objects}
        maps = {field: {"M": {k: {"S": v} for k, v in text.items()}} for field, text in texts.items()}
        keys = {"pk": {"S": f"MODEL#{version.model}"}, "sk": {"S": f"VERSION#{version.version}"}}
        dynamodb.put_item(TableName=name, Item={**keys, **maps})

    def point(number: str) -> None:
        item = {"pk": "MODEL#chat", "sk": "ALIAS#live", "version": number}
        dynamodb.put_item(TableName=name, Item={key: {"S": value} for key, value in item.items()})

    return tuple(made), point


def a_service(cluster: str, service: str, count: int = 1) -> tuple[str, str]:
    """Run a service on the second of two task definitions, and return both as `family:revision`."""
    ecs = aws.make_client("ecs")
    ecs.create_cluster(clusterName=cluster)
    images = (f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/chat@sha256:{digit * 64}" for digit in "12")
    made = [
        ecs.register_task_definition(
            family=service, containerDefinitions=[{"name": "model", "image": image, "memory": 512}]
        )
        for image in images
    ]
    first, second = (one["taskDefinition"]["taskDefinitionArn"].rpartition("/")[2] for one in made)
    ecs.create_service(cluster=cluster, serviceName=service, taskDefinition=second, desiredCount=count)
    return first, second


def registered(target: Target, least: int, most: int) -> None:
    """Register the target's capacity, or move its bounds."""
    named = target.touch.capacity
    assert named
    aws.make_client("application-autoscaling").register_scalable_target(
        ServiceNamespace=named.namespace,
        ResourceId=named.resource,
        ScalableDimension=named.dimension,
        MinCapacity=least,
        MaxCapacity=most,
    )


def an_endpoint_of(name: str, **weights: float) -> None:
    """Put an endpoint in service whose variants have these weights."""
    sagemaker, container = aws.make_client("sagemaker"), {"Image": f"{ACCOUNT}.ecr/chat:1"}
    sagemaker.create_model(
        ModelName=name, PrimaryContainer=container, ExecutionRoleArn=f"arn:aws:iam::{ACCOUNT}:role/serving"
    )
    size = {"ModelName": name, "InitialInstanceCount": 1, "InstanceType": "ml.m5.xlarge"}
    variants = [{"VariantName": v, "InitialVariantWeight": weight, **size} for v, weight in weights.items()]
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=variants)
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)


def a_balancer(first: int, second: int) -> dict[str, str]:
    """Make a load balancer whose listener and rule spread over `chat-a` and `chat-b`; return the ARNs of its parts."""
    balancers, ec2 = aws.make_client("elbv2"), aws.make_client("ec2")
    network = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    zones = [
        ec2.create_subnet(VpcId=network, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")
        for n, zone in enumerate("ab")
    ]
    made = balancers.create_load_balancer(Name="chat", Subnets=[zone["Subnet"]["SubnetId"] for zone in zones])
    group = {"Protocol": "HTTP", "Port": 80, "VpcId": network, "TargetType": "ip"}
    groups = [
        balancers.create_target_group(Name=f"chat-{name}", **group)["TargetGroups"][0]["TargetGroupArn"]
        for name in "ab"
    ]
    weighted = [{"TargetGroupArn": arn, "Weight": w} for arn, w in zip(groups, (first, second), strict=True)]
    spread = [{"Type": "forward", "ForwardConfig": {"TargetGroups": weighted}}]
    at = {"LoadBalancerArn": made["LoadBalancers"][0]["LoadBalancerArn"], "Protocol": "HTTP"}
    listener = balancers.create_listener(**at, Port=80, DefaultActions=spread)["Listeners"][0]["ListenerArn"]
    rules = {"ListenerArn": listener, "Conditions": [{"Field": "path-pattern", "Values": ["/v1/*"]}]}
    plain = [{"Type": "forward", "TargetGroupArn": groups[0]}]
    return {
        "listener": listener,
        "rule": balancers.create_rule(**rules, Priority=1, Actions=spread)["Rules"][0]["RuleArn"],
        "plain": balancers.create_rule(**rules, Priority=2, Actions=plain)["Rules"][0]["RuleArn"],
        "group": groups[0],
    }
