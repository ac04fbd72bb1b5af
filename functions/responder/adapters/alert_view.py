"""Does an alert fire at this moment? Asked of Alertmanager, else of Prometheus; doubt is `unknown`.

Alertmanager also knows what is silenced or inhibited. Prometheus does not, and its ALERTS series lack the
external labels it adds on sending, so there only the labels that the series have are compared, redacted
as the alert's were.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import quote, urlencode

from pydantic import BaseModel, TypeAdapter, ValidationError

from responder.adapters.http import Http
from responder.domain.alert import Alert
from responder.domain.guard import Firing
from responder.domain.plain import faults
from responder.domain.redaction import redact
from responder.errors import ActionFailed, CannotKnow
from responder.ports import Metrics

_NOT_LABELS = frozenset({"__name__", "alertstate"})


class _Status(BaseModel):
    state: Literal["active", "suppressed", "unprocessed"]
    silencedBy: list[str] | None = None  # noqa: N815  # Alertmanager's spelling
    inhibitedBy: list[str] | None = None  # noqa: N815  # Alertmanager's spelling
    mutedBy: list[str] | None = None  # noqa: N815  # Alertmanager's spelling, since 0.28


class _Row(BaseModel):
    fingerprint: str
    status: _Status


_ROWS = TypeAdapter(list[_Row])


class AlertmanagerView:
    """One request: the alerts of this name."""

    def __init__(self, url: str, http: Http) -> None:
        self._url, self._http = f"{url.rstrip('/')}/api/v2/alerts", http

    def state(self, alert: Alert) -> Firing:
        try:
            rows = [row for row in self._ask(alert) if row.fingerprint == alert.fingerprint]
        except ActionFailed as error:
            return Firing("unknown", f"Alertmanager cannot be asked: {error}")
        return _say(rows[0].status) if rows else Firing("gone", "Alertmanager does not list it any more")

    def _ask(self, alert: Alert) -> list[_Row]:
        asked = dict.fromkeys(("active", "silenced", "inhibited", "unprocessed"), "true")
        query = urlencode({**asked, "filter": f"alertname={_name(alert)}"}, quote_via=quote, safe="")
        answer = self._http.ask("GET", f"{self._url}?{query}")
        if not answer.ok:
            raise CannotKnow(f"it answered {answer.status}: {answer.excerpt}")
        try:
            return _ROWS.validate_python(answer.json())
        except ValidationError as error:
            raise CannotKnow(f"it answered something else: {faults(error)}") from error


class PrometheusView:
    """One query; a firing alert may be silenced without our seeing it."""

    def __init__(self, metrics: Metrics, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._metrics, self._clock = metrics, clock

    def state(self, alert: Alert) -> Firing:
        expression = f'ALERTS{{alertstate="firing",alertname={_name(alert)}}}'
        try:
            found = self._metrics.query(expression, self._clock())
        except ActionFailed as error:
            return Firing("unknown", f"Prometheus cannot be asked: {error}")
        series = [{k: redact(v)[0] for k, v in sample.labels.items() if k not in _NOT_LABELS} for sample in found]
        known = {name for labels in series for name in labels}
        if {k: v for k, v in alert.labels.items() if k in known} in series:
            return Firing("firing", "Prometheus says it fires; it cannot say whether it is silenced")
        return Firing("gone", "Prometheus does not say it fires any more")


def _name(alert: Alert) -> str:
    """Write the name as a matcher's string, so that its text cannot end it and add matchers; absent is empty."""
    escaped = alert.labels.get("alertname", "").replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
    return f'"{escaped}"'


def _say(status: _Status) -> Firing:
    match status:
        case _Status(state="active"):
            return Firing("firing", "Alertmanager says it fires")
        case _Status(state="suppressed", silencedBy=[_, *_] as by):
            return Firing("suppressed", f"silenced by {', '.join(by[:3])}")
        case _Status(state="suppressed", inhibitedBy=[_, *_] as by):
            return Firing("suppressed", f"inhibited by {', '.join(by[:3])}")
        case _Status(state="suppressed"):
            return Firing("suppressed", "muted by a time interval")
        case _:
            return Firing("unknown", "Alertmanager has not yet looked whether it is silenced")
