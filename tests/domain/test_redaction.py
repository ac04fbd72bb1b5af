from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.world import an_alert

from responder.domain.redaction import redact, redact_alert


@pytest.mark.parametrize(
    ("kind", "secret"),
    [
        ("email", "ann.lee+oncall@example.co.uk"),
        ("aws_key", "AKIAIOSFODNN7EXAMPLE"),
        ("api_key", "sk-proj_abcdefghijklmnop"),
        ("api_key", "ghp_abcdefghijklmnopqrst"),
        ("api_key", "hf_abcdefghijklmnopqrst"),
        ("bearer", "Bearer abcdef123456.xyz"),
        ("jwt", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"),
        ("secret", "password=hunter2hunter2"),
        ("secret", "api_key: abc123def"),
        ("card", "4111 1111 1111 1111"),
        ("private_key", "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----"),
        ("private_key", "-----BEGIN PRIVATE KEY-----\nMIIE, cut off here"),
    ],
)
def test_what_looks_like_a_secret_or_a_person_is_replaced_by_its_kind(kind: str, secret: str) -> None:
    text, counts = redact(f"seen in a prompt: {secret}")

    assert text == f"seen in a prompt: [redacted {kind}]"
    assert counts == {kind: 1}


@pytest.mark.parametrize(
    "harmless",
    [
        "p95 is 2.5 s on chat-v2",
        "4111 1111 1111 1112 is no card number",
        "trace 0af7651916cd43dd8448eb211c80319c",
        "the secret is out",
        "at 2026-11-25T12:00:00Z, pod chat-7d9f@node",
        "ask-me-anything-about-this-model",
    ],
)
def test_ordinary_text_is_left_alone(harmless: str) -> None:
    assert redact(harmless) == (harmless, {})


@given(st.text(max_size=60))
def test_what_was_redacted_once_stays_as_it_is(text: str) -> None:
    once, _ = redact(text)

    assert redact(once) == (once, {})


def test_labels_and_annotations_are_redacted_and_counted_together() -> None:
    alert = an_alert(user="ann@example.com")
    alert = replace(alert, annotations={"summary": "mail bob@example.com or ann@example.com"})

    clean, counts = redact_alert(alert)

    assert clean.labels["user"] == "[redacted email]"
    assert clean.annotations == {"summary": "mail [redacted email] or [redacted email]"}
    assert counts == {"email": 3}


def test_redaction_keeps_the_fingerprint_by_which_the_alert_is_known() -> None:
    alert = an_alert(user="ann@example.com")

    assert redact_alert(alert)[0].fingerprint == alert.fingerprint
