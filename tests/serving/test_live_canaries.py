"""The gate, driven through canaries that a real Prometheus watches."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from infra.local.eyes import Stand
from infra.local.fleet import Fleet, forever
from infra.local.service import Service
from tests.serving.live import watched
from tests.serving.test_gate_release import a_gatehouse

from responder.adapters.http import Http
from responder.adapters.prometheus import Prometheus
from responder.domain.serving.release_gate import Gate, Verdict
from responder.rehearsal.fleet import Health
from responder.workflow.gate_release import Asking, gate_release

WINDOW = timedelta(seconds=20)
CANARIES = (
    ("fine", Health(), 4),
    ("slow", Health(p95=2.5), 4),
    ("failing", Health(failing=0.05), 4),
    ("unsafe", Health(unsafe=0.05), 4),
    ("expensive", Health(burn=8.0), 4),
    ("unpopular", Health(), 1),
)
"""With how many requests each gets in a tenth of a second, beside the release in service, which gets most."""


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    service = Service("chat", lambda _: Health(), Stand)
    forever(0.1, lambda: serve(service))
    with watched(Fleet({"chat": service}), tmp_path_factory.mktemp("canaries")) as url:
        time.sleep(WINDOW.total_seconds() + 5)
        yield Prometheus(url, Http())


def serve(service: Service) -> None:
    for version, health, requests in (("v1", Health(), 100), *CANARIES):
        service.metrics.run(version)
        for _ in range(requests):
            service.metrics.record(health)


def gate(version: str, prometheus: Prometheus) -> Gate:
    return gate_release(Asking("chat", version, WINDOW), a_gatehouse(metrics=prometheus), datetime.now(UTC))


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("version", "verdict", "says"),
    [
        ("fine", Verdict.ADVANCE, "every check passes"),
        ("slow", Verdict.ROLL_BACK, "are slower than 1200 ms"),
        ("failing", Verdict.ROLL_BACK, "fail"),
        ("unsafe", Verdict.ROLL_BACK, "are answered unsafely"),
        ("expensive", Verdict.ROLL_BACK, "1000 tokens cost"),
        ("unpopular", Verdict.HOLD, "500 are needed"),
        ("nowhere", Verdict.HOLD, "is not known"),
    ],
)
def test_each_canary_gets_the_answer_it_deserves(
    version: str, verdict: Verdict, says: str, prometheus: Prometheus
) -> None:
    answer = gate(version, prometheus)

    assert (answer.verdict, says in answer.reason) == (verdict, True), answer
