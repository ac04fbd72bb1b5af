from dataclasses import replace

import pytest
from tests.adapters.web import Web
from tests.world import NOON, an_alert

from responder.adapters.alert_view import AlertmanagerView, PrometheusView
from responder.adapters.http import Http
from responder.adapters.in_memory import InMemoryMetrics
from responder.domain.evidence import Sample
from responder.domain.guard import Firing
from responder.domain.redaction import redact_alert

ALERTS = 'ALERTS{alertstate="firing",alertname="LLMHighP95"}'
SERIES = {"__name__": "ALERTS", "alertstate": "firing", "alertname": "LLMHighP95", "severity": "page", "model": "chat"}


def alertmanager(web: Web, **status: object) -> Firing:
    web.says([{"fingerprint": an_alert().fingerprint, "status": status, "labels": {}, "receivers": []}])
    return AlertmanagerView(web.url, Http()).state(an_alert())


def prometheus(*series: dict[str, str]) -> PrometheusView:
    metrics = InMemoryMetrics(answers={ALERTS: [Sample(labels, 1.0) for labels in series]})
    return PrometheusView(metrics, lambda: NOON)


def test_alertmanager_is_asked_for_every_kind_of_alert_of_this_name(web: Web) -> None:
    web.says([])

    AlertmanagerView(f"{web.url}/am/", Http()).state(an_alert())

    kinds = {kind: ["true"] for kind in ("active", "silenced", "inhibited", "unprocessed")}
    assert web.asked[0].path == "/am/api/v2/alerts"
    assert web.asked[0].query == {**kinds, "filter": ['alertname="LLMHighP95"']}


def test_the_text_of_a_name_cannot_add_a_matcher(web: Web) -> None:
    web.says([])

    AlertmanagerView(web.url, Http()).state(an_alert(alertname='x",severity!="\\\n'))

    assert web.asked[0].query["filter"] == [r'alertname="x\",severity!=\"\\\n"']


@pytest.mark.parametrize(
    ("status", "state", "says"),
    [
        ({"state": "active"}, "firing", "it fires"),
        ({"state": "suppressed", "silencedBy": ["s-1"]}, "suppressed", "silenced by s-1"),
        ({"state": "suppressed", "silencedBy": [], "inhibitedBy": ["f-2"]}, "suppressed", "inhibited by f-2"),
        ({"state": "suppressed", "mutedBy": ["nights"]}, "suppressed", "muted by a time interval"),
        ({"state": "unprocessed", "silencedBy": None}, "unknown", "not yet looked"),
        ({"state": "sleeping"}, "unknown", "something else"),
    ],
)
def test_what_alertmanager_says_of_an_alert_is_understood(
    web: Web, status: dict[str, object], state: str, says: str
) -> None:
    answer = alertmanager(web, **status)

    assert answer.state == state
    assert says in answer.says


@pytest.mark.parametrize("body", [{}, [1], [{"fingerprint": "f"}], b"<html>"])
def test_an_answer_of_another_shape_is_unknown(web: Web, body: object) -> None:
    web.says(body)

    assert AlertmanagerView(web.url, Http()).state(an_alert()).state == "unknown"


def test_external_labels_are_not_on_the_series() -> None:
    """`env` is put on by Prometheus when it sends; ALERTS does not have it."""
    assert prometheus(SERIES).state(an_alert(env="practice")).state == "firing"


def test_a_series_of_another_model_is_another_alert() -> None:
    assert prometheus({**SERIES, "model": "embed"}).state(an_alert()).state == "gone"


def test_a_label_that_some_series_have_must_agree() -> None:
    view = prometheus({k: v for k, v in SERIES.items() if k != "model"}, {**SERIES, "model": "embed"})

    assert view.state(an_alert()).state == "gone"


def test_labels_are_compared_as_the_journal_keeps_them() -> None:
    mail = {**SERIES, "owner": "ann@example.org"}
    alert, _ = redact_alert(replace(an_alert(owner="ann@example.org")))

    assert prometheus(mail).state(alert).state == "firing"


def test_prometheus_cannot_say_whether_a_person_silenced_it() -> None:
    assert "silenced" in prometheus(SERIES).state(an_alert()).says


def test_alertmanager_is_asked_once_for_all_alerts_of_a_name(web: Web) -> None:
    """In a storm a hundred of one name are looked at together."""
    web.says([])

    AlertmanagerView(web.url, Http()).states(
        [an_alert(pod=str(number), alertname=name) for number in range(50) for name in ("Slow", "Full")]
    )

    assert [asked.query["filter"] for asked in web.asked] == [['alertname="Slow"'], ['alertname="Full"']]


def test_prometheus_is_asked_once_for_all_alerts_of_a_name() -> None:
    metrics = InMemoryMetrics()

    PrometheusView(metrics, lambda: NOON).states([an_alert(pod=str(number)) for number in range(50)])

    assert [expression for expression, _ in metrics.asked] == [ALERTS]


def test_alertmanager_says_what_else_is_loud_under_this_name_and_since_when(web: Web) -> None:
    """What is silenced or inhibited is nobody's trouble any more."""
    states = {"chat": "active", "search": "unprocessed", "draft": "suppressed"}
    rows = [
        {
            "fingerprint": an_alert(model=model).fingerprint,
            "status": {"state": state},
            "labels": {"model": model},
            "startsAt": "2026-11-25T13:00:00.000+01:00",
        }
        for model, state in states.items()
    ]
    web.says(rows)

    said = AlertmanagerView(web.url, Http()).state(an_alert(model="chat"))

    assert said.state == "firing"
    assert said.beside == (({"model": "chat"}, NOON), ({"model": "search"}, NOON))
