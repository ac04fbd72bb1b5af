"""What may be touched: one small description per kind of thing outside.

The key in `services.yaml` is the kind. A target may name several; the first in the order below gives the
resource under which its incidents are kept.
"""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field

_STRICT = ConfigDict(extra="forbid")


class TouchKind(StrEnum):
    """The kinds, named like the keys of `touch`."""

    SAGEMAKER_ENDPOINT = "sagemaker_endpoint"
    LAMBDA_ALIAS = "lambda_alias"
    VERSION_PARAMETER = "version_parameter"
    REGISTRY = "registry"
    USAGE_PLAN = "usage_plan"
    API_STAGE = "api_stage"
    LIMITS_DOCUMENT = "limits_document"


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
class Registry:
    """The entries of a model registry that belong to this target."""

    __pydantic_config__ = _STRICT

    table: str
    models: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.table}/{'+'.join(sorted(self.models))}"


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
class LimitsDocument:
    """A JSON document in AppConfig; `least` names the numbers that may be lowered and how far."""

    __pydantic_config__ = _STRICT

    application: str
    environment: str
    profile: str
    least: dict[str, float]
    strategy: str = "AppConfig.AllAtOnce"

    @property
    def name(self) -> str:
        return f"{self.application}/{self.environment}/{self.profile}"


@dataclass(frozen=True)
class Touch:
    """Exactly what may be touched on a target."""

    __pydantic_config__ = _STRICT

    sagemaker_endpoint: Annotated[str, Field(pattern=r"^[a-zA-Z0-9-]{1,63}$")] | None = None
    lambda_alias: LambdaAlias | None = None
    version_parameter: VersionParameter | None = None
    registry: Registry | None = None
    usage_plan: UsagePlan | None = None
    api_stage: ApiStage | None = None
    limits_document: LimitsDocument | None = None

    @property
    def names(self) -> dict[TouchKind, str]:
        """The things that are named, by kind, first things first."""
        found = {TouchKind(f.name): getattr(self, f.name) for f in fields(self)}
        return {kind: thing if isinstance(thing, str) else thing.name for kind, thing in found.items() if thing}
