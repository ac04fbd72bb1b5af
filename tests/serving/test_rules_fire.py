"""The built rules, asked by promtool with made-up series: what fires, what does not, and the two traps."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.serving.promtool import RULES, TESTS, run

FILES = sorted(TESTS.glob("*.test.yml"))


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name.removesuffix(".test.yml"))
def test_the_rules_do_what_their_unit_tests_say(file: Path) -> None:
    assert run("test", "rules", file) is None


def test_prometheus_takes_every_rule_file() -> None:
    assert run("check", "rules", *sorted(RULES.glob("*.yml"))) is None


def test_every_alert_is_seen_firing_in_a_test() -> None:
    alerts = {rule["alert"] for path in RULES.glob("*.yml") for rule in rules_of(path) if "alert" in rule}

    assert alerts - {name for path in FILES for name in firing(path)} == set()


TRAPS = {
    "latency": (
        "route:infer_latency_seconds:p95_5m > 1.2",
        "histogram_quantile(0.95, sum by (le, model, adapter, route) (rate(infer_latency_ms_bucket[5m]))) > 1.2",
    ),
    "safety": (
        "route:safety_violations:ratio5m > 0.001",
        "rate(safety_violations_total[5m]) > 0.001",
    ),
}


@pytest.mark.parametrize("name", TRAPS)
def test_who_walks_into_a_trap_of_units_fails_the_unit_tests(name: str, tmp_path: Path) -> None:
    """Milliseconds compared with 1.2, and a rate per second taken for a share."""
    right, wrong = TRAPS[name]
    rules, tests = tmp_path / "rules", tmp_path / "tests"
    rules.mkdir()
    tests.mkdir()
    shutil.copy(TESTS / f"{name}.test.yml", tests)
    text = (RULES / f"{name}.yml").read_text(encoding="utf-8")
    assert right in text
    (rules / f"{name}.yml").write_text(text.replace(right, wrong), encoding="utf-8")

    assert "FAILED" in (run("test", "rules", tests / f"{name}.test.yml") or "")


def rules_of(path: Path) -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"] for rule in group["rules"]]


def firing(path: Path) -> set[str]:
    """Name the alerts a test file expects to fire."""
    cases = yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]
    told = {a["alertname"] for c in cases for a in c.get("alert_rule_test", []) if a.get("exp_alerts")}
    samples = [s["labels"] for c in cases for q in c.get("promql_expr_test", []) for s in q.get("exp_samples", [])]
    return told | {label.split('alertname="')[1].split('"')[0] for label in samples if "alertname=" in label}
