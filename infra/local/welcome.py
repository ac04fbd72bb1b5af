"""What somebody who brought the house up needs to know: addresses, and lines to paste."""

import json
import shlex

from infra.local.house import House
from infra.local.paths import ENV_FILE, ROOT, SAMPLE_ALERT
from infra.local.seed import ENDPOINT, config_name

ALERT = [
    {
        "labels": {"alertname": "LLMHighP95", "severity": "page", "model": ENDPOINT, "env": "practice"},
        "annotations": {"summary": "raised by hand", "runbook": "runbooks/latency_spike.md"},
    }
]
BEGIN_NOW = """sed "s/\\"startsAt\\": \\"[^\\"]*\\"/\\"startsAt\\": \\"$(date -u +%FT%TZ)\\"/\""""


def env_lines(house: House) -> str:
    """Write the environment as shell lines."""
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in house.env.items())


def welcome(house: House) -> str:
    """Write what is where."""
    return "\n".join(["", *_addresses(house), "", *_lines(house), "", "Ctrl-C ends all of it.", ""])


def write_body(house: House) -> str:
    """Write the sample's body where a shell line can take it from."""
    body = json.loads(SAMPLE_ALERT.read_text(encoding="utf-8"))["body"]
    path = house.processes.folder / "alert.json"
    path.write_text(json.dumps(body, indent=1), encoding="utf-8")
    return str(path.relative_to(ROOT))


def _addresses(house: House) -> list[str]:
    places = {"webhook": house.stack.webhook, "fleet": house.fleet, "PagerDuty": f"{house.pagerduty}/incidents"}
    if house.metrics:
        places |= {"Prometheus": house.metrics.prometheus, "Alertmanager": house.metrics.alertmanager}
    return [f"{name:13}{where}" for name, where in (places | {"logs": str(house.processes.folder / "logs")}).items()]


def _lines(house: House) -> list[str]:
    token = shlex.quote(f"Authorization: Bearer {house.stack.token}")
    config, ca = config_name("v2"), house.clouds.ca_file.relative_to(ROOT)
    lines = [
        "# the command line (responder, aws) on this cloud",
        f"source {ENV_FILE.relative_to(ROOT)}",
        "# a release that is slow; Prometheus notices by itself",
        f"aws sagemaker update-endpoint --endpoint-name {ENDPOINT} --endpoint-config-name {config}",
        "# a notification straight to the front door; the responder will find that nothing fires",
        f"{BEGIN_NOW} {write_body(house)} | curl --cacert {ca} -H {token} -d @- {house.stack.webhook}",
    ]
    if house.metrics:
        alert = f"curl -H 'Content-Type: application/json' -d {shlex.quote(json.dumps(ALERT))}"
        lines += ["# an alert by way of Alertmanager", f"{alert} {house.metrics.alertmanager}/api/v2/alerts"]
    return lines
