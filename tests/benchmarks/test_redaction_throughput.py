"""How many traces a core redacts: all with their text, two thousand characters each."""

import base64
import json
import time
from collections.abc import Callable

from tests.serving.test_sampling import LUCKY

from responder.workflow.redact_traces import redact_traces

RECORDS = 200
TEXT = "The quarterly report shows 12.5 % growth; write to ann@example.com or call +49 151 23456789. " * 22
LEAST_PER_SECOND = 100.0


def test_a_core_redacts_hundreds_of_traces_a_second(record_property: Callable[[str, object], None]) -> None:
    raw = {"trace_id": LUCKY, "outcome": "ok", "prompt": TEXT, "user": "ann"}
    data = base64.b64encode(json.dumps(raw).encode()).decode()
    records = [{"recordId": str(n), "data": data} for n in range(RECORDS)]

    began = time.process_time()
    redact_traces(records, 0.1, b"key")
    took = time.process_time() - began

    record_property("records_per_second", round(RECORDS / took))
    assert RECORDS / took > LEAST_PER_SECOND
