"""The redacted traces and what evaluation keeps beside them; and whoever starts a re-evaluation."""

import gzip
import json
from collections.abc import Callable, Sequence
from datetime import timedelta

import boto3
import pytest
from tests.world import NOON

from responder.adapters.event_bus import EventBus
from responder.adapters.in_memory_traces import InMemoryJobs, InMemoryTraces
from responder.adapters.traces_bucket import TracesBucket
from responder.domain.serving.drift import freeze
from responder.domain.serving.evaluation import Evaluation, Trace
from responder.ports import Jobs, TraceShelf

Written = Callable[[int, Sequence[Trace]], None]
BUCKET = "traces-of-a-contract"


@pytest.fixture(params=["twin", "bucket"])
def shelf(request: pytest.FixtureRequest) -> tuple[TraceShelf, Written, Callable[[], int]]:
    """A shelf, how traces of some hours ago come onto it, and how many reports it holds."""
    if request.param == "twin":
        twin = InMemoryTraces()
        return twin, lambda ago, some: twin.put(NOON - timedelta(hours=ago), some), lambda: len(twin.kept)
    request.getfixturevalue("cloud")
    s3 = boto3.client("s3", "us-east-1")
    s3.create_bucket(Bucket=BUCKET)

    def put(ago: int, some: Sequence[Trace]) -> None:
        lines = "".join(json.dumps(dict(one)) + "\n" for one in some)
        key = f"traces/{NOON - timedelta(hours=ago):%Y-%m-%dT%H}/{ago}.gz"
        s3.put_object(Bucket=BUCKET, Key=key, Body=gzip.compress(lines.encode()))

    def reports() -> int:
        return int(s3.list_objects_v2(Bucket=BUCKET, Prefix="evaluation/reports/")["KeyCount"])

    return TracesBucket(BUCKET, s3), put, reports


Shelf = tuple[TraceShelf, Written, Callable[[], int]]


def test_an_empty_shelf_has_no_traces_and_no_baselines(shelf: Shelf) -> None:
    assert shelf[0].read(NOON - timedelta(hours=6), NOON) == []
    assert shelf[0].baselines("chat") is None


def test_the_first_hour_belongs_to_a_window_and_the_hour_of_its_end_does_not(shelf: Shelf) -> None:
    traces, put, _ = shelf
    for ago in (3, 2, 1, 0):
        put(ago, [{"hour": ago}])

    assert [one["hour"] for one in traces.read(NOON - timedelta(hours=2), NOON)] == [2, 1]


def test_a_baseline_takes_the_place_of_the_earlier_one_of_its_model_alone(shelf: Shelf) -> None:
    traces, _, _ = shelf
    older, newer = {"language": freeze(["en"])}, {"input_len": freeze([1.0, 2.0, 3.0] * 40)}
    traces.freeze("chat", older)
    traces.freeze("code", older)
    traces.freeze("chat", newer)

    assert (traces.baselines("chat"), traces.baselines("code")) == (newer, older)


def test_each_report_is_kept(shelf: Shelf) -> None:
    traces, _, reports = shelf
    for hours in (0, 6):
        traces.keep(Evaluation("chat", NOON + timedelta(hours=hours), 1, (), (), None, (), ()))

    assert reports() == 2


@pytest.fixture(params=["twin", "event bus"])
def jobs(request: pytest.FixtureRequest) -> tuple[Jobs, Callable[[], list[str]]]:
    """Whoever starts the job, and the models it was asked for."""
    if request.param == "twin":
        twin = InMemoryJobs()
        return twin, lambda: [model for model, _ in twin.asked]
    sent: list[str] = []

    class Bus:
        """EventBridge as its client is called; moto keeps no events to look at."""

        def put_events(self, Entries: list[dict[str, str]]) -> dict[str, object]:  # noqa: N803  # AWS's name
            sent.extend(json.loads(entry["Detail"])["data"]["model"] for entry in Entries)
            return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}

    return EventBus(Bus()), lambda: sent


def test_a_job_is_asked_for_each_model(jobs: tuple[Jobs, Callable[[], list[str]]]) -> None:
    asked, heard = jobs
    asked.start("chat", ["input_len"], NOON)
    asked.start("code", ["language"], NOON)

    assert heard() == ["chat", "code"]
