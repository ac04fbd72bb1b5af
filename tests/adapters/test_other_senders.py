"""Managed Prometheus through SNS, and Grafana: other ways to the same notification."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from infra.local.paths import ROOT
from tests.world import NOON

from responder.adapters.alertmanager_webhook import read_notification
from responder.adapters.in_memory import InMemoryQuarantine, InMemoryQueue, InMemoryTokens
from responder.adapters.sns_envelope import unwrap
from responder.domain.alert import Notification
from responder.errors import CannotRead, TryAgain
from responder.workflow.receive_alerts import FrontDoor

TOPIC = "arn:aws:sns:us-east-1:123456789012:amp-alerts"
DEFINITION = ROOT / "infra" / "alertmanager" / "managed_prometheus.yml"
AMTOOL = shutil.which("amtool") or str(ROOT / ".tools" / "usr" / "bin" / "amtool")
EVIL = 'a "quote", a \\ backslash,\na line,\ta tab, a bell \x07, {{ braces }}, $1, ünï'
GRAFANA = ROOT / "events" / "grafana" / "latency_spike.json"


def _read(body: str) -> Notification:
    notification, unreadable = read_notification(body.encode(), "somebody", "trace-1", NOON)
    assert unreadable == []
    return notification


def test_grafanas_body_is_a_notification() -> None:
    notification = _read(GRAFANA.read_text(encoding="utf-8"))

    (alert,) = notification.alerts
    assert (alert.name, alert.severity, alert.runbook) == ("LLMHighP95", "critical", "latency_spike")
    assert (alert.ends_at, alert.fingerprint) == (None, "57c6d9296de2ad39")


def test_a_topics_message_is_unwrapped_and_its_source_is_the_topic() -> None:
    wrapped = unwrap(json.dumps({"Type": "Notification", "TopicArn": TOPIC, "Message": '{"a": 1}', "New": 1}))

    assert (wrapped.source, wrapped.body) == ("sns:amp-alerts", b'{"a": 1}')


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"TopicArn": "x", "Message": "y"}', '{"TopicArn": 1}'])
def test_what_is_no_message_of_a_topic_is_not_taken_for_one(text: str) -> None:
    with pytest.raises(CannotRead, match="no message of a topic"):
        unwrap(text)


def _door(queue: InMemoryQueue, quarantine: InMemoryQuarantine) -> FrontDoor:
    return FrontDoor(queue, quarantine, InMemoryTokens(), read_notification, ())


def test_a_topics_alerts_go_the_same_way_as_a_webhooks() -> None:
    queue = InMemoryQueue()

    answer = _door(queue, InMemoryQuarantine()).receive_from("sns:amp-alerts", GRAFANA.read_bytes(), "m-1", NOON)

    assert (answer.status, answer.source, len(queue.messages)) == (200, "sns:amp-alerts", 1)


def test_a_topics_message_that_sns_has_cut_is_kept_and_leaves_the_queue() -> None:
    quarantine = InMemoryQuarantine()

    answer = _door(InMemoryQueue(), quarantine).receive_from("sns:amp-alerts", GRAFANA.read_bytes()[:200], "m-1", NOON)

    assert (answer.status, len(quarantine.kept)) == (400, 1)


def test_while_our_queue_is_down_the_topics_message_stays() -> None:
    queue = InMemoryQueue(trouble=TryAgain("alerts queue: down"))

    answer = _door(queue, InMemoryQuarantine()).receive_from("sns:amp-alerts", GRAFANA.read_bytes(), "m-1", NOON)

    assert answer.status == 503


@pytest.mark.skipif(not Path(AMTOOL).exists(), reason="amtool comes with the practice cloud (make setup-cloud)")
@pytest.mark.parametrize("count", [1, 3, 250])
def test_the_shipped_template_writes_json_whatever_the_alerts_say(count: int, tmp_path: Path) -> None:
    labels = {"alertname": "LLMHighP95", "model": EVIL, "severity": "page"}
    rendered = _render([_alert(labels, number) for number in range(count)], tmp_path)

    notification = _read(rendered)

    assert len(notification.alerts) == min(count, 200)
    assert notification.truncated == (1 if count > 200 else 0)
    assert notification.alerts[0].labels["model"] == EVIL.replace("\x07", "")
    assert notification.alerts[0].annotations == {"summary": EVIL.replace("\x07", "")}
    assert notification.alerts[0].starts_at == NOON


def _alert(labels: dict[str, str], number: int) -> dict[str, Any]:
    return {
        "status": "firing",
        "labels": {**labels, "instance": str(number)},
        "annotations": {"summary": EVIL},
        "startsAt": NOON.isoformat(),
        "endsAt": "0001-01-01T00:00:00Z",
    }


def _render(alerts: list[dict[str, Any]], folder: Path) -> str:
    """Render as Alertmanager would, with its own tool."""
    definition = yaml.safe_load(DEFINITION.read_text(encoding="utf-8"))
    (folder / "responder.tmpl").write_text(definition["template_files"]["responder.tmpl"], encoding="utf-8")
    (folder / "data.json").write_text(json.dumps({"receiver": 'resp"onder', "status": "firing", "alerts": alerts}))
    command = [
        AMTOOL, "template", "render", f"--template.glob={folder}/*.tmpl", f"--template.data={folder}/data.json",
        '--template.text={{ template "responder.message" . }}',
    ]  # fmt: skip
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603  # Alertmanager's own tool


def test_the_definition_names_the_receiver_the_books_look_for_and_the_watchdog() -> None:
    config = yaml.safe_load(yaml.safe_load(DEFINITION.read_text(encoding="utf-8"))["alertmanager_config"])

    assert [receiver["name"] for receiver in config["receivers"]] == ["responder"]
    assert config["route"]["routes"][0]["matchers"] == ['alertname = "Watchdog"']
