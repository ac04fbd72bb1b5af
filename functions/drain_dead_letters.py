"""Dead letters -> redriven, or set aside and a person told. The story is in workflow/drain_dead_letters.py."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from responder.bootstrap import alerts_queue, quarantine, world
from responder.observability import emit, log_steps, logger
from responder.workflow.drain_dead_letters import Drained, drain, tell_directly
from responder.workflow.measures import Measure, of_steps
from responder.workflow.world import World


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401  # Lambda's context has no type of its own
    """Report what has to stay; whatever keeps a message there is told to a person without the journal."""
    here = replace(world("drain_dead_letters"), time_left=lambda: _left(context))
    stay = [record["messageId"] for record in event["Records"] if not _drained(record, here)]
    return {"batchItemFailures": [{"itemIdentifier": message} for message in stay]}


def _drained(record: dict[str, Any], here: World) -> bool:
    now = datetime.now(UTC)
    try:
        drained = drain(record["body"], here, alerts_queue(), quarantine(), now)
    except Exception as error:
        receives = int(record["attributes"]["ApproximateReceiveCount"])
        told = tell_directly(record["body"], receives, f"{type(error).__name__}: {error}", here.channels, now)
        logger().exception("a dead letter stays", extra={"receives": receives, "told": told})
        emit([Measure("DeadLettersKept"), *([] if told else [Measure("NoticesFailing")])])
        return False
    _say(drained, now)
    return True


def _say(drained: Drained, now: datetime) -> None:
    logger().warning(f"dead letter {drained.outcome}", extra={"says": drained.says})
    log_steps(drained.written)
    emit([Measure("DeadLetters", dimensions={"outcome": drained.outcome}), *of_steps(drained.written, now)])


def _left(context: Any) -> timedelta:  # noqa: ANN401  # as above
    return timedelta(milliseconds=context.get_remaining_time_in_millis())
