import json
from datetime import timedelta
from typing import Any

import pytest
from tests.adapters.cloud import scripted
from tests.world import NOON, a_message

from responder.adapters.log_ledger import PATTERN, LogLedger
from responder.domain.books import book
from responder.domain.plain import millis
from responder.errors import CannotKnow

GROUP = "/aws/lambda/responder/receive_alerts"
ASKED = {"logGroupName": GROUP, "startTime": millis(NOON), "endTime": millis(NOON) + 60_000, "filterPattern": PATTERN}


def _event(**line: Any) -> dict[str, Any]:  # noqa: ANN401  # fields of a log line
    said = {"message": "received", "status": 200, "books": [book(a_message())], "truncated": 0}
    return {"timestamp": millis(NOON), "message": json.dumps({**said, **line})}


def test_every_page_is_read_and_what_was_cut_off_is_counted() -> None:
    client, script = scripted("logs")
    script.add_response("filter_log_events", {"events": [_event()], "nextToken": "more"}, ASKED)
    script.add_response("filter_log_events", {"events": [_event(truncated=7)]}, {**ASKED, "nextToken": "more"})

    booked, cut = LogLedger(GROUP, client).accepted(NOON, NOON + timedelta(minutes=1))

    assert ([b.accepted_at for b in booked], cut) == ([NOON, NOON], 7)
    assert booked[0].resource == a_message().resource


@pytest.mark.parametrize(
    "line",
    [
        _event(status=503),
        _event(books=None),
        {"timestamp": 0, "message": "START RequestId"},
        {"timestamp": 0, "message": "[]"},
    ],
)
def test_a_line_that_accepted_nothing_says_nothing(line: dict[str, Any]) -> None:
    client, script = scripted("logs")
    script.add_response("filter_log_events", {"events": [line]})

    assert LogLedger(GROUP, client).accepted(NOON, NOON) == ([], 0)


def test_a_log_that_cannot_be_read_is_no_empty_log() -> None:
    client, script = scripted("logs")
    script.add_client_error("filter_log_events", "ThrottlingException")

    with pytest.raises(CannotKnow, match="ThrottlingException"):
        LogLedger(GROUP, client).accepted(NOON, NOON)
