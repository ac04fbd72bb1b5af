"""Every hour: what was recorded is sealed. The story is in responder/workflow/seal_audit.py."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from responder.bootstrap import sealing
from responder.observability import emit, logger
from responder.workflow.measures import Measure
from responder.workflow.seal_audit import seal_audit

ENOUGH_MS = 60_000  # for one more hour; the next run does what is left


def handler(_: object, context: Any) -> dict[str, int]:  # noqa: ANN401  # Lambda's context has no type of its own
    """Seal what is due, in order; a failure ends the run, and the next one goes on from the same place."""
    here = replace(sealing(), enough_time=lambda: context.get_remaining_time_in_millis() > ENOUGH_MS)
    sealed = seal_audit(here, datetime.now(UTC))
    for seal in sealed.seals:
        counts = {"hour": seal.hour, "listed": len(seal.listed), "late": len(seal.late)}
        logger().info("sealed", extra={**counts, "head": sealed.head.sha256 if sealed.head else None})
    for finding in sealed.findings:
        logger().error("the audit is not as it was sealed", extra={"finding": str(finding)})
    emit([Measure("HoursSealed", len(sealed.seals)), Measure("AuditFaults", len(sealed.findings))])
    return {"sealed": len(sealed.seals), "left": sealed.left, "findings": len(sealed.findings)}
