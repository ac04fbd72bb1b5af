"""A re-evaluation that somebody else runs: it is asked for by an event, and serving is left as it is."""

from dataclasses import dataclass

from pydantic import ConfigDict

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class Evaluation:
    """Which model is evaluated, and the parameter in which it stands what was asked for last."""

    __pydantic_config__ = _STRICT

    model: str
    parameter: str
    bus: str = "default"

    @property
    def name(self) -> str:
        return self.parameter.strip("/")
