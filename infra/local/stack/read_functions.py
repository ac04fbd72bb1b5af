"""What stands of the functions and what starts them, in the words of the template."""

import base64
import json

from botocore.exceptions import ClientError

from infra.local.clouds import Clouds
from infra.local.stack.compare import Found
from infra.local.stack.deploy import ARTIFACTS, artifact_key

CONFIGURATION = (
    "Description",
    "Handler",
    "Runtime",
    "Timeout",
    "MemorySize",
    "Role",
    "Architectures",
    "LoggingConfig",
    "VpcConfig",
)


def function(clouds: Clouds, name: str) -> Found:
    """Read a function's configuration, and which artifact it runs."""
    client = clouds.client("lambda")
    found = client.get_function_configuration(FunctionName=name)
    reserved = client.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions")
    return {
        **{one: found.get(one) for one in CONFIGURATION},
        "Environment": {"Variables": found.get("Environment", {}).get("Variables", {})},
        "ReservedConcurrentExecutions": reserved,
        "Code": {"S3Bucket": ARTIFACTS, "S3Key": artifact_key(base64.b64decode(found["CodeSha256"]).hex())},
        "Tags": _own_tags(client.list_tags(Resource=found["FunctionArn"])["Tags"]),
    }


def version(clouds: Clouds, arn: str) -> Found:
    """Read which function a published version is of."""
    return {"FunctionName": clouds.client("lambda").get_function_configuration(FunctionName=arn)["FunctionName"]}


def alias(clouds: Clouds, arn: str) -> Found:
    """Read where an alias leads."""
    name, alias_name = arn.rsplit(":", 2)[-2:]
    found = clouds.client("lambda").get_alias(FunctionName=name, Name=alias_name)
    return {"FunctionName": name, "Name": found["Name"], "FunctionVersion": found["FunctionVersion"]}


def event_source(clouds: Clouds, mapping: str) -> Found:
    """Read how a queue starts a function."""
    found = clouds.client("lambda").get_event_source_mapping(UUID=mapping)
    return {
        "FunctionName": found["FunctionArn"],
        **{one: found.get(one) for one in ("BatchSize", "EventSourceArn", "FunctionResponseTypes", "ScalingConfig")},
    }


def invoke_config(clouds: Clouds, _physical: str, wanted: Found) -> Found:
    """Read what happens to an invocation that fails."""
    found = clouds.client("lambda").get_function_event_invoke_config(
        FunctionName=wanted["FunctionName"], Qualifier=wanted["Qualifier"]
    )
    return {
        "FunctionName": wanted["FunctionName"],
        "Qualifier": wanted["Qualifier"],
        **{one: found.get(one) for one in ("MaximumEventAgeInSeconds", "MaximumRetryAttempts", "DestinationConfig")},
    }


def permission(clouds: Clouds, _physical: str, wanted: Found) -> Found:
    """Look for the statement that lets somebody start a function."""
    try:
        policy = json.loads(clouds.client("lambda").get_policy(**_target(wanted["FunctionName"]))["Policy"])
    except ClientError:
        return dict.fromkeys(wanted)
    for statement in policy["Statement"]:
        source = statement.get("Condition", {}).get("ArnLike", {}).get("AWS:SourceArn")
        if source == wanted.get("SourceArn"):
            return {
                "FunctionName": wanted["FunctionName"],
                "Action": statement["Action"],
                "Principal": statement["Principal"]["Service"],
                "SourceArn": source,
            }
    return dict.fromkeys(wanted)


def _own_tags(tags: dict[str, str]) -> list[Found]:
    """List the tags except those CloudFormation adds."""
    return [{"Key": key, "Value": value} for key, value in tags.items() if not key.startswith("aws:")]


def _target(name: str) -> dict[str, str]:
    """Split the qualifier off an alias' ARN."""
    parts = name.split(":")
    return {"FunctionName": ":".join(parts[:7]), "Qualifier": parts[7]} if len(parts) == 8 else {"FunctionName": name}  # noqa: PLR2004  # arn:aws:lambda:region:account:function:name:qualifier
