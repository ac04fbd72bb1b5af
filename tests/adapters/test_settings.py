import dataclasses

import pytest

from responder.errors import TryAgain
from responder.settings import (
    MetricsAuth,
    ReceiveAlertsSettings,
    RespondSettings,
    Settings,
    SweepSettings,
    read_settings,
)

FRONT_DOOR = {
    "PAGES_TOPIC_ARN": "arn:aws:sns:us-east-1:123456789012:pages",
    "ALERTS_QUEUE_URL": "https://sqs/alerts.fifo",
    "QUARANTINE_BUCKET": "quarantine",
    "WEBHOOK_TOKENS_SECRET": "responder/webhook-tokens",
}
RESPONSE = {
    "PAGES_TOPIC_ARN": "arn:aws:sns:us-east-1:123456789012:pages",
    "ALERTS_QUEUE_URL": "https://sqs/alerts.fifo",
    "QUARANTINE_BUCKET": "quarantine",
    "JOURNAL_TABLE": "journal",
    "AUDIT_BUCKET": "audit",
    "MODE_PREFIX": "/responder/mode",
}


def test_a_function_is_told_by_its_environment() -> None:
    settings = read_settings(ReceiveAlertsSettings, {**FRONT_DOOR, "RESPONDER_VERSION": "abc123", "PATH": "/bin"})

    assert settings.alerts_queue_url == "https://sqs/alerts.fifo"
    assert settings.responder_version == "abc123"


@pytest.mark.parametrize("missing", sorted(FRONT_DOOR))
def test_a_missing_variable_is_named_with_its_purpose(missing: str) -> None:
    environ = {name: value for name, value in FRONT_DOOR.items() if name != missing}

    with pytest.raises(TryAgain, match=rf"not set: {missing} \(.+\)"):
        read_settings(ReceiveAlertsSettings, environ)


def test_all_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(TryAgain) as raised:
        read_settings(RespondSettings, {})

    assert all(name in str(raised.value) for name in RESPONSE)


def test_an_empty_variable_is_not_set() -> None:
    with pytest.raises(TryAgain, match="JOURNAL_TABLE"):
        read_settings(RespondSettings, {**RESPONSE, "JOURNAL_TABLE": ""})


def test_what_is_optional_has_its_default_when_empty() -> None:
    settings = read_settings(
        RespondSettings, {**RESPONSE, "PAGERDUTY_URL": "", "METRICS_AUTH": "", "PROMETHEUS_URL": ""}
    )

    assert settings.pagerduty_url == "https://events.pagerduty.com/v2/enqueue"
    assert settings.metrics_auth == MetricsAuth.NONE
    assert settings.prometheus_url == ""
    assert settings.responder_version == "unknown"


def test_an_unknown_way_of_asking_is_refused() -> None:
    with pytest.raises(TryAgain, match="METRICS_AUTH is 'basic', expected one of none, bearer, sigv4"):
        read_settings(SweepSettings, {**RESPONSE, "METRICS_AUTH": "basic"})


def test_a_bearer_needs_a_token() -> None:
    with pytest.raises(TryAgain, match="METRICS_TOKEN_SECRET"):
        read_settings(SweepSettings, {**RESPONSE, "METRICS_AUTH": "bearer"})


def test_the_sweeper_needs_neither_queue_nor_quarantine() -> None:
    without = {name: value for name, value in RESPONSE.items() if name not in {"ALERTS_QUEUE_URL", "QUARANTINE_BUCKET"}}

    assert read_settings(SweepSettings, without).journal_table == "journal"


@pytest.mark.parametrize("kind", [ReceiveAlertsSettings, SweepSettings, RespondSettings])
def test_settings_do_not_change(kind: type[Settings]) -> None:
    settings = read_settings(kind, {**FRONT_DOOR, **RESPONSE})

    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.pages_topic_arn = "elsewhere"  # type: ignore[misc]  # what the test is about
