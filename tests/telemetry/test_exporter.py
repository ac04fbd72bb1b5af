from datetime import UTC, datetime, timedelta

import pytest
from tests.telemetry.asgi import an_exporter, value

from responder.domain.serving import service_level
from telemetry import Answer, Outcome, Served
from telemetry.families import EDGES_MS

SUNDAY = datetime(2026, 11, 29, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_exists_from_the_start_so_that_a_share_of_none_is_zero(outcome: Outcome) -> None:
    assert value(an_exporter(), "infer_requests_total", outcome=outcome) == 0


@pytest.mark.parametrize(
    "name",
    ["safety_violations_total", "safety_severe_violations_total", "infer_adapter_load_failures_total"],
)
def test_what_has_not_happened_yet_exists_too(name: str) -> None:
    """A counter that is born with its first event never rises, so no alert on its increase could fire."""
    assert value(an_exporter(), name) == 0


def test_a_path_or_adapter_that_a_caller_invents_is_no_new_series() -> None:
    exporter = an_exporter()
    before = len(list(exporter.registry.collect()))

    for n in range(50):
        exporter.answered(f"/scan/{n}", Outcome.CLIENT_ERROR, 1, Answer(adapter=f"made-up-{n}"))

    assert value(exporter, "infer_requests_total", route="other", adapter="other", outcome="client_error") == 50
    assert len(list(exporter.registry.collect())) == before


def test_a_request_with_several_violations_is_one_unsafe_request() -> None:
    exporter = an_exporter()

    exporter.answered("/v1/chat", Outcome.OK, 100, Answer(safety_flags=["toxicity", "pii"], severe_flags=["minors"]))

    assert value(exporter, "safety_violations_total") == 1
    assert value(exporter, "safety_severe_violations_total", category="minors") == 1


def test_the_week_begins_again_on_monday() -> None:
    clock = [SUNDAY]
    exporter = an_exporter(now=lambda: clock[0])
    exporter.answered("/v1/chat", Outcome.OK, 100, Answer(cost_usd=5))
    clock[0] += timedelta(hours=2)
    exporter.answered("/v1/chat", Outcome.OK, 100, Answer(cost_usd=1))

    assert value(exporter, "infer_cost_week_to_date_usd", model="chat") == 1
    assert value(exporter, "infer_cost_usd_total", model="chat") == 6


def test_a_new_release_is_what_is_served_from_then_on() -> None:
    exporter = an_exporter()

    exporter.serve(Served("chat", "v8", routes=("/v1/chat",), tokenizer_sha256="abc"))

    assert value(exporter, "infer_model_info", version="v7") is None
    assert value(exporter, "infer_model_info", version="v8", tokenizer_sha256="abc") == 1


def test_judged_and_accepted_answers_are_counted_by_version_and_dataset() -> None:
    exporter = an_exporter()

    exporter.judged("/v1/chat", accepted=True)
    exporter.judged("/v1/chat", dataset="golden", accepted=False)

    assert value(exporter, "infer_judged_total", version="v7") == 2
    assert value(exporter, "infer_accepted_total", dataset="golden") == 0


def test_a_reason_nobody_listed_is_other() -> None:
    exporter = an_exporter()

    exporter.failed_to_load("legal", "the moon")

    assert value(exporter, "infer_adapter_load_failures_total", adapter="legal", reason="other") == 1


def test_the_histogram_has_the_edges_the_service_levels_may_name() -> None:
    assert EDGES_MS == service_level.EDGES_MS
