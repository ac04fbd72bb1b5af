import re

import pytest
import yaml
from infra.local.paths import RULES, RUNBOOKS
from infra.local.scaling import scale_duration, scale_page, scale_route, scale_rules

RULE = """
groups:
  - name: slow
    interval: 30s
    rules:
      - record: route:latency:p95_5m
        expr: histogram_quantile(0.95, rate(latency_bucket[5m] offset 1h))
      - alert: Slow
        expr: route:latency:p95_5m > 1.2
        for: 5m
        keep_firing_for: 1h30m
"""


@pytest.mark.parametrize(
    ("written", "scaled"), [("5m", "10s"), ("30s", "1s"), ("1h30m", "180s"), ("15s", "500ms"), ("10ms", "1ms")]
)
def test_a_duration_becomes_a_thirtieth_and_never_nothing(written: str, scaled: str) -> None:
    assert scale_duration(written) == scaled


def test_rules_wait_and_look_back_a_thirtieth_as_long() -> None:
    group = yaml.safe_load(scale_rules(RULE))["groups"][0]

    assert group["interval"] == "1s"
    assert "[10s] offset 120s" in group["rules"][0]["expr"]
    assert (group["rules"][1]["for"], group["rules"][1]["keep_firing_for"]) == ("10s", "180s")


def test_a_name_that_happens_to_say_five_minutes_stays_the_name_others_ask_for() -> None:
    group = yaml.safe_load(scale_rules(RULE))["groups"][0]

    assert group["rules"][0]["record"] == "route:latency:p95_5m"
    assert group["rules"][1]["expr"] == "route:latency:p95_5m > 1.2"


def test_our_rules_keep_their_names_labels_and_thresholds() -> None:
    for path in RULES.glob("*.yml"):
        shipped = path.read_text(encoding="utf-8")

        assert without_durations(scale_rules(shipped)) == without_durations(shipped)


def without_durations(text: str) -> list[dict[str, object]]:
    rules = [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]
    kept = [{name: one for name, one in rule.items() if name not in ("for", "keep_firing_for")} for rule in rules]
    return [rule | {"expr": re.sub(r"(\[|offset )\d+(ms|[smhd])", "range", str(rule["expr"]))} for rule in kept]


def test_a_runbook_keeps_its_prose_and_its_numbers() -> None:
    page = "---\nsoak: 5m\nper_target: [2 per 1h, 4 per 1d]\nquery: rate(x_5m[5m]) > 1.2\n---\n\nWait for 5m.\n"

    scaled = scale_page(page)

    assert "soak: 10s\nper_target: [2 per 120s, 4 per 2880s]\nquery: rate(x_5m[10s]) > 1.2\n" in scaled
    assert scaled.endswith("\nWait for 5m.\n")


def test_every_shipped_runbook_can_be_scaled() -> None:
    for page in RUNBOOKS.glob("*.md"):
        text = page.read_text(encoding="utf-8")

        assert scale_page(text).split("---\n", 2)[2] == text.split("---\n", 2)[2]


def test_the_route_groups_by_the_same_labels_but_waits_less() -> None:
    route = scale_route(
        {"receiver": "responder", "group_by": ["alertname"], "group_wait": "15s", "repeat_interval": "1h"}
    )

    assert route == {
        "receiver": "responder",
        "group_by": ["alertname"],
        "group_wait": "500ms",
        "repeat_interval": "120s",
    }
