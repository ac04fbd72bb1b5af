"""The dashboards: every query is PromQL, and against a real Prometheus that looks at the fleet none is empty."""

import json
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from infra.grafana.__main__ import FOLDER, main
from infra.grafana.dashboards import DASHBOARDS
from infra.grafana.panel import RELEASED, Panel
from infra.local.eyes import Stand
from infra.local.fleet import Door, Fleet, forever
from infra.local.scaling import scale_rules
from infra.local.service import Service
from infra.local.web import ask
from tests.serving.live import watched
from tests.serving.promtool import run

from responder.domain.touch import TouchKind
from responder.rehearsal.fleet import Health

PANELS = [panel for dashboard in DASHBOARDS for panel in dashboard.panels]
FILL_SECONDS = 25.0
"""The longest scaled range that must be full is 10 s; recorded series follow one evaluation later."""


def filled(query: str) -> str:
    return query.replace("$model", ".*")


def test_the_written_dashboards_are_what_their_panels_say() -> None:
    assert main("check") == 0
    assert {path.stem for path in FOLDER.glob("*.json")} == {dashboard.uid for dashboard in DASHBOARDS}


def test_every_query_is_promql(tmp_path: Path) -> None:
    queries = [*(query for panel in PANELS for query in panel.queries.values()), RELEASED]
    rules = [{"record": f"query:{number}", "expr": filled(query)} for number, query in enumerate(queries)]
    file = tmp_path / "queries.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}), encoding="utf-8")

    assert run("check", "rules", file) is None


def test_panels_do_not_overlap_and_fill_their_rows() -> None:
    for path in FOLDER.glob("*.json"):
        places = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in json.loads(path.read_text())["panels"]]

        assert len(set(places)) == len(places)


def test_releases_are_drawn_over_every_dashboard() -> None:
    for path in FOLDER.glob("*.json"):
        (annotation,) = json.loads(path.read_text())["annotations"]["list"]

        assert annotation["enable"]
        assert annotation["expr"] == RELEASED  # asked of Prometheus: nobody writes into Grafana


@pytest.mark.parametrize(
    ("newer", "drawn"),
    [
        ("_x9 1x11", {"8m": 0, "9m": 1, "10m": 1, "12m": 0, "16m": 0}),  # deployed after ten minutes
        ("1x4 stale _x3 1x11", {"3m": 0, "8m": 0, "9m": 1, "10m": 1, "12m": 0}),  # gone back to, or not scraped
        ("1x20", {"8m": 0, "9m": 0, "16m": 0}),  # there all the time
    ],
)
def test_a_release_is_drawn_when_it_begins_to_be_served_and_not_before_or_after(
    newer: str, drawn: dict[str, int], tmp_path: Path
) -> None:
    served = 'infer_model_info{model="chat", adapter="none", version="%s"}'
    series = [{"series": served % "v1", "values": "1x20"}, {"series": served % "v2", "values": newer}]
    seen = {"labels": served % "v2", "value": 1}
    asks = [{"expr": filled(RELEASED), "eval_time": at, "exp_samples": [seen] * n} for at, n in drawn.items()]
    test = {"interval": "1m", "input_series": series, "promql_expr_test": asks}
    file = tmp_path / "released.test.yml"
    file.write_text(yaml.safe_dump({"evaluation_interval": "1m", "tests": [test]}), encoding="utf-8")

    assert run("test", "rules", file) is None


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Prometheus with our rules, thirty times faster, looking at the practice fleet."""
    fleet = Fleet({"chat": Service("chat", lambda _: Health(), lambda: running("v1"))})
    fleet.look()
    forever(0.1, fleet.serve)
    with watched(fleet, tmp_path_factory.mktemp("grafana")) as url:
        time.sleep(FILL_SECONDS)
        yield url


def running(version: str) -> Stand:
    return Stand({TouchKind.SAGEMAKER_ENDPOINT: {"endpoint_config": version}})


def scaled(query: str) -> str:
    group = {"name": "query", "rules": [{"record": "query", "expr": query}]}
    return str(yaml.safe_load(scale_rules(yaml.safe_dump({"groups": [group]})))["groups"][0]["rules"][0]["expr"])


def asked(prometheus: str, query: str) -> list[object]:
    sent = urllib.parse.urlencode({"query": scaled(filled(query))})
    found: list[object] = ask("GET", f"{prometheus}/api/v1/query?{sent}").json()["data"]["result"]
    return found


@pytest.mark.e2e
@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.title)
def test_a_panel_shows_the_fleet(panel: Panel, prometheus: str) -> None:
    """What others have to export is only parsed here, and their names must really be theirs and not ours."""
    if panel.needs:
        assert not any("infer_" in query for query in panel.queries.values())
        return

    assert [name for name, query in panel.queries.items() if not asked(prometheus, query)] == []


@pytest.mark.e2e
def test_a_new_version_is_drawn_as_a_release(prometheus: str) -> None:
    before = asked(prometheus, RELEASED)
    Door.fleet["chat"].look_around = lambda: running("v2")
    Door.fleet.look()
    time.sleep(3)

    assert (len(before), len(asked(prometheus, RELEASED))) == (0, 1)
