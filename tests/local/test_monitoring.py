import json
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from infra.local import install
from infra.local.desk import Reply, door
from infra.local.errors import LocalCloudError
from infra.local.monitoring import Door, Scraped, alertmanager_config, knock, prometheus_config
from infra.local.paths import PRACTICE_RULES, RECEIVER, RULES
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
    assert prometheus_config(1, [Scraped("chat", 2)])["global"]["external_labels"] == {"env": "practice"}


def test_an_instance_goes_by_its_own_name_and_a_service_that_has_one_by_where_it_is() -> None:
    config = prometheus_config(1, [Scraped("chat", 2), Scraped("shop", 2, ("a", "10.0.0.1:8000"))])

    labels = [target["labels"] for target in config["scrape_configs"][0]["static_configs"]]
    assert labels == [
        {"__metrics_path__": "/services/chat/metrics"},
        {"__metrics_path__": "/services/shop/metrics/a", "instance": "a"},
        {"__metrics_path__": "/services/shop/metrics/10.0.0.1:8000", "instance": "10.0.0.1:8000"},
    ]


def test_a_door_that_takes_a_notification_about_nothing_is_awake(tmp_path: Path) -> None:
    heard: list[tuple[str, object]] = []

    def desk(_: str, __: str, headers: Mapping[str, str], body: bytes) -> Reply:
        heard.append((headers["authorization"], json.loads(body)["alerts"]))
        return 200 if headers["authorization"] == "Bearer secret" else 401, {}

    server = door(desk)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/v1/alerts"
    for token in ("secret", "wrong"):
        (tmp_path / token).write_text(token)

    knock(Door(url, tmp_path / "secret", tmp_path / "ca.pem"))
    with pytest.raises(LocalCloudError, match="refused a notification: 401"):
        knock(Door(url, tmp_path / "wrong", tmp_path / "ca.pem"))
    server.shutdown()

    assert heard == [("Bearer secret", []), ("Bearer wrong", [])]


@pytest.mark.e2e
def test_the_scaled_copies_are_rules_that_prometheus_takes(tmp_path: Path) -> None:
    for rules in (*RULES.glob("*.yml"), *PRACTICE_RULES.glob("*.yml")):
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
