"""Webhook -> alerts.fifo. The story is in responder/workflow/receive_alerts.py."""

import base64
from datetime import UTC, datetime
from typing import Any

from responder.bootstrap import front_door
from responder.errors import ResponderError
from responder.observability import emit, logger
from responder.workflow.measures import of_answer
from responder.workflow.receive_alerts import Answer


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Answer an API Gateway proxy event; whatever breaks here is a 503, which Alertmanager repeats."""
    try:
        answer = _receive(event)
    except ResponderError as error:
        answer = Answer(503, f"try again: {error}")
    except Exception:
        logger().exception("the front door broke")
        answer = Answer(503, "try again: an unexpected fault, see the log of receive_alerts")
    logger().info(
        "received",
        extra={"status": answer.status, "says": answer.says, "source": answer.source, "trace_id": _trace(event)}
        | {"accepted": answer.accepted, "messages": [m.deduplication_id for m in answer.messages]},
    )
    emit(of_answer(answer))
    return {"statusCode": answer.status, "headers": {"Content-Type": "application/json"}, "body": answer.body}


def _receive(event: dict[str, Any]) -> Answer:
    text = event.get("body") or ""
    body = base64.b64decode(text) if event.get("isBase64Encoded") else text.encode()
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    return front_door().receive(body, headers.get("authorization", ""), _trace(event), datetime.now(UTC))


def _trace(event: dict[str, Any]) -> str:
    return str((event.get("requestContext") or {}).get("requestId") or "")
