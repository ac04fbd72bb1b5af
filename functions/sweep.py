"""Every minute: whatever is due is advanced. The story is in responder/workflow/sweep.py."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from responder.bootstrap import modes, world
from responder.errors import ResponderError, TryAgain
from responder.observability import emit, log_steps, logger
from responder.workflow.measures import Measure, of_steps
from responder.workflow.sweep import Swept, audit_flips, due_now, enough_time, stumble, sweep_one
from responder.workflow.world import World


def handler(_: object, context: Any) -> dict[str, int]:  # noqa: ANN401  # Lambda's context has no type of its own
    """Advance what is due, one resource after the other; a broken one never stops the others."""
    now = datetime.now(UTC)
    here = replace(world("sweep"), time_left=lambda: timedelta(milliseconds=context.get_remaining_time_in_millis()))
    due = due_now(here, now)
    swept = [_sweep(resource, here) for resource in due if enough_time(here)]
    _flips(here, now)
    latest = max((one.late for one in swept), default=timedelta())
    emit([Measure("DueLag", latest.total_seconds(), "Seconds"), Measure("ExportBacklog", sum(s.behind for s in swept))])
    return {"due": len(due), "swept": len(swept)}


def _sweep(resource: str, here: World) -> Swept:
    now = datetime.now(UTC)
    try:
        swept = sweep_one(resource, here, now)
    except TryAgain as error:
        logger().warning("left for later", extra={"resource": resource, "why": str(error)})
        return Swept()
    except Exception as error:
        logger().exception("a step broke", extra={"resource": resource})
        return _stumble(resource, error, here, now)
    log_steps(swept.written)
    emit(of_steps(swept.written, now))
    return swept


def _stumble(resource: str, error: Exception, here: World, now: datetime) -> Swept:
    try:
        written = stumble(resource, error, here, now)
    except ResponderError:
        logger().exception("not even the stumble could be written", extra={"resource": resource})
        return Swept()
    log_steps(written)
    return Swept(written)


def _flips(here: World, now: datetime) -> None:
    try:
        audit_flips(modes(), here, now)
    except ResponderError as error:
        logger().warning("mode history not audited", extra={"why": str(error)})
