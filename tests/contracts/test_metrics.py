"""Prometheus: an answer, or "cannot know"."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from tests.adapters.web import Web
from tests.world import NOON

from responder.adapters.http import Http
from responder.adapters.in_memory import InMemoryMetrics
from responder.adapters.prometheus import Prometheus
from responder.domain.evidence import Sample
from responder.errors import CannotKnow
from responder.ports import Metrics

QUERY = 'infer_latency_ms{model="chat"}'


@dataclass
class Asking:
    """Metrics, and what they shall answer; None means they are down."""

    metrics: Metrics
    will_answer: Callable[[list[Sample] | None], None]


@pytest.fixture(params=["twin", "prometheus"])
def asking(request: pytest.FixtureRequest) -> Asking:
    if request.param == "twin":
        return _twin()
    served: Web = request.getfixturevalue("web")

    def will_answer(samples: list[Sample] | None) -> None:
        result = [{"metric": s.labels, "value": [NOON.timestamp(), str(s.value)]} for s in samples or []]
        data = {"resultType": "vector", "result": result}
        served.says({"status": "success", "data": data}, 200 if samples is not None else 503)

    return Asking(Prometheus(served.url, Http()), will_answer)


def _twin() -> Asking:
    twin = InMemoryMetrics()

    def will_answer(samples: list[Sample] | None) -> None:
        twin.answers[QUERY] = samples or []
        twin.trouble = CannotKnow("down") if samples is None else None

    return Asking(twin, will_answer)


def test_every_series_is_a_sample(asking: Asking) -> None:
    samples = [Sample({"route": "/chat"}, 0.25), Sample({"route": "/embed"}, 1e3)]
    asking.will_answer(samples)

    assert asking.metrics.query(QUERY, NOON) == samples


def test_no_series_is_an_answer(asking: Asking) -> None:
    asking.will_answer([])

    assert asking.metrics.query(QUERY, NOON) == []


def test_an_outage_is_not_an_empty_answer(asking: Asking) -> None:
    asking.will_answer(None)

    with pytest.raises(CannotKnow):
        asking.metrics.query(QUERY, NOON)
