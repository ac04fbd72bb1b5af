import subprocess
from pathlib import Path

import pytest
import yaml
from infra.local import install
from infra.local.monitoring import Door, alertmanager_config, prometheus_config
from infra.local.paths import RECEIVER, RULES
from infra.local.scaling import scale_rules

SHIPPED = yaml.safe_load(RECEIVER.read_text(encoding="utf-8"))
DOOR = Door("https://127.0.0.1:1/v1/alerts", Path("/run/token"), Path("/run/ca.pem"))
WEBHOOK = SHIPPED["receivers"][0]["webhook_configs"][0]


def test_the_shipped_receiver_loses_no_alert_that_it_could_send() -> None:
    assert (WEBHOOK["send_resolved"], WEBHOOK["max_alerts"], WEBHOOK["timeout"]) == (True, 1000, "10s")
    assert WEBHOOK["url"].startswith("https://")
    assert "credentials_file" in WEBHOOK["http_config"]["authorization"]


def test_practice_differs_from_it_only_in_where_how_fast_and_what_debians_alertmanager_cannot() -> None:
    here = alertmanager_config(SHIPPED, DOOR)["receivers"][0]["webhook_configs"][0]

    assert WEBHOOK.keys() - here.keys() == {"timeout"}
    assert {name for name in here if here[name] != WEBHOOK[name]} == {"url", "http_config"}


def test_alerts_say_that_they_are_practice() -> None:
    assert prometheus_config(1, {"chat": 2})["global"]["external_labels"] == {"env": "practice"}


@pytest.mark.e2e
def test_the_scaled_copies_are_rules_that_prometheus_takes(tmp_path: Path) -> None:
    for rules in RULES.glob("*.yml"):
        (tmp_path / rules.name).write_text(scale_rules(rules.read_text(encoding="utf-8")), encoding="utf-8")

    run(install.monitoring().promtool, "check", "rules", *map(str, tmp_path.glob("*.yml")))


@pytest.mark.e2e
def test_the_receiver_is_a_configuration_that_alertmanager_takes(tmp_path: Path) -> None:
    config = tmp_path / "alertmanager.yml"
    config.write_text(yaml.safe_dump(alertmanager_config(SHIPPED, DOOR)), encoding="utf-8")

    run(install.monitoring().amtool, "check-config", str(config))


def run(program: Path, *arguments: str) -> None:
    ran = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)  # noqa: S603  # our own files
    assert ran.returncode == 0, ran.stdout + ran.stderr
