import random

import pytest

from telemetry.trace_context import begin, falls_in
from telemetry.trace_record import hash_user

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def test_a_callers_trace_goes_on_with_a_span_of_our_own() -> None:
    context = begin(f"00-{TRACE}-{PARENT}-01")

    assert (context.trace_id, context.parent_id, context.sampled) == (TRACE, PARENT, True)
    assert context.span_id != PARENT
    assert context.header == f"00-{TRACE}-{context.span_id}-01"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "nonsense",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{PARENT}-01",
        f"ff-{TRACE}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}-01-more",
        f"00-{TRACE}-{PARENT}",
    ],
)
def test_a_header_that_breaks_the_standard_starts_a_new_trace(header: str | None) -> None:
    context = begin(header)

    assert context.trace_id != TRACE
    assert (len(context.trace_id), len(context.span_id), context.parent_id) == (32, 16, None)


def test_a_version_from_the_future_is_read_as_far_as_we_know_it() -> None:
    assert begin(f"cc-{TRACE}-{PARENT}-01-what-the-future-brings").trace_id == TRACE


def test_a_share_of_traces_is_that_share_and_always_the_same_one() -> None:
    chance = random.Random(1)  # noqa: S311  # traces, not secrets
    traces = [f"{chance.getrandbits(128):032x}" for _ in range(20_000)]

    chosen = {trace for trace in traces if falls_in(trace, 0.05)}

    assert 0.045 < len(chosen) / len(traces) < 0.055
    assert {trace for trace in traces if falls_in(trace, 0.01)} < chosen


def test_a_user_is_the_same_within_one_key_and_nobody_without_it() -> None:
    assert hash_user("ann", b"key") == hash_user("ann", b"key")
    assert hash_user("ann", b"key") != hash_user("ann", b"another")
