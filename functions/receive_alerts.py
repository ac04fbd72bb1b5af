"""Webhook or topic -> alerts.fifo. The story is in responder/workflow/receive_alerts.py."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from responder.adapters.sns_envelope import unwrap
from responder.domain.books import book
from responder.doorway import front_door
from responder.errors import CannotRead, ResponderError
from responder.observability import emit, logger
from responder.workflow.measures import of_answer
from responder.workflow.receive_alerts import Answer

TRY_AGAIN = 503


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Answer an API Gateway proxy event, or say which messages of the topic's queue have to stay there."""
    if "Records" in event:
        answers = {r["messageId"]: _answered(partial(_from_topic, r), r["messageId"]) for r in event["Records"]}
        stay = [message for message, answer in answers.items() if answer.status == TRY_AGAIN]
        return {"batchItemFailures": [{"itemIdentifier": message} for message in stay]}
    answer = _answered(partial(_from_webhook, event), _trace(event))
    return {"statusCode": answer.status, "headers": {"Content-Type": "application/json"}, "body": answer.body}


def _answered(receive: Callable[[], Answer], trace_id: str) -> Answer:
    """Let nothing but an answer out; whatever breaks here is a 503, which every sender repeats."""
    try:
        answer = receive()
    except ResponderError as error:
        answer = Answer(TRY_AGAIN, f"try again: {error}")
    except Exception:
        logger().exception("the front door broke")
        answer = Answer(TRY_AGAIN, "try again: an unexpected fault, see the log of receive_alerts")
    logger().info(
        "received",
        extra={"status": answer.status, "says": answer.says, "source": answer.source, "trace_id": trace_id}
        | {"accepted": answer.accepted, "messages": [m.deduplication_id for m in answer.messages]}
        | {"books": [book(m) for m in answer.messages], "truncated": answer.truncated},
    )
    emit(of_answer(answer))
    return answer


def _from_webhook(event: dict[str, Any]) -> Answer:
    text = event.get("body") or ""
    body = base64.b64decode(text) if event.get("isBase64Encoded") else text.encode()
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    return front_door().receive(body, headers.get("authorization", ""), _trace(event), datetime.now(UTC))


def _from_topic(record: dict[str, Any]) -> Answer:
    now = datetime.now(UTC)
    try:
        wrapped = unwrap(record["body"])
    except CannotRead:
        return front_door().receive_from("sns:?", record["body"].encode(), record["messageId"], now)
    return front_door().receive_from(wrapped.source, wrapped.body, record["messageId"], now)


def _trace(event: dict[str, Any]) -> str:
    return str((event.get("requestContext") or {}).get("requestId") or "")
