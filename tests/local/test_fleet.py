"""A service of the practice fleet is what its scenario says, because of what may be touched."""

import time
from collections.abc import Callable, Mapping

import pytest
from botocore.exceptions import EndpointConnectionError
from infra.local.behaviour import Requests
from infra.local.eyes import Stand
from infra.local.service import Service
from infra.local.troupe import ALWAYS_ON, parts, troupe
from prometheus_client import generate_latest

from responder.domain.touch import TouchKind
from responder.rehearsal.fleet import Health
from responder.rehearsal.scenarios import BREAKS_AT, SCENARIOS
from responder.rehearsal.scenarios.load import SHARDS
from telemetry import Outcome

SLOW = Health(p95=2.5)


def running(version: str) -> Stand:
    return Stand({TouchKind.SAGEMAKER_ENDPOINT: {"endpoint_config": version}})


def a_service(look: Callable[[], Stand], name: str = ALWAYS_ON) -> Service:
    return Service(name, troupe()[name].behaves, look)


@pytest.mark.parametrize("health", [Health(), SLOW], ids=["well", "slow"])
def test_latencies_are_as_high_as_the_health_says(health: Health) -> None:
    requests = Requests()
    drawn = sorted(requests.next_latency_ms(health) for _ in range(2000))

    assert drawn[1900] == pytest.approx(1000 * health.p95, rel=0.02)


def test_a_share_is_exact_and_nothing_hangs_on_luck() -> None:
    requests = Requests()

    outcomes = [requests.next_outcome(Health(failing=0.05)) for _ in range(400)]
    flagged = [requests.next_answer(Health(unsafe=0.01)).safety_flags for _ in range(400)]

    assert outcomes.count(Outcome.SERVER_ERROR) == pytest.approx(20, abs=1)
    assert sum(map(bool, flagged)) == pytest.approx(4, abs=1)


def test_it_behaves_like_the_version_in_service() -> None:
    stands = iter([running("v1"), running("v2"), running("v1")])
    service = a_service(lambda: next(stands))
    seen = []

    for _ in range(3):
        service.look()
        seen.append((service.facts["version"], service.health.bad))

    assert seen == [("v1", False), ("v2", True), ("v1", False)]


def test_it_goes_on_as_before_while_nobody_can_be_asked() -> None:
    def nobody_answers() -> Stand:
        raise EndpointConnectionError(endpoint_url="https://example.invalid")

    service = a_service(lambda: running("v2"))
    service.look()
    service.look_around = nobody_answers
    service.look()

    assert (service.facts["version"], service.health) == ("v2", SLOW)


def test_a_limit_ends_a_crowd_and_a_pointer_changes_the_tokenizer() -> None:
    rates = iter(["100", "50"])
    crowd = a_service(lambda: Stand({TouchKind.USAGE_PLAN: {"rate": next(rates)}}), "crowd")
    crowd.begin(BREAKS_AT, 0.0, None)
    crowd.look()
    before = crowd.health.bad
    crowd.look()
    other = a_service(lambda: Stand({TouchKind.REGISTRY: {"chat@live": "7"}}), "tokenizer-mismatch")
    other.look()

    assert (before, crowd.health.bad, other.health.mismatched) == (True, False, 1.0)


def test_until_its_scenario_begins_a_service_is_well() -> None:
    service = a_service(lambda: running("v2"))
    service.busy = False
    service.look()

    assert not service.health.bad


def test_harm_is_what_is_bad_with_us_and_would_be_good_as_people_left_it() -> None:
    stands = iter([running("v1"), running("v2"), running("v2")])
    service = a_service(lambda: next(stands))
    for _ in range(3):
        service.look()
        time.sleep(0.01)
    harmed = service.harm_s
    service.look_around = lambda: running("v2")
    service.leave()
    service.look()

    assert harmed > 0
    assert service.harm_s == harmed
    assert service.bad_s > harmed


def test_every_outcome_is_counted_from_the_start_so_that_a_share_of_none_is_zero_and_not_empty() -> None:
    metrics = generate_latest(a_service(lambda: running("v1")).metrics.registry).decode()

    assert [
        outcome for outcome in Outcome if f'outcome="{outcome}",route="/v1/chat",version="v1"}} 0.0' in metrics
    ] == list(Outcome)


