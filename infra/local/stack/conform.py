"""Compare the template with what stands; fail on drift, on an unknown type, and on a property nobody can check.

The local cloud is only worth something while it is what the template says. What cannot be seen is listed in `WAIVED`,
each with its because.
"""

from collections.abc import Callable

from infra.local.clouds import Clouds
from infra.local.errors import LocalCloudError
from infra.local.stack import read_access, read_front, read_functions, read_messages, read_storage
from infra.local.stack.compare import Found, Value, differences
from infra.local.stack.values import Stack

Reader = Callable[[Clouds, str, Found], Found]


def _by_name(read: Callable[[Clouds, str], Found]) -> Reader:
    """Make a reader of one that needs nothing but the physical name."""
    return lambda clouds, physical, _wanted: read(clouds, physical)


READERS: dict[str, Reader] = {
    "AWS::ApiGateway::Account": _by_name(read_front.account),
    "AWS::ApiGateway::Deployment": read_front.deployment,
    "AWS::ApiGateway::RestApi": read_front.rest_api,
    "AWS::ApiGateway::Stage": read_front.stage,
    "AWS::CloudWatch::Alarm": _by_name(read_front.alarm),
    "AWS::CloudWatch::Dashboard": _by_name(read_front.dashboard),
    "AWS::DynamoDB::Table": _by_name(read_storage.table),
    "AWS::Events::Rule": _by_name(read_messages.rule),
    "AWS::IAM::ManagedPolicy": _by_name(read_access.managed_policy),
    "AWS::IAM::Policy": read_access.policy,
    "AWS::IAM::Role": read_access.role_for,
    "AWS::KMS::Key": _by_name(read_storage.key),
    "AWS::Lambda::Alias": _by_name(read_functions.alias),
    "AWS::Lambda::EventInvokeConfig": read_functions.invoke_config,
    "AWS::Lambda::EventSourceMapping": _by_name(read_functions.event_source),
    "AWS::Lambda::Function": _by_name(read_functions.function),
    "AWS::Lambda::Permission": read_functions.permission,
    "AWS::Lambda::Version": _by_name(read_functions.version),
    "AWS::Logs::LogGroup": _by_name(read_front.log_group),
    "AWS::S3::Bucket": _by_name(read_storage.bucket),
    "AWS::S3::BucketPolicy": read_storage.bucket_policy,
    "AWS::SNS::Subscription": _by_name(read_messages.subscription),
    "AWS::SNS::Topic": _by_name(read_messages.topic),
    "AWS::SNS::TopicPolicy": read_messages.topic_policy,
    "AWS::SQS::Queue": _by_name(read_messages.queue),
    "AWS::SQS::QueuePolicy": read_messages.queue_policy,
    "AWS::SSM::Parameter": _by_name(read_storage.parameter),
    "AWS::SecretsManager::Secret": _by_name(read_storage.secret),
}

WAIVED = {
    ("AWS::ApiGateway::RestApi", "EndpointConfiguration"): "MiniStack has one kind of endpoint and does not say which",
    ("AWS::ApiGateway::RestApi", "Parameters"): "SAM repeats the endpoint type here for the importer",
    ("AWS::KMS::Key", "PendingWindowInDays"): "no API tells it before the key is being deleted",
}


def find_drift(clouds: Clouds, stack: Stack) -> list[str]:
    """List every difference between the template and what stands."""
    wanted = stack.resources
    missing = [f"{name}: the template has it, the stack does not" for name in wanted.keys() - stack.physical.keys()]
    extra = [f"{name}: the stack has it, the template does not" for name in stack.physical.keys() - wanted.keys()]
    present = {name: one for name, one in wanted.items() if name in stack.physical}
    return missing + extra + [line for name, one in present.items() for line in _drift(clouds, stack, name, one)]


def assert_conforms(clouds: Clouds, stack: Stack) -> int:
    """Fail when the stack is not what the template says; otherwise tell how many resources were compared."""
    if drift := find_drift(clouds, stack):
        raise LocalCloudError("the local cloud is not what infra/template.yaml says:\n  " + "\n  ".join(drift))
    return len(stack.resources)


def _drift(clouds: Clouds, stack: Stack, name: str, resource: Found) -> list[str]:
    kind = resource["Type"]
    if kind not in READERS:
        return [f"{name}: nobody knows how to check {kind}: add a reader to infra/local/stack/conform.py"]
    wanted = stack.value(resource.get("Properties", {}))
    found = READERS[kind](clouds, stack.physical[name], wanted)
    return [line for one, value in wanted.items() for line in _property_drift(kind, name, one, value, found)]


def _property_drift(kind: str, name: str, prop: str, wanted: Value, found: Found) -> list[str]:
    if (kind, prop) in WAIVED:
        return []
    if prop not in found:
        return [f"{name}.{prop}: nobody knows how to check this property of {kind}: add it to its reader"]
    return differences(wanted, found[prop], f"{name}.{prop}")
