import random

import pytest

from responder.domain.serving.sampling import falls_in, keeps_text
from telemetry import trace_context

TRACE = "4bf92f3577b34da6" + "f" * 16
LUCKY = "4bf92f3577b34da6" + "0" * 16


def test_every_process_keeps_the_same_traces() -> None:
    luck = random.Random(1)  # noqa: S311  # traces, not secrets

    for _ in range(1000):
        trace = f"{luck.getrandbits(128):032x}"
        assert falls_in(trace, 0.05) == trace_context.falls_in(trace, 0.05)


@pytest.mark.parametrize("outcome", ["server_error", "timeout", "throttled"])
def test_what_failed_is_kept_whatever_its_trace(outcome: str) -> None:
    assert keeps_text(TRACE, 0.01, outcome, [])


def test_what_is_unsafe_is_kept_whatever_its_trace() -> None:
    assert keeps_text(TRACE, 0.01, "ok", ["toxicity"])


def test_of_what_went_well_only_the_share_is_kept() -> None:
    assert keeps_text(LUCKY, 0.01, "ok", [])
    assert not keeps_text(TRACE, 0.01, "ok", [])


@pytest.mark.parametrize("trace", ["", "None", TRACE.upper(), TRACE[:-1], TRACE + "0"])
def test_without_a_readable_trace_nothing_is_kept_not_even_a_failure(trace: str) -> None:
    assert not keeps_text(trace, 0.1, "server_error", ["toxicity"])
