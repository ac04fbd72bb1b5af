import gzip
import json
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws

from responder.adapters.event_bus import EventBus
from responder.adapters.traces_bucket import TracesBucket
from responder.domain.serving.drift import freeze
from responder.domain.serving.evaluation import Evaluation
from responder.errors import CannotKnow

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
BUCKET = "traces"


@pytest.fixture
def s3():  # type: ignore[no-untyped-def]  # noqa: ANN201  # boto3 has no types
    with mock_aws():
        client = boto3.client("s3", "us-east-1")
        client.create_bucket(Bucket=BUCKET)
        yield client


def put(s3, key: str, *traces: object) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001  # as above
    lines = "".join(json.dumps(trace) + "\n" for trace in traces)
    s3.put_object(Bucket=BUCKET, Key=key, Body=gzip.compress(lines.encode()))


def test_the_traces_of_whole_hours_are_read_and_no_others(s3) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001  # as above
    put(s3, "traces/2026-11-25T10/one.gz", {"n": 1}, {"n": 2})
    put(s3, "traces/2026-11-25T11/two.gz", {"n": 3})
    put(s3, "traces/2026-11-25T12/three.gz", {"n": 4})

    found = TracesBucket(BUCKET, s3).read(NOON - timedelta(hours=2), NOON)

    assert [trace["n"] for trace in found] == [1, 2, 3]


def test_what_is_no_trace_is_trouble_and_not_silence(s3) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001  # as above
    s3.put_object(Bucket=BUCKET, Key="traces/2026-11-25T11/odd.gz", Body=b"not compressed")

    with pytest.raises(CannotKnow, match="traces/2026-11-25T11/"):
        TracesBucket(BUCKET, s3).read(NOON - timedelta(hours=1), NOON)


def test_a_baseline_is_what_was_frozen_and_none_before(s3) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001  # as above
    shelf = TracesBucket(BUCKET, s3)
    baselines = {"input_len": freeze([1.0, 2.0, 3.0, 4.0] * 30), "language": freeze(["en", "de"])}

    before = shelf.baselines("chat")
    shelf.freeze("chat", baselines)

    assert (before, shelf.baselines("chat")) == (None, baselines)


def test_a_models_name_is_never_a_path(s3) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001  # as above
    TracesBucket(BUCKET, s3).keep(Evaluation("../../chat", NOON, 1, (), (), None, (), ()))

    (found,) = s3.list_objects_v2(Bucket=BUCKET)["Contents"]
    assert found["Key"] == "evaluation/reports/.._.._chat/2026-11-25T12:00:00.000Z.json"


def test_the_job_is_asked_for_by_an_event() -> None:
    with mock_aws():
        EventBus(boto3.client("events", "us-east-1")).start("chat", ["input_len"], NOON)
