"""Read what was recorded: webhook bodies, Alertmanager's event recorder, or `ALERTS` from Prometheus.

- A webhook body is JSON with `alerts`; a sample of events/ wraps one under `body`. Its time is that of the
  newest thing it tells.
- The event recorder (Alertmanager 0.32 and newer, `file_outputs`) writes JSON lines; `alertCreated` and
  `alertResolved` are read, in both schemas of its labels (a map, or a list of pairs), the rest is passed over.
- A range query of `ALERTS{alertstate="firing"}` is a matrix; a gap of more than two steps ends an episode.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from responder.adapters.alertmanager_webhook import read_notification
from responder.domain.alert import Alert, Notification, Status, fingerprint_of
from responder.errors import CannotRead

SOURCE = "backtest"
_HIDDEN = {"__name__", "alertstate"}
_GAP = 2.5  # steps: two missing samples are a scrape that failed, more is an end


@dataclass(frozen=True)
class Delivery:
    """One notification and when it arrived."""

    at: datetime
    notification: Notification


def read_recordings(paths: list[Path]) -> list[Delivery]:
    """Read all files and put their deliveries in order of time; raise CannotRead naming file and line."""
    found = [delivery for path in paths for delivery in _read(path)]
    if not found:
        raise CannotRead(f"no notification in {', '.join(map(str, paths))}")
    return sorted(found, key=lambda d: (d.at, [a.fingerprint for a in d.notification.alerts]))


def _read(path: Path) -> Iterator[Delivery]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise CannotRead(f"{path}: {error.strerror}") from error
    try:
        whole = json.loads(text)
    except ValueError:
        yield from _lines(text, path)
        return
    yield from _one(whole, f"{path}")


def _lines(text: str, path: Path) -> Iterator[Delivery]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            yield from _one(json.loads(line), f"{path}:{number}")
        except ValueError as error:
            raise CannotRead(f"{path}:{number}: not JSON: {error}") from error


def _one(written: Any, where: str) -> Iterator[Delivery]:  # noqa: ANN401  # whatever the file holds
    match written:
        case {"body": dict() as body}:
            yield from _webhook(body)
        case {"alerts": list()}:
            yield from _webhook(written)
        case {"data": {"resultType": "matrix", "result": list() as series}}:
            yield from (delivery for one in series for delivery in _series(one))
        case {"@timestamp": str(), "data": dict()}:
            yield from _event(written)
        case _:
            raise CannotRead(
                f"{where}: neither a webhook body, nor an event of Alertmanager's recorder,"
                " nor a range query of ALERTS; see responder backtest --help"
            )


def _webhook(body: Mapping[str, Any]) -> Iterator[Delivery]:
    notification, _ = read_notification(json.dumps(body).encode(), SOURCE, SOURCE, datetime.now(UTC))
    if notification.alerts:
        yield _delivery(max(a.ends_at or a.starts_at for a in notification.alerts), *notification.alerts)


def _event(event: Mapping[str, Any]) -> Iterator[Delivery]:
    at = datetime.fromisoformat(event["@timestamp"])
    for kind, status in (("alertCreated", Status.FIRING), ("alertResolved", Status.RESOLVED)):
        alert = event["data"].get(kind, {}).get("alert")
        if alert:
            yield _delivery(at, _recorded(alert.get("details", alert), status, at))


def _recorded(alert: Mapping[str, Any], status: Status, at: datetime) -> Alert:
    labels = _labels(alert.get("labels", {}))
    starts = datetime.fromisoformat(alert["startsAt"]) if alert.get("startsAt") else at
    return Alert(
        fingerprint_of(labels),
        status,
        starts,
        labels,
        _labels(alert.get("annotations", {})),
        at if status is Status.RESOLVED else None,
    )


def _labels(written: Mapping[str, Any]) -> dict[str, str]:
    pairs = written.get("labels")
    if isinstance(pairs, list):
        return {pair["key"]: pair.get("value", "") for pair in pairs}
    return {str(name): str(value) for name, value in written.items()}


def _series(series: Mapping[str, Any]) -> Iterator[Delivery]:
    labels = {name: value for name, value in series["metric"].items() if name not in _HIDDEN}
    times = [float(at) for at, _ in series["values"]]
    step = min((later - sooner for sooner, later in pairwise(times)), default=60.0)
    began = times[0]
    for sooner, later in [*pairwise(times), (times[-1], float("inf"))]:
        if later - sooner > _GAP * step:
            yield from _episode(labels, began, sooner + step)
            began = later


def _episode(labels: dict[str, str], began: float, ended: float) -> Iterator[Delivery]:
    starts, ends = datetime.fromtimestamp(began, UTC), datetime.fromtimestamp(ended, UTC)
    fingerprint = fingerprint_of(labels)
    yield _delivery(starts, Alert(fingerprint, Status.FIRING, starts, labels, {}))
    yield _delivery(ends, Alert(fingerprint, Status.RESOLVED, starts, labels, {}, ends))


def _delivery(at: datetime, *alerts: Alert) -> Delivery:
    return Delivery(at, Notification(SOURCE, SOURCE, alerts, 0, SOURCE, at))
