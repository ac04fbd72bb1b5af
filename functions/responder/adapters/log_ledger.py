"""The front door's log lines in CloudWatch Logs, read as the accepted side of the books."""

import json
from datetime import UTC, datetime
from typing import Any

from responder.adapters import aws
from responder.domain.books import Booked, read_book
from responder.domain.plain import millis
from responder.errors import CannotKnow

PATTERN = '{ $.message = "received" && $.status = 200 }'
_ACCEPTED = 200


class LogLedger:
    """As many calls as the lines take; a page that is missing would be a loss we make up ourselves, so it fails."""

    def __init__(self, log_group: str, client: Any) -> None:  # noqa: ANN401  # boto3 has no types
        self._group, self._logs = log_group, client

    def accepted(self, since: datetime, until: datetime) -> tuple[list[Booked], int]:
        asked = {"startTime": millis(since), "endTime": millis(until), "filterPattern": PATTERN}
        booked: list[Booked] = []
        truncated = 0
        while True:
            try:
                page = self._logs.filter_log_events(logGroupName=self._group, **asked)
            except aws.TROUBLE as error:
                raise CannotKnow(f"the front door's log cannot be read: {aws.code_of(error)}") from error
            for event in page["events"]:
                line = _line(event["message"])
                at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
                booked += [b for written in line.get("books") or [] for b in read_book(written, at)]
                truncated += int(line.get("truncated") or 0)
            if "nextToken" not in page:
                return booked, truncated
            asked["nextToken"] = page["nextToken"]


def _line(text: str) -> dict[str, Any]:
    """Read a line of ours that says it accepted something; every other line says nothing to the books."""
    try:
        line = json.loads(text)
    except ValueError:
        return {}
    return line if isinstance(line, dict) and line.get("status") == _ACCEPTED else {}
