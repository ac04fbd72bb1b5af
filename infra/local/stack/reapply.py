"""Re-apply the properties that MiniStack's CloudFormation drops although its API keeps them.

Each line here is one of its gaps; the conformance check that follows fails when a gap is missed, but says nothing when
a newer MiniStack needs no help any more: try without them when the pinned version changes.
"""

import json
from collections.abc import Callable
from typing import Any

from infra.local.clouds import Clouds
from infra.local.stack.values import Stack

Wanted = dict[str, Any]


def reapply(clouds: Clouds, stack: Stack) -> None:
    """Repair what was dropped, resource by resource."""
    for name, resource in stack.resources.items():
        if repair := REPAIRS.get(resource["Type"]):
            repair(clouds, stack.physical[name], stack.value(resource.get("Properties", {})))


def _table(clouds: Clouds, name: str, wanted: Wanted) -> None:
    if recovery := wanted.get("PointInTimeRecoverySpecification"):
        clouds.client("dynamodb").update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=recovery)


def _bucket(clouds: Clouds, name: str, wanted: Wanted) -> None:
    s3 = clouds.client("s3")
    if encryption := wanted.get("BucketEncryption"):
        rules = [_encryption_rule(rule) for rule in encryption["ServerSideEncryptionConfiguration"]]
        s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules})
    if lock := wanted.get("ObjectLockConfiguration"):
        s3.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=_with_number(lock))
    if lifecycle := wanted.get("LifecycleConfiguration"):
        rules = [_lifecycle_rule(rule) for rule in lifecycle["Rules"]]
        s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})


def _secret(clouds: Clouds, name: str, wanted: Wanted) -> None:
    """Draw the password again: MiniStack's may hold the characters that the template excludes."""
    secrets, asked = clouds.client("secretsmanager"), wanted["GenerateSecretString"]
    drawn = secrets.get_random_password(
        PasswordLength=asked["PasswordLength"], ExcludePunctuation=asked["ExcludePunctuation"]
    )
    plain = drawn["RandomPassword"]
    template = asked.get("SecretStringTemplate")
    text = json.dumps({**json.loads(template), asked["GenerateStringKey"]: plain}) if template else plain
    secrets.put_secret_value(SecretId=name, SecretString=text)


def _topic(clouds: Clouds, arn: str, wanted: Wanted) -> None:
    if key := wanted.get("KmsMasterKeyId"):
        clouds.client("sns").set_topic_attributes(TopicArn=arn, AttributeName="KmsMasterKeyId", AttributeValue=key)


def _stage(clouds: Clouds, name: str, wanted: Wanted) -> None:
    log = wanted.get("AccessLogSetting")
    if not log:
        return
    settings = {"destinationArn": log["DestinationArn"], "format": log["Format"]}
    changes = [
        {"op": "replace", "path": f"/accessLogSettings/{one}", "value": value} for one, value in settings.items()
    ]
    clouds.client("apigateway").update_stage(restApiId=wanted["RestApiId"], stageName=name, patchOperations=changes)


def _function(clouds: Clouds, name: str, wanted: Wanted) -> None:
    if reserved := wanted.get("ReservedConcurrentExecutions"):
        clouds.client("lambda").put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=int(reserved))


def _encryption_rule(rule: Wanted) -> Wanted:
    return {
        "ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"],
        "BucketKeyEnabled": rule.get("BucketKeyEnabled", False),
    }


def _with_number(lock: Wanted) -> Wanted:
    retention = lock["Rule"]["DefaultRetention"]
    return {**lock, "Rule": {"DefaultRetention": {**retention, "Days": int(retention["Days"])}}}


def _lifecycle_rule(rule: Wanted) -> Wanted:
    return {
        "ID": rule["Id"],
        "Status": rule["Status"],
        "Filter": {"Prefix": rule["Prefix"]},
        "Expiration": {"Days": rule["ExpirationInDays"]},
        "AbortIncompleteMultipartUpload": rule["AbortIncompleteMultipartUpload"],
    }


REPAIRS: dict[str, Callable[[Clouds, str, Wanted], None]] = {
    "AWS::ApiGateway::Stage": _stage,
    "AWS::DynamoDB::Table": _table,
    "AWS::Lambda::Function": _function,
    "AWS::S3::Bucket": _bucket,
    "AWS::SNS::Topic": _topic,
    "AWS::SecretsManager::Secret": _secret,
}
