import base64
import json
from typing import Any

import pytest
from tests.serving.test_sampling import LUCKY, TRACE

from responder.domain.serving.trace import FACTS, fit_to_keep, tokenise
from responder.workflow.redact_traces import redact_traces
from telemetry import TraceRecord

KEY = b"key"


def a_raw(**changes: Any) -> dict[str, Any]:  # noqa: ANN401  # any field of a record
    return {"trace_id": LUCKY, "outcome": "ok", "route": "/v1/chat", "prompt": "write to ann@example.com", **changes}


def encoded(raw: object) -> dict[str, str]:
    data = raw if isinstance(raw, bytes) else json.dumps(raw).encode()
    return {"recordId": "1", "data": base64.b64encode(data).decode()}


def passed(raw: object) -> tuple[str, dict[str, Any]]:
    (answer,) = redact_traces([encoded(raw)], 0.01, KEY).records
    return answer["result"], json.loads(base64.b64decode(answer["data"]) or "{}")


def test_a_kept_text_is_redacted() -> None:
    assert passed(a_raw()) == (
        "Ok",
        {"trace_id": LUCKY, "outcome": "ok", "route": "/v1/chat", "prompt": "write to [redacted email]"},
    )


def test_a_prompt_that_is_a_list_of_messages_is_redacted_as_a_whole() -> None:
    said = [{"role": "user", "content": "I am Maria Lopez, born 1980-02-03, at 185.220.101.47"}]

    _, record = passed(a_raw(prompt=said))

    assert isinstance(record["prompt"], str)
    for personal in ("Maria", "1980-02-03", "185.220.101.47"):
        assert personal not in record["prompt"]


def test_the_address_of_a_machine_stays_in_a_fact_and_goes_from_a_prompt() -> None:
    _, record = passed(a_raw(route="/from/185.220.101.47", prompt="from 185.220.101.47"))

    assert (record["route"], record["prompt"]) == ("/from/185.220.101.47", "from [redacted ip]")


def test_outside_the_share_the_text_is_gone_and_the_facts_stay() -> None:
    assert passed(a_raw(trace_id=TRACE)) == ("Ok", {"trace_id": TRACE, "outcome": "ok", "route": "/v1/chat"})


def test_a_user_becomes_a_keyed_name() -> None:
    _, record = passed(a_raw(user="ann"))

    assert (record.get("user"), record["user_hash"]) == (None, tokenise("ann", KEY))


def test_without_the_key_the_user_is_left_out_and_the_record_goes_on() -> None:
    kept = fit_to_keep(a_raw(user="ann"), 0.01, None)

    assert "ann" not in json.dumps(kept.record["prompt"]).replace("[redacted email]", "")
    assert {"user", "user_hash"} & kept.record.keys() == set()


def test_a_field_nobody_declared_is_left_out_and_named() -> None:
    kept = fit_to_keep(a_raw(shoe_size=43), 0.01, KEY)

    assert "shoe_size" not in kept.record
    assert kept.undeclared == ("shoe_size",)


@pytest.mark.parametrize("raw", [b"", b"no json", b"[1]", b"\xff\xfe", b'"text"', b"[" * 100_000])
def test_what_cannot_be_read_is_dropped_because_firehose_would_keep_a_failure_raw(raw: bytes) -> None:
    answer = redact_traces([encoded(raw)], 0.01, KEY)

    assert answer.records == [{"recordId": "1", "result": "Dropped", "data": ""}]
    assert answer.dropped == 1


def test_every_record_is_answered_in_order() -> None:
    records = [{**encoded(raw), "recordId": str(n)} for n, raw in enumerate([a_raw(), b"?", a_raw()])]

    assert [one["recordId"] for one in redact_traces(records, 0.01, KEY).records] == ["0", "1", "2"]


def test_a_record_is_one_line() -> None:
    (answer,) = redact_traces([encoded(a_raw(prompt="a\nb"))], 0.01, KEY).records

    assert base64.b64decode(answer["data"]).count(b"\n") == 1


def test_no_number_makes_it_break() -> None:
    assert passed(b'{"trace_id": "%s", "latency_ms": NaN}' % LUCKY.encode())[0] == "Ok"


def test_the_facts_are_those_the_exporter_writes() -> None:
    assert set(FACTS) == set(TraceRecord.model_fields)
