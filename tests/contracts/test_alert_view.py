"""Whoever knows whether an alert fires at this moment."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from tests.adapters.web import Web
from tests.world import NOON, an_alert

from responder.adapters.alert_view import AlertmanagerView, PrometheusView
from responder.adapters.http import Http
from responder.adapters.in_memory import InMemoryAlertView
from responder.adapters.prometheus import Prometheus
from responder.domain.alert import Alert
from responder.domain.guard import Firing
from responder.errors import CannotKnow
from responder.ports import AlertView


@dataclass
class Watch:
    """A view, and what is true: the alerts that fire, or None when it cannot be reached."""

    view: AlertView
    fires: Callable[[list[Alert] | None], None]


@pytest.fixture(params=["twin", "alertmanager", "prometheus"])
def watch(request: pytest.FixtureRequest) -> Watch:
    if request.param == "twin":
        return _twin()
    served: Web = request.getfixturevalue("web")
    if request.param == "alertmanager":
        return Watch(AlertmanagerView(served.url, Http()), lambda alerts: _alertmanager(served, alerts))
    return Watch(PrometheusView(Prometheus(served.url, Http())), lambda alerts: _prometheus(served, alerts))


def _twin() -> Watch:
    twin = InMemoryAlertView()

    def fires(alerts: list[Alert] | None) -> None:
        twin.firing = {alert.fingerprint: Firing("firing", "it fires") for alert in alerts or []}
        twin.trouble = CannotKnow("down") if alerts is None else None

    return Watch(twin, fires)


def _alertmanager(web: Web, alerts: list[Alert] | None) -> None:
    status = {"state": "active", "silencedBy": [], "inhibitedBy": [], "mutedBy": []}
    rows = [{"fingerprint": alert.fingerprint, "labels": alert.labels, "status": status} for alert in alerts or []]
    web.says(rows, 200 if alerts is not None else 503)


def _prometheus(web: Web, alerts: list[Alert] | None) -> None:
    labels = [{"__name__": "ALERTS", "alertstate": "firing"} | alert.labels for alert in alerts or []]
    result = [{"metric": each, "value": [NOON.timestamp(), "1"]} for each in labels]
    data = {"resultType": "vector", "result": result}
    web.says({"status": "success", "data": data}, 200 if alerts is not None else 503)


def test_an_alert_that_fires_is_firing(watch: Watch) -> None:
    watch.fires([an_alert(model="other"), an_alert()])

    assert watch.view.state(an_alert()).state == "firing"


def test_an_alert_that_is_not_listed_is_gone(watch: Watch) -> None:
    watch.fires([an_alert(model="other")])

    assert watch.view.state(an_alert()).state == "gone"


def test_nothing_listed_is_gone_too(watch: Watch) -> None:
    watch.fires([])

    assert watch.view.state(an_alert()).state == "gone"


def test_an_outage_is_unknown_and_says_so(watch: Watch) -> None:
    watch.fires(None)

    answer = watch.view.state(an_alert())

    assert answer.state == "unknown"
    assert answer.says


def test_many_are_answered_in_the_order_asked(watch: Watch) -> None:
    watch.fires([an_alert(pod="1"), an_alert(pod="3")])

    answers = watch.view.states([an_alert(pod=str(number)) for number in range(5)])

    assert [answer.state for answer in answers] == ["gone", "firing", "gone", "firing", "gone"]
    assert watch.view.states([]) == []
