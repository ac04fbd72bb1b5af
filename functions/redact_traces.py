"""Trace records -> redacted, sampled, counted. The story is in responder/workflow/redact_traces.py."""

from typing import Any

from responder.bootstrap import trace_settings, user_key
from responder.errors import ResponderError
from responder.observability import logger
from responder.workflow.redact_traces import Passed, redact_traces


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Answer Firehose; whatever breaks drops the records, because Firehose would keep a failed one as it came."""
    try:
        passed = redact_traces(event["records"], trace_settings().share, _key())
    except Exception:
        logger().exception("traces dropped")
        records = event.get("records", [])
        passed = Passed([{"recordId": r["recordId"], "result": "Dropped", "data": ""} for r in records], len(records))
    counts = {"records": len(passed.records), "dropped": passed.dropped}
    logger().info("traces", extra={**counts, "redacted": dict(passed.redacted), "undeclared": passed.undeclared})
    return {"records": passed.records}


def _key() -> bytes | None:
    try:
        return user_key()
    except ResponderError as error:
        logger().warning("traces go on without their users", extra={"why": str(error)})
        return None
