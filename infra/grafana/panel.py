"""Panels and dashboards as data, and the JSON that Grafana imports."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

WIDTH, HEIGHT, COLUMNS = 8, 8, 3
SOURCE = {"type": "prometheus", "uid": "${source}"}
Unit = Literal["s", "percentunit", "reqps", "currencyUSD", "short", "none", "bytes"]


@dataclass(frozen=True)
class Panel:
    """One picture: its queries by what they are called in the legend.

    `needs` names who else has to be scraped for it; None when our exporter and rules are enough.
    """

    title: str
    unit: Unit
    queries: dict[str, str]
    says: str = ""
    target: float | None = None
    needs: str | None = None


@dataclass(frozen=True)
class Dashboard:
    """One page of panels; release markers are drawn over all of them."""

    uid: str
    title: str
    panels: tuple[Panel, ...]


def write(dashboard: Dashboard) -> str:
    """Write the JSON; the same panels always give the same text."""
    return json.dumps(_page(dashboard), indent=2, ensure_ascii=False) + "\n"


def _page(dashboard: Dashboard) -> dict[str, Any]:
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "tags": ["llm"],
        "timezone": "utc",
        "schemaVersion": 39,
        "time": {"from": "now-6h", "to": "now"},
        "refresh": "30s",
        "templating": {"list": list(_variables())},
        "annotations": {"list": [_releases()]},
        "panels": [_panel(panel, number) for number, panel in enumerate(dashboard.panels)],
    }


def _variables() -> Iterator[dict[str, Any]]:
    yield {"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"}
    yield {
        "name": "model",
        "type": "query",
        "datasource": SOURCE,
        "query": {"query": "label_values(infer_model_info, model)", "refId": "model"},
        "refresh": 2,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
    }


RELEASED = 'infer_model_info{model=~"$model"} unless on (model, adapter, version) infer_model_info offset 2m'
"""A version that was not served two minutes ago."""


def _releases() -> dict[str, Any]:
    return {
        "name": "Releases",
        "enable": True,
        "iconColor": "purple",
        "datasource": SOURCE,
        "expr": RELEASED,
        "titleFormat": "{{model}} {{version}}",
        "textFormat": "adapter {{adapter}}",
        "step": "30s",
    }


def _panel(panel: Panel, number: int) -> dict[str, Any]:
    row, column = divmod(number, COLUMNS)
    needs = f" Needs {panel.needs}." if panel.needs else ""
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    steps += [{"color": "red", "value": panel.target}] if panel.target is not None else []
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": panel.title,
        "description": f"{panel.says}{needs}".strip(),
        "datasource": SOURCE,
        "gridPos": {"x": column * WIDTH, "y": row * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {
            "defaults": {
                "unit": panel.unit,
                "thresholds": {"mode": "absolute", "steps": steps},
                "custom": {"thresholdsStyle": {"mode": "off" if panel.target is None else "line"}},
            },
            "overrides": [],
        },
        "targets": [
            {"refId": chr(ord("A") + place), "datasource": SOURCE, "expr": query, "legendFormat": legend}
            for place, (legend, query) in enumerate(panel.queries.items())
        ],
    }
