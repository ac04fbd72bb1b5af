"""Each mode from its alert alone, from evidence alone, and against its nearest confuser."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from responder.adapters.runbook_files import read_library
from responder.domain.alert import Alert, Status, fingerprint_of
from responder.domain.diagnosis import Diagnosis, diagnose, questions
from responder.domain.evidence import Evidence
from responder.domain.failure_mode import FailureMode as Mode

ROOT = Path(__file__).parents[2]
BOOK = read_library(ROOT / "runbooks").book
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
MODES = [mode for mode in Mode if mode is not Mode.UNKNOWN]


def an_alert(name: str, summary: str = "", **labels: str) -> Alert:
    worn = {"alertname": name, **labels}
    return Alert(fingerprint_of(worn), Status.FIRING, NOON, worn, {"summary": summary} if summary else {})


def the_sample(mode: Mode) -> Alert:
    body = json.loads((ROOT / f"events/alertmanager/{mode}.json").read_text())["body"]
    (sent,) = body["alerts"]
    return Alert(sent["fingerprint"], Status.FIRING, NOON, sent["labels"], sent["annotations"])


def diagnosed(*alerts: Alert, logs: str = "", evidence: tuple[Evidence, ...] = ()) -> Diagnosis:
    return diagnose(alerts, [logs] if logs else [], evidence, BOOK, NOON)


@pytest.mark.parametrize("mode", MODES)
def test_the_sample_alert_alone_is_enough(mode: Mode) -> None:
    diagnosis = diagnosed(the_sample(mode))

    assert diagnosis.failure_mode is mode
    assert diagnosis.because


FROM_NAME_AND_WORDS = {
    Mode.OUT_OF_MEMORY: an_alert("KubePodOOMKilled"),
    Mode.TOKENIZER_MISMATCH: an_alert("TokenizerVersionMismatch"),
    Mode.ADAPTER_MERGE_ERROR: an_alert("LoRALoadFailures"),
    Mode.API_TIMEOUT: an_alert("LLMCallTimeout", "LLM 调用频繁超时"),
    Mode.HOT_SPOT_SHARD: an_alert("ReplicaLoadImbalance", "one replica gets 3x the mean load"),
    Mode.LATENCY_SPIKE: an_alert("SlowResponseTime", "P95 response time is 6s (threshold: 5s)"),
    Mode.ERROR_RATE: an_alert("LLMServiceHighErrorRate", "5xx above 5%"),
    Mode.QUALITY_REGRESSION: an_alert("HallucinationSpike", "hallucination rate above 5%"),
    Mode.SAFETY_VIOLATION: an_alert("JailbreakAttempt", "jailbreak attempts detected"),
    Mode.COST_OVERRUN: an_alert("DailyBudgetExceeded", "spent $120 of $100"),
    Mode.DATA_DRIFT: an_alert("FeatureDriftHigh", "PSI above 0.25 for tenure"),
}


@pytest.mark.parametrize("mode", MODES)
def test_an_alert_of_a_public_rule_set_needs_no_link(mode: Mode) -> None:
    assert diagnosed(FROM_NAME_AND_WORDS[mode]).failure_mode is mode


FROM_A_LOG_LINE = {
    Mode.OUT_OF_MEMORY: "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB",
    Mode.TOKENIZER_MISMATCH: "ValueError: Vocab size mismatch (model has 32000, but tokenizer.model has 32001)",
    Mode.ADAPTER_MERGE_ERROR: "ValueError: LoRA rank 64 is greater than max_lora_rank 16.",
    Mode.API_TIMEOUT: "openai.APITimeoutError: Request timed out.",
    Mode.HOT_SPOT_SHARD: "Shard 7 receives 62% of all requests, the mean is 12%",
    Mode.LATENCY_SPIKE: "Avg time to first token went from 0.4s to 3.1s",
    Mode.ERROR_RATE: "vllm.v1.engine.exceptions.EngineDeadError: EngineCore encountered an issue",
    Mode.QUALITY_REGRESSION: "Eval run 4412: pass@1 dropped from 0.71 to 0.58",
    Mode.SAFETY_VIOLATION: '{"finish_reason": "content_filter"}',
    Mode.COST_OVERRUN: "litellm.BudgetExceededError: Budget has been exceeded! Current cost: 26.1, Max budget: 25.0",
    Mode.DATA_DRIFT: "PSI for feature prompt_length = 0.34 (> 0.2)",
}


@pytest.mark.parametrize("mode", MODES)
def test_a_log_line_alone_is_enough(mode: Mode) -> None:
    diagnosis = diagnosed(logs=FROM_A_LOG_LINE[mode])

    assert diagnosis.failure_mode is mode
    assert any("(" in reason for reason in diagnosis.because)  # the words it was seen in


NEAREST_CONFUSER = {
    Mode.OUT_OF_MEMORY: "Loaded conversation memory for user 42 (18 messages)",
    Mode.TOKENIZER_MISMATCH: "CSRF token mismatch",
    Mode.ADAPTER_MERGE_ERROR: "LoRa join failed: no gateway in range (SF12)",
    Mode.API_TIMEOUT: "Session timeout after 30 minutes of inactivity",
    Mode.HOT_SPOT_SHARD: "Thermal hotspot on panel 4, 61.8 °C",
    Mode.LATENCY_SPIKE: "Latency test mode enabled on the audio interface",
    Mode.ERROR_RATE: "Transaction aborted and rolled back: insufficient stock",
    Mode.QUALITY_REGRESSION: "Air quality is poor today",
    Mode.SAFETY_VIOLATION: "iOS 17 jailbreak checker: device is rooted",
    Mode.COST_OVERRUN: "Movie budget rises to 210M",
    Mode.DATA_DRIFT: "Clock drifted by 2 s, NTP out of sync",
}


@pytest.mark.parametrize("mode", MODES)
def test_the_nearest_confuser_is_unknown(mode: Mode) -> None:
    assert diagnosed(logs=NEAREST_CONFUSER[mode]).failure_mode is Mode.UNKNOWN


def test_p95_with_out_of_memory_restarts_is_out_of_memory() -> None:
    diagnosis = diagnosed(
        the_sample(Mode.LATENCY_SPIKE),
        logs="Last State: Terminated, Reason: OOMKilled, Exit Code: 137",
        evidence=(Evidence("out_of_memory.restarts-after-oom", "prometheus", "restarts", NOON, 3.0),),
    )

    assert diagnosis.failure_mode is Mode.OUT_OF_MEMORY
    assert diagnosis.runner_up in {Mode.LATENCY_SPIKE, Mode.UNKNOWN}


def test_an_error_rate_made_of_upstream_timeouts_is_api_timeout() -> None:
    diagnosis = diagnosed(
        an_alert("LLMErrorRateHigh", "error rate above 5%"),
        logs="upstream timed out (110: Connection timed out) while reading response header from upstream",
    )

    assert diagnosis.failure_mode is Mode.API_TIMEOUT


def test_a_budget_that_burns_on_timeouts_alone_is_api_timeout() -> None:
    """The alert about the symptom comes first: two minutes, against five for the one about time-outs."""
    diagnosis = diagnosed(BUDGET_BURNS, evidence=measured(failing=0.4, timeouts=0.4))

    assert diagnosis.failure_mode is Mode.API_TIMEOUT
    assert diagnosis.runner_up is Mode.UNKNOWN


def test_a_budget_that_burns_on_more_than_timeouts_is_for_a_person() -> None:
    assert diagnosed(BUDGET_BURNS, evidence=measured(failing=0.4, timeouts=0.2)).failure_mode is Mode.UNKNOWN


def test_a_budget_that_burns_without_timeouts_is_an_error_rate() -> None:
    assert diagnosed(BUDGET_BURNS, evidence=measured(failing=0.4, timeouts=0.0)).failure_mode is Mode.ERROR_RATE


BUDGET_BURNS = Alert(
    "f" * 16,
    Status.FIRING,
    NOON,
    {"alertname": "LLMErrorBudgetBurn", "severity": "page", "model": "chat", "route": "/v1/chat"},
    {
        "summary": "40% of the requests to chat fail",
        "description": "Requests to chat on /v1/chat fail so often that the week's error budget (99.9 %) would be gone "
        "within hours to two days.",
        "runbook": "error_rate",
    },
)


def measured(failing: float, timeouts: float) -> tuple[Evidence, ...]:
    values = {
        "error_rate.errors-measured": failing,
        "error_rate.errors-not-measured": failing,
        "error_rate.errors-are-timeouts": timeouts / failing,
        "api_timeout.timeouts-measured": timeouts,
        "api_timeout.timeouts-not-measured": timeouts,
    }
    return tuple(Evidence(name, "prometheus", name, NOON, value) for name, value in values.items())


def test_latency_on_one_shard_only_is_a_hot_spot() -> None:
    evidence = (Evidence("hot_spot_shard.replicas-measured-uneven", "prometheus", "max/avg", NOON, 3.2),)

    diagnosis = diagnosed(
        an_alert("HighLatency", "p95 over 2s"),
        logs="replica chat-2 has 48 running requests while others have 3",
        evidence=evidence,
    )

    assert diagnosis.failure_mode is Mode.HOT_SPOT_SHARD


def test_errors_after_a_tokenizer_digest_changed_are_a_tokenizer_mismatch() -> None:
    evidence = (Evidence("tokenizer_mismatch.digest-not-as-registered", "registry", "digests", NOON, 1.0),)

    diagnosis = diagnosed(an_alert("LLMErrorRateHigh", "5xx above 5%"), evidence=evidence)

    assert diagnosis.failure_mode is Mode.TOKENIZER_MISMATCH


TOKENIZER_RELEASED = Evidence("tokenizer_changed_s", "releases", "chat", NOON, 600.0)


def test_errors_right_after_a_release_of_a_tokenizer_are_a_tokenizer_mismatch() -> None:
    diagnosis = diagnosed(an_alert("LLMErrorRateHigh", "5xx above 5%"), evidence=(TOKENIZER_RELEASED,))

    assert diagnosis.failure_mode is Mode.TOKENIZER_MISMATCH


def test_so_they_are_when_the_errors_are_measured_too() -> None:
    measured = Evidence("error_rate", "prometheus", "ratio", NOON, 0.08)

    diagnosis = diagnosed(an_alert("LLMErrorRateHigh", "5xx above 5%"), evidence=(TOKENIZER_RELEASED, measured))

    assert diagnosis.failure_mode is Mode.TOKENIZER_MISMATCH


def test_a_release_of_a_tokenizer_alone_is_no_failure() -> None:
    assert diagnosed(an_alert("SomethingOdd"), evidence=(TOKENIZER_RELEASED,)).failure_mode is Mode.UNKNOWN


def test_slow_answers_after_a_release_of_a_tokenizer_are_still_slow_answers() -> None:
    diagnosis = diagnosed(an_alert("ChatSlow", "p95 over 1.2s"), evidence=(TOKENIZER_RELEASED,))

    assert diagnosis.failure_mode is Mode.LATENCY_SPIKE


def test_the_errors_of_last_week_s_tokenizer_are_errors() -> None:
    evidence = (Evidence("tokenizer_changed_s", "releases", "chat", NOON, 604_800.0),)

    assert diagnosed(an_alert("LLMErrorRateHigh", "5xx above 5%"), evidence=evidence).failure_mode is Mode.ERROR_RATE


FOREIGN = {
    "a tunnel": "VPN tunnel to the office is down",
    "a machine": "Circuit 12: load imbalance between the phases",
    "a card": "Payment failed: insufficient funds on card ending 4471",
    "a test suite": "Visual regression detected on the home page",
    "people": "Workload imbalance: two reviewers have most of the tickets",
    "an intruder": "SQL injection attempt blocked",
    "a check that broke": "Toxicity scoring failed: model not loaded",
}


@pytest.mark.parametrize("line", FOREIGN.values(), ids=FOREIGN.keys())
def test_the_words_of_a_mode_about_something_foreign_are_unknown(line: str) -> None:
    assert diagnosed(logs=line).failure_mode is Mode.UNKNOWN


def test_a_foreign_word_takes_nothing_from_a_line_about_a_model() -> None:
    assert diagnosed(logs="LLM eval in the nightly build: faithfulness dropped to 0.41").failure_mode in MODES


def test_one_statement_read_by_many_signals_weighs_no_more_than_words_may() -> None:
    once = diagnosed(logs="openai.APITimeoutError: Request timed out.")
    often = diagnosed(logs="openai.APITimeoutError: Request timed out. upstream timed out, 504 Gateway Time-out")

    assert len(often.because) > len(once.because)
    assert often.confidence == once.confidence


def test_a_measurement_that_contradicts_the_alert_leaves_doubt() -> None:
    evidence = (Evidence("latency_spike.p95-inside-target", "prometheus", "p95", NOON, 0.3),)

    diagnosis = diagnosed(an_alert("ChatSlow", "p95 over 1.2s"), evidence=evidence)

    assert diagnosis.failure_mode is Mode.UNKNOWN
    assert diagnosis.leading is Mode.UNKNOWN or diagnosis.despite


def test_a_missing_answer_changes_nothing() -> None:
    missing = (
        Evidence("latency_spike.p95-inside-target", "prometheus", "p95", NOON, missing="no answer in 5 s"),
        Evidence("latency_spike.p95-over-target", "prometheus", "p95", NOON, float("nan")),
    )
    alert = an_alert("HighLatency", "p95 over 2s")

    assert diagnosed(alert, evidence=missing).confidence == diagnosed(alert).confidence


def test_a_well_known_metric_counts_under_its_own_name() -> None:
    evidence = (Evidence("projected_budget_ratio", "alert", "given", NOON, 1.4),)

    assert diagnosed(evidence=evidence).failure_mode is Mode.COST_OVERRUN


def test_the_link_to_a_page_is_enough_when_nothing_speaks_against_it() -> None:
    alert = Alert("f", Status.FIRING, NOON, {"alertname": "ChatSli"}, {"runbook": "runbooks/latency_spike.md"})

    assert diagnosed(alert).failure_mode is Mode.LATENCY_SPIKE


def test_the_link_to_a_page_is_no_order() -> None:
    alert = Alert("f", Status.FIRING, NOON, {"alertname": "ChatSli"}, {"runbook": "runbooks/latency_spike.md"})
    evidence = (Evidence("latency_spike.p95-inside-target", "prometheus", "p95", NOON, 0.3),)

    assert diagnosed(alert, evidence=evidence).failure_mode is Mode.UNKNOWN


def test_nothing_at_all_is_unknown_and_not_quite_sure() -> None:
    diagnosis = diagnosed()

    assert diagnosis.failure_mode is Mode.UNKNOWN
    assert 0.8 < diagnosis.confidence < 0.9
    assert diagnosis.because == ()


def test_two_modes_close_together_are_unknown() -> None:
    diagnosis = diagnosed(logs="budget exceeded; PSI 0.4 for feature age")

    assert diagnosis.failure_mode is Mode.UNKNOWN
    assert diagnosis.leading is Mode.DATA_DRIFT
    assert "its signals name cost_overrun as well" in diagnosis.despite


def test_loudness_and_links_say_nothing_about_the_cause() -> None:
    quiet = an_alert("BudgetCreated", "budget of team x was created", severity="critical")

    assert diagnosed(quiet).failure_mode is Mode.UNKNOWN


def test_the_same_question_gets_the_same_answer() -> None:
    assert diagnosed(the_sample(Mode.ERROR_RATE)) == diagnosed(the_sample(Mode.ERROR_RATE))


def test_every_question_of_the_book_has_the_name_its_answer_will_have() -> None:
    asked = questions(BOOK)

    assert "latency_spike.p95-over-target" in asked
    assert all("$series" in query for query in asked.values())
