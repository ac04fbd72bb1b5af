"""What SageMaker and Bedrock themselves count, from CloudWatch, read under the target's remediation role."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from responder.adapters import aws
from responder.adapters.roles import RemediationRoles
from responder.domain.target import Target
from responder.errors import ActionFailed, CannotKnow


@dataclass(frozen=True)
class Counter:
    """One measurement: a metric over all variants of an endpoint, or of one Bedrock model."""

    namespace: str
    dimensions: str
    metric: str
    statistic: str
    over: str
    factor: float = 1.0


_ENDPOINT = "EndpointName,VariantName"
PERIOD_S = 60
COUNTERS = {  # the metric tables of the SageMaker and Bedrock developer guides; ModelLatency is in microseconds
    "sagemaker_5xx_errors": Counter("AWS/SageMaker", _ENDPOINT, "Invocation5XXErrors", "Sum", "SUM"),
    "sagemaker_invocations": Counter("AWS/SageMaker", _ENDPOINT, "Invocations", "Sum", "SUM"),
    "sagemaker_latency_seconds": Counter("AWS/SageMaker", _ENDPOINT, "ModelLatency", "p95", "MAX", 1e-6),
    "sagemaker_memory_percent": Counter("/aws/sagemaker/Endpoints", _ENDPOINT, "MemoryUtilization", "Maximum", "MAX"),
    "bedrock_throttles": Counter("AWS/Bedrock", "ModelId", "InvocationThrottles", "Sum", "SUM"),
    "bedrock_server_errors": Counter("AWS/Bedrock", "ModelId", "InvocationServerErrors", "Sum", "SUM"),
    "bedrock_latency_seconds": Counter("AWS/Bedrock", "ModelId", "InvocationLatency", "p95", "MAX", 1e-3),
}


class PlatformCounters:
    """One call per measurement."""

    def __init__(self, roles: RemediationRoles) -> None:
        self._roles = roles

    def names(self, target: Target) -> Sequence[str]:
        return [name for name, counter in COUNTERS.items() if _thing(counter, target)]

    def read(self, target: Target, name: str, since: datetime, until: datetime) -> float:
        counter = COUNTERS[name]
        asked = [{"Id": "answer", "Expression": _expression(counter, _thing(counter, target))}]
        try:
            found = self._roles.client("cloudwatch", target).get_metric_data(
                MetricDataQueries=asked, StartTime=since, EndTime=until, ScanBy="TimestampDescending"
            )
        except aws.TROUBLE as error:
            raise CannotKnow(f"{name}: {aws.code_of(error)}") from error
        except ActionFailed as error:
            raise CannotKnow(f"{name}: {error}") from error
        values = [float(value) for one in found["MetricDataResults"] for value in one["Values"]]
        if not values:
            raise CannotKnow(f"{name}: CloudWatch has no data for it")
        return counter.factor * (sum(values) if counter.over == "SUM" else max(values))


def _thing(counter: Counter, target: Target) -> str | None:
    return target.bedrock_model if counter.dimensions == "ModelId" else target.touch.sagemaker_endpoint


def _expression(counter: Counter, thing: str | None) -> str:
    """Search by exact name; it comes from services.yaml, which refuses names with quotes."""
    dimension = counter.dimensions.split(",")[0]
    search = f'{{{counter.namespace},{counter.dimensions}}} MetricName="{counter.metric}" {dimension}="{thing}"'
    return f"{counter.over}(SEARCH('{search}', '{counter.statistic}', {PERIOD_S}))"
