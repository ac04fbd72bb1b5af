"""The gate, driven through canaries that a real Prometheus watches."""

import random
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from infra.local.fleet import Fleet, forever
from infra.local.releases import GOOD
from tests.serving.live import watched
from tests.serving.test_gate_release import a_gatehouse

from responder.adapters.http import Http
from responder.adapters.prometheus import Prometheus
from responder.domain.serving.release_gate import Gate, Verdict
from responder.workflow.gate_release import Asking, gate_release

WINDOW = timedelta(seconds=20)
CANARIES = (
    (replace(GOOD, version="fine"), 4),
    (replace(GOOD, version="slow", p50_ms=900, p95_ms=2500), 4),
    (replace(GOOD, version="failing", error_share=0.05), 4),
    (replace(GOOD, version="unsafe", unsafe_share=0.05), 4),
    (replace(GOOD, version="expensive", usd_per_1k_tokens=0.2), 4),
    (replace(GOOD, version="unpopular"), 1),
)
"""With how many requests each gets in a tenth of a second, beside the release in service, which gets most."""


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    fleet = Fleet(lambda: "v1", random.Random(3))  # noqa: S311  # traffic, not a secret
    forever(0.1, lambda: serve(fleet))
    with watched(fleet, tmp_path_factory.mktemp("canaries")) as url:
        time.sleep(WINDOW.total_seconds() + 5)
        yield Prometheus(url, Http())


def serve(fleet: Fleet) -> None:
    for release, requests in ((GOOD, 100), *CANARIES):
        fleet.metrics.run(release)
        for _ in range(requests):
            fleet.metrics.record(release, fleet.chance)


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
