from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.world import an_alert

from responder.domain.alert import KEPT_TEXT, LOUDNESS, Severity, fingerprint_of, loudest, severity_of, shortened

LABELS = st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=8), max_size=5)


@pytest.mark.parametrize(
    ("written", "severity"),
    [
        ("critical", Severity.CRITICAL),
        ("page", Severity.CRITICAL),
        (" P1 ", Severity.CRITICAL),
        ("Sev2", Severity.ERROR),
        ("warning", Severity.WARNING),
        ("ticket", Severity.WARNING),
        ("INFO", Severity.INFO),
        ("none", Severity.NONE),
    ],
)
def test_severities_are_read_as_people_write_them(written: str, severity: Severity) -> None:
    assert severity_of({"severity": written}) is severity


@pytest.mark.parametrize("labels", [{}, {"severity": ""}, {"severity": "urgent-ish"}, {"team": "warning"}])
def test_an_unknown_severity_counts_as_the_loudest(labels: dict[str, str]) -> None:
    assert severity_of(labels) is Severity.CRITICAL


def test_other_names_for_severity_are_read_when_it_is_missing() -> None:
    assert severity_of({"sloth_severity": "ticket"}) is Severity.WARNING
    assert severity_of({"priority": "p4"}) is Severity.INFO
    assert severity_of({"severity": "info", "priority": "p1"}) is Severity.INFO


def test_the_loudest_of_several_counts() -> None:
    assert loudest([Severity.INFO, Severity.ERROR, Severity.WARNING]) is Severity.ERROR
    assert loudest([]) is Severity.CRITICAL
    assert LOUDNESS[0] is Severity.CRITICAL


@pytest.mark.parametrize(
    ("annotations", "page"),
    [
        ({"runbook": "runbooks/latency_spike.md"}, "latency_spike"),
        ({"runbook_url": "https://wiki.example.com/runbooks/latency_spike/"}, "latency_spike"),
        ({"runbook_url": "https://wiki.example.com/latency_spike.md#impact"}, "latency_spike"),
        ({"runbook": "latency_spike"}, "latency_spike"),
        ({"runbook": ""}, None),
        ({}, None),
    ],
)
def test_an_alert_names_its_page_by_the_end_of_its_link(annotations: dict[str, str], page: str | None) -> None:
    assert replace(an_alert(), annotations=annotations).runbook == page


def test_an_alert_without_a_name_says_so() -> None:
    assert replace(an_alert(), labels={}).name == "(no alertname)"


def test_the_fingerprint_is_alertmanagers() -> None:
    """As a real Alertmanager sent them for these labels."""
    assert fingerprint_of({"alertname": "Rot", "endpoint": "y"}) == "1090f4b0a6e06fb9"
    drift = {"alertname": "FeatureDrift", "cluster": "local", "endpoint": "fraud-1", "feature": "amount"}
    assert fingerprint_of({**drift, "job": "model", "severity": "ticket", "team": "fraud"}) == "fd0c464c189c3e7b"


@given(LABELS)
def test_the_order_of_labels_does_not_change_the_fingerprint(labels: dict[str, str]) -> None:
    assert fingerprint_of(dict(reversed(labels.items()))) == fingerprint_of(labels)


def test_texts_that_would_outgrow_the_journal_are_cut_the_longest_first() -> None:
    alert = replace(an_alert(), annotations={"dump": "x" * 900_000, "runbook": "runbooks/latency_spike.md"})

    short = shortened(alert)

    assert short.runbook == "latency_spike"
    assert short.annotations["dump"] == "x" * len(short.annotations["dump"])
    assert sum(len(k) + len(v) for k, v in short.annotations.items()) == KEPT_TEXT


def test_however_many_texts_an_alert_has_it_stays_short() -> None:
    alert = replace(an_alert(), annotations={f"note-{n}": "text" for n in range(10_000)})

    assert sum(len(k) + len(v) for k, v in shortened(alert).annotations.items()) <= KEPT_TEXT


def test_an_ordinary_alert_is_kept_whole() -> None:
    assert shortened(an_alert()) == an_alert()
