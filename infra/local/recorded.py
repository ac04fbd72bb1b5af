"""Send a recorded notification, for where there is no Alertmanager to send a real one."""

import json
from datetime import UTC, datetime
from typing import Any

from infra.local.errors import LocalCloudError
from infra.local.house import House
from infra.local.paths import SAMPLE_ALERT
from infra.local.web import ask


def read_recorded(now: datetime) -> dict[str, Any]:
    """Read the sample's body, its alerts beginning now."""
    body: dict[str, Any] = json.loads(SAMPLE_ALERT.read_text(encoding="utf-8"))["body"]
    started = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {**body, "alerts": [{**alert, "startsAt": started} for alert in body["alerts"]]}


def post_recorded(house: House) -> None:
    """Post it to the front door as Alertmanager would."""
    headers = {"Authorization": f"Bearer {house.stack.token}"}
    answer = ask("POST", house.stack.webhook, read_recorded(datetime.now(UTC)), headers, house.clouds.ca_file)
    if answer.status != 200:  # noqa: PLR2004  # the one answer that means every alert is queued
        raise LocalCloudError(f"the front door answered {answer.status}: {answer.body.decode(errors='replace')}")
