"""Bring the stack up in one go: secrets, the template, the repairs, the comparison."""

import json
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.local.clouds import Client, Clouds
from infra.local.paths import TEMPLATE
from infra.local.stack.conform import assert_conforms
from infra.local.stack.deploy import create_stack, outputs
from infra.local.stack.reapply import reapply
from infra.local.stack.template import Template, parse_template
from infra.local.stack.values import Stack
from infra.remediation_blocks import read_services, render

NAME = "practice"
PAGERDUTY = f"{NAME}/pagerduty"
ROUTING_KEY = "practice" * 4
"""PagerDuty's keys are 32 characters long; this one opens nothing."""


@dataclass(frozen=True)
class Settings:
    """What the practice stack is told."""

    pagerduty_url: str
    prometheus_url: str = ""
    alertmanager_url: str = ""
    mode: str = "auto"

    @property
    def parameters(self) -> dict[str, str]:
        """Fill in the template's parameters: a sandbox's, on this machine's interpreter."""
        return {
            "SubscriberEmail": "practice@example.com",
            "AuditMode": "GOVERNANCE",
            "AuditDays": "1",
            "InitialMode": self.mode,
            "PrometheusUrl": self.prometheus_url,
            "AlertmanagerUrl": self.alertmanager_url,
            "PagerDutySecretName": PAGERDUTY,
            "PagerDutyUrl": self.pagerduty_url,
            "OpsItems": "false",  # the local cloud has no OpsCenter
            "ApiGatewayLogs": "none",
            "JournalDeletionProtection": "false",
            "Runtime": f"python{sys.version_info.major}.{sys.version_info.minor}",
            "Architecture": "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64",
        }


@dataclass(frozen=True)
class Standing:
    """The stack as it stands."""

    stack: Stack
    outputs: Mapping[str, str]
    webhook: str
    token: str
    compared: int


def stand_up(clouds: Clouds, artifact: bytes, settings: Settings, services: Path) -> Standing:
    """Deploy, repair, compare; raise when what stands is not what the template says."""
    secrets = clouds.client("secretsmanager")
    secrets.create_secret(Name=PAGERDUTY, SecretString=ROUTING_KEY)
    stack = create_stack(clouds, NAME, practice_template(services), artifact, settings.parameters)
    reapply(clouds, stack)
    compared = assert_conforms(clouds, stack)
    found = outputs(clouds, NAME)
    webhook = f"{clouds.aws_url}/restapis/{stack.physical['WebhookApi']}/live/_user_request_/v1/alerts"
    return Standing(stack, found, webhook, _token(secrets, found["WebhookTokensSecret"]), compared)


def practice_template(services: Path) -> Template:
    """Read the real template with the practice fleet's entries of services.yaml in its generated blocks."""
    return parse_template(render(TEMPLATE.read_text(encoding="utf-8"), read_services([services])))


def _token(secrets: Client, name: str) -> str:
    """Read the token that the stack generated for Alertmanager."""
    value = json.loads(secrets.get_secret_value(SecretId=name)["SecretString"])["alertmanager"]
    return str(value if isinstance(value, str) else value[0])
