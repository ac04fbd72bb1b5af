"""A gateway in front of the models, whose teams have limits of their own."""

from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field

Limit = Literal["rpm_limit", "tpm_limit"]


@dataclass(frozen=True)
class LiteLlmTeam:
    """A team of LiteLLM's proxy; its limits of requests and tokens per minute are never lowered below `least`.

    `token` is a secret of the target's account with a key that may update the team.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    url: Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.-]+(:\d{1,5})?$")]
    team: Annotated[str, Field(pattern=r"^[\w.-]+$")]
    least: Annotated[dict[Limit, float], Field(min_length=1)]
    token: str

    @property
    def name(self) -> str:
        return f"{urlsplit(self.url).netloc}/{self.team}"