def test_each_request_is_one_latency_and_one_outcome() -> None:
    service = a_service(lambda: running("v1"))
    for _ in range(40):
        service.metrics.record(Health())

    metrics = generate_latest(service.metrics.registry).decode()
    assert 'infer_latency_ms_count{adapter="none",model="chat",route="/v1/chat",version="v1"} 40.0' in metrics
    assert (
        'infer_requests_total{adapter="none",model="chat",outcome="ok",route="/v1/chat",version="v1"} 40.0' in metrics
    )


def a_spread_service(things: Mapping[TouchKind, Mapping[str, str]], name: str, instances: tuple[str, ...]) -> Service:
    service = Service(name, troupe()[name].behaves, lambda: Stand(things), instances)
    service.begin(BREAKS_AT, 0.0, None)
    service.look()
    return service


def served(service: Service, seconds: float = 2.0) -> dict[str, float]:
    """Let so much time have passed; return the requests each instance counted."""
    service._served_until -= seconds
    service.serve()
    labels = {"adapter": "none", "model": service.name, "route": "/v1/chat", "version": "v1"}
    counted = {
        name: one.registry.get_sample_value("infer_latency_ms_count", labels) for name, one in service.meters.items()
    }
    return {name: count or 0.0 for name, count in counted.items()}


def test_each_variant_gets_as_many_requests_as_its_weight_says() -> None:
    weights = {TouchKind.VARIANT_WEIGHTS: {"a": "18", "b": "1", "c": "1"}}

    counted = served(a_spread_service(weights, "weights-moved", ("a", "b", "c")))

    assert counted == pytest.approx({"a": 72, "b": 4, "c": 4}, abs=1)


def test_a_shard_that_is_out_still_runs_and_gets_nothing() -> None:
    service = a_spread_service(
        {TouchKind.TARGET_GROUP: {"shards": f"{SHARDS[0]},{SHARDS[2]}"}}, "sticky-caller", SHARDS
    )

    assert served(service) == pytest.approx({SHARDS[0]: 40, SHARDS[1]: 0, SHARDS[2]: 40}, abs=1)
    assert service.exposed(SHARDS[1])


def test_while_one_callers_calls_stick_its_shard_does_most() -> None:
    service = a_spread_service({TouchKind.TARGET_GROUP: {"shards": ",".join(SHARDS)}}, "sticky-caller", SHARDS)

    assert served(service)[SHARDS[1]] > 1.5 * 80 / 3


@pytest.mark.parametrize(("running", "p95"), [(4, SLOW.p95), (6, Health().p95)])
def test_as_many_replicas_answer_as_run_and_enough_of_them_are_quick(running: int, p95: float) -> None:
    replicas = tuple(f"replica-{n}" for n in range(1, 7))
    things = {
        TouchKind.CAPACITY: {"minimum": "2", "running": str(running)},
        TouchKind.SERVING_PROFILE: {"document": '{"compress_prompts":false}'},
    }

    service = a_spread_service(things, "too-few-replicas", replicas)
    counted = served(service)

    assert service.health.p95 == p95
    assert [name for name, count in counted.items() if count] == list(replicas[:running])
    assert [name for name in replicas if service.exposed(name) is None] == list(replicas[running:])


def test_drifted_inputs_are_far_from_their_baseline_by_one_feature() -> None:
    service = a_spread_service({TouchKind.EVALUATION: {"asked_for": ""}}, "moved-inputs", ())

    registry = service.metrics.registry
    psi = {
        feature: registry.get_sample_value(
            "infer_input_psi", {"model": "moved-inputs", "route": "/v1/chat", "feature": feature}
        )
        for feature in ("input_len", "language")
    }
    assert psi == {"input_len": 0.4, "language": 0.04}


def test_every_scenario_has_a_service_of_its_own_and_a_storm_has_six() -> None:
    services = [part.service for part in parts(SCENARIOS)]

    assert len(services) == len(set(services))
    assert [one for one in services if one.startswith("storm")] == ["storm", *(f"storm-{n}" for n in range(5))]
