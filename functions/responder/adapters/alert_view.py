"""Do alerts fire at this moment? Asked of Alertmanager, else of Prometheus; doubt is `unknown`.

Alertmanager also knows what is silenced or inhibited. Prometheus does not, and its ALERTS series lack the
external labels it adds on sending, so there only the labels that the series have are compared, redacted
as the alert's were.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import quote, urlencode

from pydantic import BaseModel, TypeAdapter, ValidationError

from responder.adapters.http import Http
from responder.domain.alert import Alert
from responder.domain.guard import Firing
from responder.domain.plain import faults
from responder.domain.redaction import redact
from responder.domain.target import quoted
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
    labels: dict[str, str] = {}
    startsAt: datetime | None = None  # noqa: N815  # Alertmanager's spelling


_ROWS = TypeAdapter(list[_Row])


class AlertmanagerView:
    """One request for every name: the alerts of that name."""

    def __init__(self, url: str, http: Http) -> None:
        self._url, self._http = f"{url.rstrip('/')}/api/v2/alerts", http

    def state(self, alert: Alert) -> Firing:
        return self.states([alert])[0]

    def states(self, alerts: Sequence[Alert]) -> list[Firing]:
        listed = {name: self._listed(name) for name in dict.fromkeys(map(_name, alerts))}
        return [_found(alert, listed[_name(alert)]) for alert in alerts]

    def _listed(self, name: str) -> "_Listed | Firing":
        try:
            rows = self._ask(name)
        except ActionFailed as error:
            return Firing("unknown", f"Alertmanager cannot be asked: {error}")
        loud = [row for row in rows if row.status.state != "suppressed"]
        beside = tuple((row.labels, row.startsAt.astimezone(UTC)) for row in loud if row.startsAt)
        return _Listed({row.fingerprint: row.status for row in rows}, beside)

    def _ask(self, name: str) -> list[_Row]:
        asked = dict.fromkeys(("active", "silenced", "inhibited", "unprocessed"), "true")
        query = urlencode({**asked, "filter": f"alertname={name}"}, quote_via=quote, safe="")
        answer = self._http.ask("GET", f"{self._url}?{query}")
        if not answer.ok:
            raise CannotKnow(f"it answered {answer.status}: {answer.excerpt}")
        try:
            return _ROWS.validate_python(answer.json())
        except ValidationError as error:
            raise CannotKnow(f"it answered something else: {faults(error)}") from error


class PrometheusView:
    """One query for every name; a firing alert may be silenced without our seeing it."""

    def __init__(self, metrics: Metrics, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._metrics, self._clock = metrics, clock

    def state(self, alert: Alert) -> Firing:
        return self.states([alert])[0]

    def states(self, alerts: Sequence[Alert]) -> list[Firing]:
        series = {name: self._series(name) for name in dict.fromkeys(map(_name, alerts))}
        return [_among(alert, series[_name(alert)]) for alert in alerts]

    def _series(self, name: str) -> "_Series | Firing":
        try:
            found = self._metrics.query(f'ALERTS{{alertstate="firing",alertname={name}}}', self._clock())
        except ActionFailed as error:
            return Firing("unknown", f"Prometheus cannot be asked: {error}")
        told = [{k: redact(v)[0] for k, v in sample.labels.items() if k not in _NOT_LABELS} for sample in found]
        return _Series(frozenset(k for labels in told for k in labels), {frozenset(labels.items()) for labels in told})


@dataclass(frozen=True)
class _Series:
    """What fires under one name, and which labels these have at all."""

    known: frozenset[str]
    labels: Collection[frozenset[tuple[str, str]]]


def _among(alert: Alert, series: _Series | Firing) -> Firing:
    if isinstance(series, Firing):
        return series
    if frozenset((k, v) for k, v in alert.labels.items() if k in series.known) in series.labels:
        return Firing("firing", "Prometheus says it fires; it cannot say whether it is silenced")
    return Firing("gone", "Prometheus does not say it fires any more")


@dataclass(frozen=True)
class _Listed:
    """What Alertmanager has under one name, by fingerprint, and what of it is not suppressed."""

    status: Mapping[str, _Status]
    beside: tuple[tuple[Mapping[str, str], datetime], ...]


def _found(alert: Alert, listed: _Listed | Firing) -> Firing:
    if isinstance(listed, Firing):
        return listed
    status = listed.status.get(alert.fingerprint)
    said = _say(status) if status else Firing("gone", "Alertmanager does not list it any more")
    return replace(said, beside=listed.beside)


def _name(alert: Alert) -> str:
    return quoted(alert.labels.get("alertname", ""))


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
