"""Each way the fleet fails, seen by the shipped rules in a real Prometheus, thirty times faster: this and no other."""

import time
import urllib.parse
from collections.abc import Mapping

import pytest
from infra.local.eyes import Stand
from infra.local.fleet import Fleet, forever
from infra.local.service import ROUTE, Service
from infra.local.web import ask
from tests.serving.live import watched

from responder.rehearsal.fleet import Health

LONGEST_SECONDS = 150.0
"""Acceptance is judged over half an hour and must stay low for another: two minutes here."""
DISCOVERY_SECONDS = 12.0
"""Prometheus looks at nobody in its first seconds, and a counter must be seen at 0 before it counts."""
FAILURES: Mapping[str, tuple[Health, set[str]]] = {
    "well": (Health(), set()),
    "slow": (Health(p95=2.5), {"LLMHighP95", "LLMHighP50"}),
    "failing": (
        Health(failing=0.05),
        {"LLMErrorBudgetBurn", "LLMErrorBudgetLeak", "LLMErrorBudgetSpent", "LLMErrorRate"},
    ),
    "unsafe": (Health(unsafe=0.02), {"LLMSafetyViolations"}),
    "worse": (Health(acceptance=0.8), {"LLMAcceptanceDrop"}),
    "expensive": (Health(burn=8.0), {"LLMCostOverrun"}),
    "mismatched": (Health(mismatched=1.0), {"LLMTokenizerMismatch"}),
    "drifting": (Health(), {"LLMDataDrift"}),
    "unloaded": (Health(), {"LLMAdapterLoadFailures"}),
}


@pytest.fixture(scope="module")
def firing(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Let every service fail in its own way beside the others, and collect which alerts fired for which."""
    fleet = Fleet({name: Service(name, lambda _, h=health: h, Stand) for name, (health, _) in FAILURES.items()})  # type: ignore[misc]  # bound now, as the loop moves on
    fleet.look()
    fleet["drifting"].metrics.exporter.drifted(ROUTE, "input_len", psi=0.4, samples=900)
    fleet["expensive"].spend(0.9)
    forever(0.1, fleet.serve)
    seen: dict[str, set[str]] = {name: set() for name in FAILURES}
    with watched(fleet, tmp_path_factory.mktemp("failures")) as url:
        time.sleep(DISCOVERY_SECONDS)
        fleet["unloaded"].metrics.exporter.failed_to_load("none", "rank")
        until = time.monotonic() + LONGEST_SECONDS
        while time.monotonic() < until and any(seen[name] != wanted for name, (_, wanted) in FAILURES.items()):
            time.sleep(2)
            for model, alert in alerts(url):
                seen[model].add(alert)
        time.sleep(10)
        for model, alert in alerts(url):
            seen[model].add(alert)
    return seen


def alerts(prometheus: str) -> list[tuple[str, str]]:
    query = urllib.parse.urlencode({"query": 'ALERTS{alertstate="firing",alertname!="Watchdog"}'})
    found = ask("GET", f"{prometheus}/api/v1/query?{query}").json()["data"]["result"]
    return [(one["metric"]["model"], one["metric"]["alertname"]) for one in found]


@pytest.mark.e2e
@pytest.mark.parametrize("name", FAILURES)
def test_the_rules_see_this_failure_and_take_it_for_no_other(name: str, firing: dict[str, set[str]]) -> None:
    assert firing[name] == FAILURES[name][1]
