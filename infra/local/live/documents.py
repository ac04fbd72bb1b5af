"""How people bring configurations to a service by AppConfig."""

from collections.abc import Mapping
from typing import Any

from infra.local.live.hands import Hands
from responder.domain.plain import canonical
from responder.domain.touch import TouchKind

AT_ONCE = {"DeploymentDurationInMinutes": 0, "GrowthFactor": 100, "ReplicateTo": "NONE", "FinalBakeTimeInMinutes": 0}
SLOWLY = {**AT_ONCE, "DeploymentDurationInMinutes": 30, "GrowthFactor": 10}
"""So slowly that it is still under way when anybody looks."""


def write_document(hands: Hands, kind: TouchKind, content: Mapping[str, Any]) -> None:
    """Put a document in force at once."""
    named = getattr(hands.target.touch, kind)
    _deploy(hands, named, content, named.strategy)
    hands.tell("leave")


def roll_out(hands: Hands, content: Mapping[str, Any], how: Mapping[str, Any]) -> None:
    """Hand out a configuration."""
    name = f"{hands.service} in {how['DeploymentDurationInMinutes']} minutes"
    strategy = hands.house.clouds.client("appconfig").create_deployment_strategy(Name=name, **how)["Id"]
    _deploy(hands, hands.target.touch.config_rollout, content, strategy)
    hands.tell("leave")


def _deploy(hands: Hands, named: Any, content: Mapping[str, Any], strategy: str) -> None:  # noqa: ANN401  # either kind
    appconfig, of = hands.house.clouds.client("appconfig"), {"ApplicationId": named.application}
    stored = appconfig.create_hosted_configuration_version(
        **of, ConfigurationProfileId=named.profile, Content=canonical(content).encode(), ContentType="application/json"
    )
    appconfig.start_deployment(
        **of,
        EnvironmentId=named.environment,
        ConfigurationProfileId=named.profile,
        DeploymentStrategyId=strategy,
        ConfigurationVersion=str(stored["VersionNumber"]),
    )
