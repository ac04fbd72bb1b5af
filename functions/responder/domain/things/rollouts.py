"""Rollouts that somebody else runs and that may be stopped: nothing is ever started or chosen there."""

from dataclasses import dataclass

from pydantic import ConfigDict

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class CodeDeployGroup:
    """A deployment group of CodeDeploy, whose running deployment may be stopped."""

    __pydantic_config__ = _STRICT

    application: str
    group: str

    @property
    def name(self) -> str:
        return f"{self.application}/{self.group}"


@dataclass(frozen=True)
class ConfigRollout:
    """A configuration profile of AppConfig, whose running deployment to this environment may be stopped."""

    __pydantic_config__ = _STRICT

    application: str
    environment: str
    profile: str

    @property
    def name(self) -> str:
        return f"{self.application}/{self.environment}/{self.profile}"
