"""Read a notification as Alertmanager sends it (0.25 to 0.34), or Grafana in the same shape.

New fields are ignored and missing optional ones tolerated. One alert that makes no sense is set apart and the
others are accepted; a body that is no notification is refused as a whole, saying what is wrong and where.
"""

import json
import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError

from responder.domain.alert import Alert, Notification, Status, fingerprint_of
from responder.domain.plain import faults, from_plain
from responder.errors import CannotRead

_FINGERPRINT = re.compile(r"[0-9a-f]{16}")
Unreadable = tuple[bytes, str]


def _moment(written: object) -> datetime | None:
    """Read RFC 3339 with any offset and up to nanoseconds; Go's zero time, year 1, means "not yet"."""
    if not isinstance(written, str):
        raise ValueError("not a time; expected text like 2026-11-25T09:00:00Z")  # noqa: TRY004  # pydantic reports ValueError
    moment = datetime.fromisoformat(written)
    if moment.tzinfo is None:
        raise ValueError("the time has no offset")
    if moment.year == 1:
        return None
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("the time is out of range") from None


def _writable(text: str) -> str:
    """Refuse half a surrogate pair: JSON can say it, nothing after us can store it."""
    text.encode()
    return text


Text = Annotated[str, AfterValidator(_writable)]


class _Alert(BaseModel):
    status: Status
    labels: Annotated[dict[Text, Text], Field(min_length=1)]
    annotations: dict[Text, Text] = {}
    startsAt: Annotated[datetime, BeforeValidator(_moment)]  # noqa: N815  # Alertmanager's spelling
    endsAt: Annotated[datetime | None, BeforeValidator(_moment)] = None  # noqa: N815  # Alertmanager's spelling
    fingerprint: str = ""


class _Body(BaseModel):
    receiver: Text
    alerts: list[Any]
    truncatedAlerts: Annotated[int, Field(ge=0)] = 0  # noqa: N815  # Alertmanager's spelling


def read_notification(
    body: bytes, source: str, trace_id: str, received_at: datetime
) -> tuple[Notification, list[Unreadable]]:
    """Return what could be read, and the bytes and cause of each alert that could not."""
    written = from_plain(_Body, _parse(body), "notification")
    alerts, unreadable = [], []
    for number, element in enumerate(written.alerts):
        try:
            alerts.append(_alert(element))
        except ValidationError as error:
            unreadable.append((json.dumps(element).encode(), f"alerts.{number}: {faults(error)}"))
    receiver = written.receiver.replace("\\", "")  # Alertmanager escapes it as if it were a regular expression
    return Notification(source, receiver, tuple(alerts), written.truncatedAlerts, trace_id, received_at), unreadable


def _parse(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise CannotRead(f"notification is not JSON: {error}") from error


def _alert(element: object) -> Alert:
    said = _Alert.model_validate(element)
    known = _FINGERPRINT.fullmatch(said.fingerprint)
    return Alert(
        fingerprint=said.fingerprint if known else fingerprint_of(said.labels),
        status=said.status,
        starts_at=said.startsAt,
        ends_at=said.endsAt if said.status is Status.RESOLVED else None,
        labels=said.labels,
        annotations=said.annotations,
    )
