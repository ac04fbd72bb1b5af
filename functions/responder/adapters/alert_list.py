"""Everything Alertmanager has, in one request: GET /api/v2/alerts."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, TypeAdapter, ValidationError

from responder.adapters.http import Http
from responder.domain.alert import Alert, Status, fingerprint_of
from responder.domain.plain import faults
from responder.errors import CannotKnow
from responder.ports import Fires

_ASKED = "active=true&silenced=true&inhibited=true&unprocessed=true"


def _utc(written: object) -> datetime:
    return datetime.fromisoformat(str(written)).astimezone(UTC)


class _State(BaseModel):
    state: Literal["active", "suppressed", "unprocessed"]


class _Receiver(BaseModel):
    name: str


class _Row(BaseModel):
    labels: dict[str, str]
    annotations: dict[str, str] = {}
    startsAt: Annotated[datetime, BeforeValidator(_utc)]  # noqa: N815  # Alertmanager's spelling
    receivers: list[_Receiver] = []
    status: _State


_ROWS = TypeAdapter(list[_Row])


class AlertmanagerList:
    """Asked every few minutes by the books."""

    def __init__(self, url: str, http: Http) -> None:
        self._url, self._http = f"{url.rstrip('/')}/api/v2/alerts?{_ASKED}", http

    def all(self) -> list[Fires]:
        answer = self._http.ask("GET", self._url)
        if not answer.ok:
            raise CannotKnow(f"Alertmanager answered {answer.status}: {answer.excerpt}")
        try:
            rows = _ROWS.validate_python(answer.json())
        except ValidationError as error:
            raise CannotKnow(f"Alertmanager answered something else: {faults(error)}") from error
        return [_fires(row) for row in rows]


def _fires(row: _Row) -> Fires:
    alert = Alert(fingerprint_of(row.labels), Status.FIRING, row.startsAt, row.labels, row.annotations)
    return Fires(alert, tuple(r.name for r in row.receivers), row.status.state == "active")
