"""The door of the traces: nothing fails, because Firehose keeps what failed as it came."""

import base64
import json

import pytest
from tests.serving.test_sampling import LUCKY

import redact_traces
from responder import bootstrap
from responder.errors import ActionFailed

RAW = {"trace_id": LUCKY, "outcome": "ok", "prompt": "write to ann@example.com", "user": "ann"}
EVENT = {"records": [{"recordId": "1", "data": base64.b64encode(json.dumps(RAW).encode()).decode()}]}


@pytest.fixture(autouse=True)
def _configured(monkeypatch: pytest.MonkeyPatch) -> None:
    bootstrap.trace_settings.cache_clear()
    monkeypatch.setenv("TEXT_SHARE", "0.05")
    monkeypatch.setattr(redact_traces, "user_key", lambda: b"key")


def test_a_record_goes_on_redacted() -> None:
    (answer,) = redact_traces.handler(EVENT, None)["records"]

    record = json.loads(base64.b64decode(answer["data"]))
    assert (answer["result"], record["prompt"]) == ("Ok", "write to [redacted email]")


def test_without_the_key_it_goes_on_without_its_user(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable() -> bytes:
        raise ActionFailed("secret is unreadable")

    monkeypatch.setattr(redact_traces, "user_key", unreadable)

    (answer,) = redact_traces.handler(EVENT, None)["records"]

    assert answer["result"] == "Ok"
    assert "user" not in base64.b64decode(answer["data"]).decode()


@pytest.mark.parametrize("share", ["", "0", "0.5", "all"])
def test_a_share_that_is_not_allowed_drops_everything(share: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXT_SHARE", share)

    assert redact_traces.handler(EVENT, None)["records"] == [{"recordId": "1", "result": "Dropped", "data": ""}]
