"""A model registry: which of its models belong to a target, and where it says which version is in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field

from responder.domain.things.asked import ONCE, text

_STRICT = ConfigDict(extra="forbid")
Url = Annotated[
    str,
    text(
        r"https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[A-Za-z0-9_.-]+)*",
        "the server's URL with http:// or https://, without trailing slash, like https://mlflow.internal",
    ),
]
Model = Annotated[str, Field(pattern=r"^[A-Za-z0-9_. -]+$", max_length=256)]
Alias = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$", max_length=256)]
Group = Annotated[
    str, text(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", "the name of the model package group, not its ARN, like chat")
]


@dataclass(frozen=True)
class Registry:
    """The entries of a registry table that belong to this target."""

    __pydantic_config__ = _STRICT

    table: str
    models: Annotated[tuple[str, ...], ONCE]

    @property
    def name(self) -> str:
        return f"{self.table}/{'+'.join(sorted(self.models))}"

    @property
    def claims(self) -> tuple[str, ...]:
        return tuple(f"registry/{self.table}/{model}" for model in self.models)


@dataclass(frozen=True)
class MlflowRegistry:
    """Registered models of an MLflow server; `alias` points at the version of each that is in force.

    `token` is a secret of the target's account that may set aliases: a bearer token, or {"username": …, "password": …}.
    """

    __pydantic_config__ = _STRICT

    url: Url
    models: Annotated[tuple[Model, ...], Field(min_length=1), ONCE]
    alias: Alias
    token: str | None = None

    @property
    def name(self) -> str:
        return f"{self._place}/{'+'.join(sorted(self.models))}@{self.alias}"

    @property
    def claims(self) -> tuple[str, ...]:
        return tuple(f"mlflow-registry/{self._place}/{model}@{self.alias}" for model in self.models)

    @property
    def _place(self) -> str:
        split = urlsplit(self.url)
        return f"{split.netloc}{split.path}"


@dataclass(frozen=True)
class ModelPackages:
    """Model package groups of SageMaker's Model Registry: in force is the newest version that is approved."""

    __pydantic_config__ = _STRICT

    groups: Annotated[tuple[Group, ...], Field(min_length=1), ONCE]

    @property
    def models(self) -> tuple[str, ...]:
        return self.groups

    @property
    def name(self) -> str:
        return "+".join(sorted(self.groups))

    @property
    def claims(self) -> tuple[str, ...]:
        return tuple(f"model-packages/{group}" for group in self.groups)


AnyRegistry = Registry | MlflowRegistry | ModelPackages

OBJECT, DIGEST = "object.", "digest."  # of tags and metadata: `object.tokenizer`, and its digest where it is recorded


def marked(marks: Mapping[str, str], sort: str) -> dict[str, str]:
    """Return what tags or metadata of a version say of its parts."""
    return {name.removeprefix(sort): text for name, text in marks.items() if name.startswith(sort) and name != sort}
