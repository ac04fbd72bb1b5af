"""How load meets replicas: how many there are, and which of them get how much."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import ConfigDict, Field

from responder.domain.things.asked import text

_STRICT = ConfigDict(extra="forbid")
WholeWeights = Annotated[dict[str, Annotated[int, Field(ge=0, le=999)]], Field(min_length=2)]
Weights = Annotated[dict[str, Annotated[float, Field(ge=0)]], Field(min_length=2)]


@dataclass(frozen=True)
class Capacity:
    """A scalable target of Application Auto Scaling; while an incident lasts its minimum is `most`.

    `resource` as it is named there: `service/CLUSTER/SERVICE` or `endpoint/ENDPOINT/variant/VARIANT`. `id` is the end
    of its ARN and only narrows what the remediation role may change.
    """

    __pydantic_config__ = _STRICT

    resource: Annotated[
        str,
        text(
            r"(service/[\w-]+/[\w-]+|endpoint/[\w-]+/variant/[\w-]+)",
            "service/CLUSTER/SERVICE or endpoint/NAME/variant/NAME, like endpoint/rank/variant/AllTraffic",
        ),
    ]
    most: Annotated[int, Field(ge=1)]
    id: str = "*"

    @property
    def name(self) -> str:
        return self.resource

    @property
    def part_of(self) -> str:
        kind, first, *rest = self.resource.split("/")
        return f"ecs-service/{first}/{rest[0]}" if kind == "service" else f"sagemaker-endpoint/{first}"

    @property
    def namespace(self) -> str:
        return "ecs" if self.resource.startswith("service/") else "sagemaker"

    @property
    def dimension(self) -> str:
        ecs = self.namespace == "ecs"
        return "ecs:service:DesiredCount" if ecs else "sagemaker:variant:DesiredInstanceCount"


@dataclass(frozen=True)
class VariantWeights:
    """How an endpoint spreads its calls over its variants when all is well."""

    __pydantic_config__ = _STRICT

    endpoint: Annotated[str, Field(pattern=r"^[a-zA-Z0-9-]{1,63}$")]
    weights: Weights

    @property
    def name(self) -> str:
        return self.endpoint

    @property
    def part_of(self) -> str:
        return f"sagemaker-endpoint/{self.endpoint}"


@dataclass(frozen=True)
class ListenerWeights:
    """How a load balancer's listener, or one of its rules, spreads its calls over target groups when all is well.

    `listener` is the ARN of the one or of the other; `weights` are by the names of the target groups.
    """

    __pydantic_config__ = _STRICT

    listener: Annotated[
        str,
        text(
            r"arn:aws[a-z-]*:elasticloadbalancing:[^:]+:\d{12}:listener(-rule)?/app/.+",
            "the ARN of the listener or of one of its rules, like"
            " arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/…",
        ),
    ]
    weights: WholeWeights

    @property
    def name(self) -> str:
        return self.listener.split(":", 5)[5]

    @property
    def arn(self) -> str:
        return self.listener

    @property
    def is_rule(self) -> bool:
        return ":listener-rule/" in self.listener


@dataclass(frozen=True)
class TargetGroup:
    """The shards behind one target group, which nobody else fills; `least` healthy ones stay, whatever happens.

    `load` is a query that says how much each does, by the label `label`: `id:port`, or the id alone.
    """

    __pydantic_config__ = _STRICT

    group: Annotated[
        str,
        text(
            r"arn:aws[a-z-]*:elasticloadbalancing:[^:]+:\d{12}:targetgroup/.+",
            "the ARN of the target group, not its name, like"
            " arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/…",
        ),
    ]
    least: Annotated[int, Field(ge=1)]
    load: str = "sum by (instance) (rate(infer_latency_ms_count{$series}[5m]))"
    label: str = "instance"

    @property
    def name(self) -> str:
        return self.group.split(":", 5)[5]

    @property
    def arn(self) -> str:
        return self.group
