"""What somebody who brought the house up needs to know: addresses, and lines to paste."""

import json
import shlex

from infra.local.house import House
from infra.local.paths import ENV_FILE, ROOT, SAMPLE_ALERT

ALERT = [
    {
        "labels": {"alertname": "LLMHighP95", "severity": "page", "model": "chat", "env": "practice"},
        "annotations": {"summary": "raised by hand", "runbook": "runbooks/latency_spike.md"},
    }
]


def env_lines(house: House) -> str:
    """Write the environment as shell lines."""
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in house.env.items())


def welcome(house: House) -> str:
    """Write what is where."""
    return "\n".join(["", *_addresses(house), "", *_lines(house), "", "Ctrl-C ends all of it.", ""])


def _addresses(house: House) -> list[str]:
    places = {"webhook": house.stack.webhook, "fleet": house.fleet, "PagerDuty": f"{house.pagerduty}/incidents"}
    if house.metrics:
        places |= {"Prometheus": house.metrics.prometheus, "Alertmanager": house.metrics.alertmanager}
    return [f"{name:13}{address}" for name, address in (places | {"logs": str(house.processes.folder / "logs")}).items()]


def _lines(house: House) -> list[str]:
    header = shlex.quote(f"Authorization: Bearer {house.stack.token}")
    sample = SAMPLE_ALERT.relative_to(ROOT)
    lines = [
        "# the command line (responder, aws) on this cloud",
        f"source {ENV_FILE.relative_to(ROOT)}",
        "# an alert, as Alertmanager would send it",
        f"jq .body {sample} | curl --cacert {house.clouds.ca_file} -H {header} --json @- {house.stack.webhook}",
        "# a release that is slow; Prometheus notices by itself",
        "aws sagemaker update-endpoint --endpoint-name chat --endpoint-config-name chat-v2 --retain-all-variant-properties",
    ]
    if house.metrics:
        body = shlex.quote(json.dumps(ALERT))
        lines += ["# an alert by way of Alertmanager", f"curl --json {body} {house.metrics.alertmanager}/api/v2/alerts"]
    return lines
