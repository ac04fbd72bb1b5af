from pathlib import Path

import pytest
import yaml
from tests.serving.promtool import RULES, run
from tests.world import NOON

from responder.cli import main
from responder.domain.failure_mode import FailureMode
from responder.domain.rules import parse_rules
from responder.domain.serving.rule_files import build_rules
from responder.domain.serving.service_level import parse_service_levels

TWO = r"""
service_levels:
  chat:
    match: {model: 'chat"} or vector(1) #'}
    labels: {env: prod, team: chat}
    pods: {namespace: llm, container: vllm}
    latency: {p50_ms: 300, p95_ms: 800}
    availability: {at_least: 0.99}
    timeouts: {below: 0.02}
    quality: {good_responses_at_least: 0.8, exact_match_at_least: 0.6, f1_at_least: 0.7}
    safety: {}
    cost: {weekly_budget_usd: 5000, infer_usd_per_1k_tokens: 0.02, train_usd_per_1k_tokens: 0.004}
    drift: {}
    shards: {}
  code: {match: {model: code}, latency: {}}
"""


def built(text: str = TWO) -> dict[str, str]:
    return build_rules(parse_service_levels(text, "service_levels.yaml"))


def test_the_shipped_rules_are_what_the_shipped_service_levels_say() -> None:
    assert main(["rules", "check"]) == 0


def test_a_rule_file_somebody_edited_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["rules", "build", "--output", str(tmp_path)])
    (tmp_path / "safety.yml").write_text("groups: []\n", encoding="utf-8")

    assert main(["rules", "build", "--check", "--output", str(tmp_path)]) == 1
    assert "safety.yml: not what the service levels say" in capsys.readouterr().out


def test_every_failure_mode_is_reached_by_an_alert() -> None:
    alerts = [rule.as_alert(NOON) for path in RULES.glob("*.yml") for rule in parse_rules(path.read_text(), path.name)]

    assert {alert.runbook for alert in alerts if not alert.is_watchdog} == set(FailureMode) - {FailureMode.UNKNOWN}
    assert [alert.name for alert in alerts if alert.is_watchdog] == ["Watchdog"]


def test_no_label_changes_while_an_alert_fires() -> None:
    """A value in a label would be a new alert at each evaluation."""
    for path in RULES.glob("*.yml"):
        for rule in parse_rules(path.read_text(), path.name):
            assert not [text for text in rule.labels.values() if "{{" in text]


def test_the_same_levels_always_give_the_same_bytes() -> None:
    assert built() == built()


def test_several_products_with_every_part_are_rules_prometheus_takes(tmp_path: Path) -> None:
    for name, text in built().items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    assert run("check", "rules", *tmp_path.glob("*.yml")) is None


def test_a_product_is_judged_by_its_own_thresholds_and_series() -> None:
    rules = yaml.safe_load(built()["latency.yml"])["groups"][0]["rules"]
    slow = {rule["expr"].splitlines()[0] for rule in rules if rule.get("alert") == "LLMHighP95"}

    assert 'route:infer_latency_seconds:p95_5m{model="code"} > 1.2' in slow
    assert {rule["record"] for rule in rules if "over" in rule.get("record", "")} == {
        "route:infer_latency_over_800ms:ratio5m",
        "route:infer_latency_over_1200ms:ratio5m",
    }


def test_a_label_value_stays_a_value() -> None:
    rules = yaml.safe_load(built()["latency.yml"])["groups"][0]["rules"]

    assert any(r'model="chat\"} or vector(1) #"} > 0.8' in rule["expr"] for rule in rules)


def test_alerts_carry_the_labels_by_which_they_find_their_target() -> None:
    rules = yaml.safe_load(built()["safety.yml"])["groups"][0]["rules"]
    labels = [rule["labels"] for rule in rules if "alert" in rule]

    assert all(one["env"] == "prod" and one["team"] == "chat" for one in labels)


def test_a_promise_nobody_made_makes_no_rule() -> None:
    alone = built("service_levels: {code: {match: {model: code}, latency: {}}}")

    alerts = {r["alert"] for text in alone.values() for r in yaml.safe_load(text)["groups"][0]["rules"] if "alert" in r}
    assert {"LLMHighP95", "LLMHighP50"} <= alerts
    assert not {"LLMSafetyViolations", "LLMCostOverrun", "LLMErrorBudgetBurn", "LLMDataDrift"} & alerts
