"""What may be touched: one small description per kind of thing outside.

The key in `services.yaml` is the kind; families of kinds stand on the shelf `things/`. A target may name several;
the first in the order below gives the resource under which its incidents are kept.
"""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field

from responder.domain.things.adapter import Adapter
from responder.domain.things.documents import Circuit, Document, LimitsDocument, ServingProfile
from responder.domain.things.evaluation import Evaluation
from responder.domain.things.gateway import LiteLlmCircuit, LiteLlmTeam
from responder.domain.things.load import Capacity, ListenerWeights, TargetGroup, VariantWeights
from responder.domain.things.queue import DeadLetters
from responder.domain.things.registries import AnyRegistry, MlflowRegistry, ModelPackages, Registry
from responder.domain.things.rollouts import CodeDeployGroup, ConfigRollout
from responder.domain.things.service import EcsService

_STRICT = ConfigDict(extra="forbid")


class TouchKind(StrEnum):
    """The kinds, named like the keys of `touch`."""

    SAGEMAKER_ENDPOINT = "sagemaker_endpoint"
    LAMBDA_ALIAS = "lambda_alias"
    VERSION_PARAMETER = "version_parameter"
    ECS_SERVICE = "ecs_service"
    INFERENCE_COMPONENT = "inference_component"
    ADAPTER = "adapter"
    REGISTRY = "registry"
    MLFLOW_REGISTRY = "mlflow_registry"
    MODEL_PACKAGES = "model_packages"
    USAGE_PLAN = "usage_plan"
    API_STAGE = "api_stage"
    LITELLM_TEAM = "litellm_team"
    LIMITS_DOCUMENT = "limits_document"
    SERVING_PROFILE = "serving_profile"
    CIRCUIT = "circuit"
    LITELLM_CIRCUIT = "litellm_circuit"
    CAPACITY = "capacity"
    VARIANT_WEIGHTS = "variant_weights"
    LISTENER_WEIGHTS = "listener_weights"
    TARGET_GROUP = "target_group"
    CODEDEPLOY_GROUP = "codedeploy_group"
    CONFIG_ROLLOUT = "config_rollout"
    EVALUATION = "evaluation"
    DEAD_LETTERS = "dead_letters"


REGISTRIES = (TouchKind.REGISTRY, TouchKind.MLFLOW_REGISTRY, TouchKind.MODEL_PACKAGES)
DOCUMENTS = frozenset({TouchKind.LIMITS_DOCUMENT, TouchKind.SERVING_PROFILE, TouchKind.CIRCUIT})


@dataclass(frozen=True)
class LambdaAlias:
    """An alias of a function; its versions are the releases."""

    __pydantic_config__ = _STRICT

    function: str
    alias: str

    @property
    def name(self) -> str:
        return f"{self.function}:{self.alias}"


@dataclass(frozen=True)
class VersionParameter:
    """A parameter a fleet reads its version from; `objects` is what a version is made of, `{version}` stands for it."""

    __pydantic_config__ = _STRICT

    parameter: str
    objects: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.parameter.strip("/")


@dataclass(frozen=True)
class UsagePlan:
    """A usage plan of API Gateway; its rate is never lowered below `least` requests per second."""

    __pydantic_config__ = _STRICT

    plan: str
    least: float

    @property
    def name(self) -> str:
        return self.plan


@dataclass(frozen=True)
class ApiStage:
    """The method limits of a REST API's stage (`POST /v1/chat`, or `*/*` for all); never lowered below `least`."""

    __pydantic_config__ = _STRICT

    api: str
    stage: str
    least: float
    method: str = "*/*"

    @property
    def name(self) -> str:
        return f"{self.api}/{self.stage}/{self.method.replace(' ', '')}"


@dataclass(frozen=True)
class Touch:
    """Exactly what may be touched on a target."""

    __pydantic_config__ = _STRICT

    sagemaker_endpoint: Annotated[str, Field(pattern=r"^[a-zA-Z0-9-]{1,63}$")] | None = None
    lambda_alias: LambdaAlias | None = None
    version_parameter: VersionParameter | None = None
    ecs_service: EcsService | None = None
    inference_component: Annotated[str, Field(pattern=r"^[a-zA-Z0-9-]{1,63}$")] | None = None
    adapter: Adapter | None = None
    registry: Registry | None = None
    mlflow_registry: MlflowRegistry | None = None
    model_packages: ModelPackages | None = None
    usage_plan: UsagePlan | None = None
    api_stage: ApiStage | None = None
    litellm_team: LiteLlmTeam | None = None
    limits_document: LimitsDocument | None = None
    serving_profile: ServingProfile | None = None
    circuit: Circuit | None = None
    litellm_circuit: LiteLlmCircuit | None = None
    capacity: Capacity | None = None
    variant_weights: VariantWeights | None = None
    listener_weights: ListenerWeights | None = None
    target_group: TargetGroup | None = None
    codedeploy_group: CodeDeployGroup | None = None
    config_rollout: ConfigRollout | None = None
    evaluation: Evaluation | None = None
    dead_letters: DeadLetters | None = None

    @property
    def names(self) -> dict[TouchKind, str]:
        """The things that are named, by kind, first things first."""
        found = {TouchKind(f.name): getattr(self, f.name) for f in fields(self)}
        return {kind: thing if isinstance(thing, str) else thing.name for kind, thing in found.items() if thing}

    @property
    def wholes(self) -> dict[TouchKind, str]:
        """What each thing is a part of, or all of: two things of one whole belong to one target."""
        named = {kind: getattr(self, kind) for kind in self.names}
        return {k: getattr(it, "part_of", f"{k.replace('_', '-')}/{self.names[k]}") for k, it in named.items()}

    @property
    def registered(self) -> tuple[TouchKind, AnyRegistry] | None:
        """The one registry that says which version is in force, and its kind; the first where several are named."""
        return next(((kind, getattr(self, kind)) for kind in REGISTRIES if getattr(self, kind)), None)

    @property
    def models(self) -> tuple[str, ...]:
        """The names of its models in that registry."""
        return self.registered[1].models if self.registered else ()

    @property
    def arns(self) -> dict[TouchKind, str]:
        """The things that are named by their ARN."""
        named = (TouchKind.LISTENER_WEIGHTS, TouchKind.TARGET_GROUP, TouchKind.DEAD_LETTERS)
        return {kind: getattr(self, kind).arn for kind in named if getattr(self, kind)}

    def document(self, kind: TouchKind) -> Document | None:
        """The document of this kind, where it is one and named."""
        thing = getattr(self, kind)
        return thing if isinstance(thing, Document) else None
