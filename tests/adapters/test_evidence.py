"""Log lines and platform counters as AWS gives them."""

from datetime import timedelta

import boto3
import pytest
from botocore.stub import Stubber
from tests.world import CHAT, NOON

from responder.adapters.log_lines import CloudWatchLogs
from responder.adapters.platform_counters import COUNTERS, PlatformCounters
from responder.adapters.roles import RemediationRoles
from responder.domain.target import Target
from responder.errors import CannotKnow

SINCE = NOON - timedelta(minutes=10)


class OneClient(RemediationRoles):
    """Roles that lead to one stubbed client."""

    def __init__(self, service: str) -> None:
        keys = {"aws_access_key_id": "k", "aws_secret_access_key": "s"}
        self.made = boto3.client(service, region_name="us-east-1", **keys)
        self.stub = Stubber(self.made)
        self.stub.activate()

    def client(self, service: str, target: Target) -> object:  # noqa: ARG002  # the one there is
        return self.made


def test_lines_of_trouble_are_asked_for_in_the_window() -> None:
    roles = OneClient("logs")
    roles.stub.add_response("filter_log_events", {"events": [{"message": "CUDA out of memory"}]})

    assert CloudWatchLogs(roles).lines(CHAT, "/g", SINCE, NOON) == ["CUDA out of memory"]


def test_a_group_that_cannot_be_read_is_named() -> None:
    roles = OneClient("logs")
    roles.stub.add_client_error("filter_log_events", "ResourceNotFoundException")

    with pytest.raises(CannotKnow, match="log group /g: ResourceNotFoundException"):
        CloudWatchLogs(roles).lines(CHAT, "/g", SINCE, NOON)


def test_an_endpoint_has_the_counters_of_sagemaker_and_none_of_bedrock() -> None:
    names = PlatformCounters(OneClient("cloudwatch")).names(CHAT)

    assert names
    assert all(name.startswith("sagemaker_") for name in names)


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [("sagemaker_5xx_errors", [3.0, 4.0], 7.0), ("sagemaker_latency_seconds", [2_500_000.0, 900_000.0], 2.5)],
)
def test_a_counter_is_added_up_or_its_worst_is_taken(name: str, values: list[float], expected: float) -> None:
    roles = OneClient("cloudwatch")
    roles.stub.add_response("get_metric_data", {"MetricDataResults": [{"Id": "answer", "Values": values}]})

    assert PlatformCounters(roles).read(CHAT, name, SINCE, NOON) == pytest.approx(expected)


def test_no_data_is_not_zero() -> None:
    roles = OneClient("cloudwatch")
    roles.stub.add_response("get_metric_data", {"MetricDataResults": [{"Id": "answer", "Values": []}]})

    with pytest.raises(CannotKnow, match="no data"):
        PlatformCounters(roles).read(CHAT, "sagemaker_5xx_errors", SINCE, NOON)


def test_every_counter_names_a_statistic_and_how_series_are_joined() -> None:
    assert {counter.over for counter in COUNTERS.values()} <= {"SUM", "MAX"}
