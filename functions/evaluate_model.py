"""On schedule -> drift, shadow gaps, budget. The story is in responder/workflow/evaluate_model.py."""

from datetime import UTC, datetime
from typing import Any

from responder.bootstrap import evaluating
from responder.domain.plain import to_plain
from responder.observability import emit, logger
from responder.workflow.evaluate_model import evaluate_model, freeze_baselines
from responder.workflow.measures import Measure


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Evaluate, or with `{"freeze": true}` make the present the baseline; the log's numbers become metrics."""
    now = datetime.now(UTC)
    if event.get("freeze"):
        return {"frozen": freeze_baselines(evaluating(), now)}
    found = evaluate_model(evaluating(), now)
    for one in found:
        for drift in one.drift:
            logger().info("drift", extra={"model": one.model, "feature": drift.feature, "psi": drift.psi})
        logger().info("evaluated", extra={"model": one.model, "findings": len(one.findings), "says": one.findings})
        emit([Measure("EvaluationFindings", len(one.findings), dimensions={"model": one.model})])
    return {"evaluations": [to_plain(one) for one in found]}
