"""A gateway in front of the models: the limits of its teams, and who answers a model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field

from responder.domain.things.asked import ONCE, share, text

Limit = Literal["rpm_limit", "tpm_limit"]
Url = Annotated[
    str,
    text(
        r"https?://[A-Za-z0-9.-]+(:\d{1,5})?",
        "the gateway's URL with http:// or https://, without path or trailing slash, like https://gateway.internal:4000",
    ),
]
Id = Annotated[str, Field(pattern=r"^[\w.-]+$")]


@dataclass(frozen=True)
class LiteLlmTeam:
    """A team of LiteLLM's proxy; its limits of requests and tokens per minute are never lowered below `least`.

    `token` is a secret of the target's account with a key that may update the team.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    url: Url
    team: Id
    least: Annotated[dict[Limit, float], Field(min_length=1)]
    token: str

    @property
    def name(self) -> str:
        return f"{urlsplit(self.url).netloc}/{self.team}"


@dataclass(frozen=True)
class LiteLlmCircuit:
    """A model of LiteLLM's proxy that several deployments answer; `fallback` are the ids of those that stand by.

    While the circuit is open they answer alone; half open, the others get at most the share `half_open` of the calls.
    `token` is a secret of the target's account with a key that may update models.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    url: Url
    model: Annotated[str, Field(pattern=r"^[\w./:-]+$")]
    fallback: Annotated[tuple[Id, ...], Field(min_length=1), ONCE]
    half_open: Annotated[float, share(0.5)]
    token: str

    @property
    def name(self) -> str:
        return f"{urlsplit(self.url).netloc}/{self.model}"

    def call_for(self, deployment: str) -> str:
        return f"/model/{deployment}/update"

    def asked(self, weight: str, flags: Mapping[str, bool]) -> dict[str, dict[str, float | bool]]:
        """Return the body that sets a weight; of the rest the proxy forgets what is switched on, unless told."""
        return {"litellm_params": {**flags, "weight": float(weight) if "." in weight else int(weight)}}
