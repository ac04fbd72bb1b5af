"""What the house is before the responder does anything in it."""

import time
from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError
from infra.local.house import House, Plan, up
from infra.local.leftovers import is_alive
from infra.local.paths import RUNS
from infra.local.processes import listens
from infra.local.progress import silent
from infra.local.recorded import post_recorded
from infra.local.seed import ENDPOINT, config_name, release
from infra.local.web import ask
from tests.local.stand_in import stand_in

pytestmark = pytest.mark.e2e


def test_a_notification_comes_through_the_front_door_the_queue_and_the_topic(house: House) -> None:
    post_recorded(house)

    assert eventually(lambda: "stand-in: firing" in [notice.subject for notice in house.inbox.read()])


def test_a_function_that_breaks_is_answered_with_what_alertmanager_repeats(house: House) -> None:
    answer = ask("POST", house.stack.webhook, ca_file=house.clouds.ca_file)

    assert 500 <= answer.status < 600


def test_a_path_nobody_serves_is_refused(house: House) -> None:
    answer = ask("POST", house.stack.webhook.replace("/v1/alerts", "/v1/other"), {}, ca_file=house.clouds.ca_file)

    assert answer.status == 403


def test_the_sweeper_runs_without_a_failure(house: House) -> None:
    assert eventually(lambda: house.sweeper.runs > 1)
    assert house.sweeper.failures == []


def test_the_fleet_follows_the_endpoint_only_once_the_update_is_done(house: House) -> None:
    release(house.clouds, "v2")
    during = (status(house), in_service(house), version(house))

    assert during == ("Updating", config_name("v1"), "v1")
    assert eventually(lambda: version(house) == "v2")
    assert (status(house), in_service(house)) == ("InService", config_name("v2"))

    release(house.clouds, "v1")
    assert eventually(lambda: version(house) == "v1")


def test_a_second_update_is_refused_while_one_is_under_way(house: House) -> None:
    release(house.clouds, "v1")

    with pytest.raises(ClientError, match="Cannot update in-progress endpoint"):
        release(house.clouds, "v1")

    assert eventually(lambda: status(house) == "InService")


def test_prometheus_measures_the_fleet_with_our_rules(house: House) -> None:
    assert house.metrics is not None
    query = f"{house.metrics.prometheus}/api/v1/query?query=route:infer_latency_seconds:p95_5m"

    assert eventually(lambda: bool(ask("GET", query).json()["data"]["result"]))


def test_nothing_is_left_running_and_nothing_on_disk() -> None:
    with up(Plan(stand_in(), monitored=False), silent) as house:
        pids, folder = list(house.processes.pids.values()), house.processes.folder
        port = int(house.fleet.rsplit(":", 1)[-1])
        assert listens(port)

    assert not any(is_alive(pid) for pid in pids)
    assert not listens(port)
    assert folder not in list(RUNS.iterdir())


def status(house: House) -> str:
    return str(house.clouds.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)["EndpointStatus"])


def in_service(house: House) -> str:
    return str(house.clouds.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)["EndpointConfigName"])


def version(house: House) -> str:
    return str(ask("GET", f"{house.fleet}/services/{ENDPOINT}").json()["version"])


def eventually(holds: Callable[[], bool], within: float = 20.0) -> bool:
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True
