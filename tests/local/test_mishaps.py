"""What befalls a service is counted where the shipped rules look."""

import pytest
from infra.local.mishaps import DOES_NOT_FIT, KILLS_COUNTED_OVER, Mishaps
from prometheus_client import CollectorRegistry

from responder.rehearsal.fleet import Health
from telemetry import Exporter, Served

POD = {"namespace": "practice", "pod": "chat-0", "container": "vllm", "model": "chat"}
RESTARTS, REASON = "kube_pod_container_status_restarts_total", "kube_pod_container_status_last_terminated_reason"


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def mishaps(registry: CollectorRegistry) -> Mishaps:
    return Mishaps("chat", Exporter(Served("chat", "v1"), registry))


def test_it_is_killed_as_often_as_its_health_says_and_at_once(mishaps: Mishaps, registry: CollectorRegistry) -> None:
    span, killed = KILLS_COUNTED_OVER.total_seconds(), Health(killed=2.0)

    mishaps.befall(killed, 0.25)
    first = registry.get_sample_value(RESTARTS, POD)
    mishaps.befall(killed, span)

    assert (first, registry.get_sample_value(RESTARTS, POD)) == (1, 3)
    assert registry.get_sample_value(REASON, POD | {"reason": "OOMKilled"}) == 1


def test_what_fits_is_not_killed(mishaps: Mishaps, registry: CollectorRegistry) -> None:
    mishaps.befall(Health(), 1000.0)

    assert registry.get_sample_value(RESTARTS, POD) == 0
    assert registry.get_sample_value(REASON, POD | {"reason": "OOMKilled"}) == 0


def test_every_replica_without_its_adapter_fails_to_load_it_again_and_again(
    mishaps: Mishaps, registry: CollectorRegistry
) -> None:
    named = {"model": "chat", "adapter": "chat", "reason": DOES_NOT_FIT}
    seen = [registry.get_sample_value("infer_adapter_load_failures_total", named)]

    for health in (Health(unloaded=2.0), Health()):
        mishaps.befall(health, 10.0)
        seen.append(registry.get_sample_value("infer_adapter_load_failures_total", named))

    assert seen == [0, 11, 11]


def test_the_lamp_is_red_as_long_as_something_is_strange(mishaps: Mishaps, registry: CollectorRegistry) -> None:
    mishaps.befall(Health(strange=1.0), 0.25)
    red = registry.get_sample_value("team_lamp_is_red", {"model": "chat"})
    mishaps.befall(Health(), 0.25)

    assert (red, registry.get_sample_value("team_lamp_is_red", {"model": "chat"})) == (1, 0)
