"""The handlers themselves: what they answer when nothing is as it should be."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import receive_alerts
import respond


@pytest.fixture(autouse=True)
def _unconfigured(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ALERTS_QUEUE_URL", "JOURNAL_TABLE", "WEBHOOK_TOKENS_SECRET"):
        monkeypatch.delenv(name, raising=False)


def test_an_unconfigured_front_door_says_503_and_why() -> None:
    answer = receive_alerts.handler({"body": "{}", "headers": {}, "requestContext": {"requestId": "r-1"}}, None)

    assert answer["statusCode"] == 503
    assert "try again" in json.loads(answer["body"])["message"]


def test_an_event_that_is_none_is_a_503_and_a_log_line() -> None:
    assert receive_alerts.handler({"body": 5}, None)["statusCode"] == 503


def test_an_unconfigured_responder_leaves_the_message_in_the_queue() -> None:
    record = {"messageId": "m-1", "receiptHandle": "r", "body": "{}"}

    with pytest.raises(Exception, match="not set"):
        respond.handler({"Records": [record]}, None)


def test_the_front_door_starts_without_what_only_acting_needs() -> None:
    """Alertmanager waits for its cold start."""
    code = "import sys, receive_alerts; print(*[m for m in sys.modules if m.startswith('responder')])"
    functions = Path(receive_alerts.__file__).parent

    started = subprocess.run(  # noqa: S603  # our own code, in a process that has imported nothing yet
        [sys.executable, "-c", code], cwd=functions, capture_output=True, text=True, check=True
    )

    modules = started.stdout.split()
    assert "responder.doorway" in modules
    assert not {"responder.bootstrap", "responder.workflow.advance", "responder.adapters.jira"} & {*modules}
