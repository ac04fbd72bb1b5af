"""alerts.fifo -> an incident is advanced. The story is in responder/workflow/respond.py."""

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from responder.bootstrap import audit_lock, quarantine, redelivery, world
from responder.domain.dead_letter import Cause
from responder.domain.message import decode_any, seen_from
from responder.domain.said import Said
from responder.errors import CannotRead, TryAgain
from responder.observability import emit, log_steps, logger
from responder.workflow.doctor import examine
from responder.workflow.measures import Measure, of_steps
from responder.workflow.respond import listen, respond
from responder.workflow.set_aside import set_aside


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401  # Lambda's context has no type of its own
    """Report what must be redelivered; after a failure the rest of the batch is left as it is, to keep its order."""
    if "doctor" in event:
        checks = examine(world("respond"), audit_lock(), datetime.now(UTC), send=bool(event["doctor"].get("send")))
        return {"checks": [asdict(check) for check in checks]}
    records = event["Records"]
    for place, record in enumerate(records):
        if not _done(record, context):
            return {"batchItemFailures": [{"itemIdentifier": r["messageId"]} for r in records[place:]]}
    return {"batchItemFailures": []}


def _done(record: dict[str, Any], context: Any) -> bool:  # noqa: ANN401  # as above
    try:
        _respond(record, context)
    except TryAgain as error:
        logger().warning("try again", extra={"why": str(error), "after_seconds": error.after_seconds})
        redelivery().later(record["receiptHandle"], error.after_seconds)
        return False
    except Exception:
        logger().exception("respond broke", extra={"message_id": record["messageId"]})
        return False
    return True


def _respond(record: dict[str, Any], context: Any) -> None:  # noqa: ANN401  # as above
    now = datetime.now(UTC)
    here = replace(world("respond"), time_left=lambda: timedelta(milliseconds=context.get_remaining_time_in_millis()))
    try:
        message = decode_any(record["body"])
    except CannotRead as error:
        written = set_aside(record["body"], None, Cause.UNREADABLE, str(error), quarantine(), here, now)
        logger().error("set aside", extra={"why": str(error)})
        log_steps(written)
        emit([Measure("AlertsQuarantined"), *of_steps(written, now)])
        return
    if isinstance(message, Said):
        log_steps(listen(message, here, now))
        return
    message = seen_from(message, record.get("attributes", {}).get("SenderId"))
    responded = respond(message, here, now)
    log_steps(responded.written)
    emit(of_steps(responded.written, now))
    news = responded.news
    logger().info(
        "responded",
        extra={"resource": message.resource, "trace_id": message.trace_id, "started": len(news.started)}
        | {"ended": len(news.ended), "repeated": len(news.repeated), "ignored": news.ignored},
    )
