import random
from collections.abc import Callable

import pytest
from botocore.exceptions import EndpointConnectionError
from infra.local.fleet import OUTCOMES, Fleet
from infra.local.releases import GOOD, RELEASES, SLOW, Release
from prometheus_client import generate_latest

TARGET_MS = 1200


def a_fleet(find_version: Callable[[], str]) -> Fleet:
    return Fleet(find_version, random.Random(1))  # noqa: S311  # traffic, not a secret


def p95(release: Release) -> float:
    chance = random.Random(1)  # noqa: S311  # traffic, not a secret
    return sorted(release.draw_latency_ms(chance) for _ in range(2000))[1900]


def test_the_good_release_keeps_the_target_and_the_slow_one_does_not() -> None:
    assert p95(GOOD) < TARGET_MS < p95(SLOW)


@pytest.mark.parametrize("release", RELEASES.values(), ids=lambda release: release.version)
def test_a_release_is_as_slow_as_its_line_in_the_table_says(release: Release) -> None:
    assert p95(release) == pytest.approx(release.p95_ms, rel=0.15)


def test_it_behaves_like_the_version_in_service() -> None:
    versions = iter(["v1", "v2"])
    fleet = a_fleet(lambda: next(versions))

    fleet.look()
    before = fleet.release
    fleet.look()

    assert (before, fleet.release) == (GOOD, SLOW)


def test_it_goes_on_as_before_while_the_endpoint_cannot_be_asked() -> None:
    def nobody_answers() -> str:
        raise EndpointConnectionError(endpoint_url="https://example.invalid")

    fleet = a_fleet(lambda: "v1")
    fleet.look()
    fleet.find_version = nobody_answers
    fleet.look()

    assert fleet.release == GOOD


def test_every_outcome_is_counted_from_the_start_so_that_a_share_of_none_is_zero_and_not_empty() -> None:
    metrics = generate_latest(a_fleet(lambda: "v1").metrics.registry).decode()

    assert [
        outcome for outcome in OUTCOMES if f'outcome="{outcome}",route="/v1/chat",version="v1"}} 0.0' in metrics
    ] == list(OUTCOMES)


def test_each_request_is_one_latency_and_one_outcome() -> None:
    fleet = a_fleet(lambda: "v1")
    fleet.look()

    fleet.serve(requests=40)

    metrics = generate_latest(fleet.metrics.registry).decode()
    assert 'infer_latency_ms_count{adapter="none",model="chat",route="/v1/chat",version="v1"} 40.0' in metrics
    assert (
        'infer_requests_total{adapter="none",model="chat",outcome="ok",route="/v1/chat",version="v1"} 40.0' in metrics
    )
