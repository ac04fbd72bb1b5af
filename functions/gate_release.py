"""The pipeline asks -> may this canary advance? The story is in responder/workflow/gate_release.py."""

import json
from datetime import UTC, datetime
from typing import Any

from responder.bootstrap import gatehouse, hook_target, hooks
from responder.domain.plain import from_plain, to_plain
from responder.domain.serving.release_gate import Gate, Verdict, held
from responder.observability import emit, logger
from responder.workflow.gate_release import Asking, gate_newcomer, gate_release
from responder.workflow.measures import Measure

ADVANCE, NOT_NOW = 200, 409  # whoever reads only the status must not advance by mistake


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Answer a Step Functions task, a CodeDeploy hook or a signed request; whatever breaks holds."""
    gate = _decide(event)
    logger().info("gated", extra={"verdict": gate.verdict, "reason": gate.reason})
    emit([Measure("GateVerdicts", dimensions={"verdict": str(gate.verdict)})])
    advance = gate.verdict is Verdict.ADVANCE
    if "LifecycleEventHookExecutionId" in event:
        hooks().answer(event["DeploymentId"], event["LifecycleEventHookExecutionId"], advance=advance)
    if "requestContext" in event:
        return {"statusCode": ADVANCE if advance else NOT_NOW, "body": json.dumps(to_plain(gate))}
    return to_plain(gate)


def _decide(event: dict[str, Any]) -> Gate:
    now = datetime.now(UTC)
    try:
        if "LifecycleEventHookExecutionId" in event:
            return gate_newcomer(hook_target(), gatehouse(), now)
        asked = json.loads(event["body"]) if "requestContext" in event else event
        return gate_release(from_plain(Asking, asked, "what the pipeline asks"), gatehouse(), now)
    except Exception as error:
        logger().exception("the gate broke")
        return held(f"the gate itself is in trouble: {error}")
