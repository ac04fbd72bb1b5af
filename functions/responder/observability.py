"""One log line per step, metrics in the embedded metric format: both on standard output, no call to AWS."""

import functools
import os
from collections.abc import Iterable, Mapping
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import single_metric

from responder.domain.redaction import redact_fact
from responder.workflow.hold import Written
from responder.workflow.measures import Measure


class DiscreetFormatter(LambdaPowertoolsFormatter):
    """Writes no secret and no personal data, not even out of a traceback."""

    def serialize(self, log: dict[str, Any]) -> str:  # type: ignore[override]  # its own type is a dict as well
        return super().serialize(redact_fact(log)[0])


NAMESPACE = "LLMAlertResponder"  # as the alarms and dashboards of the template name it


@functools.cache
def logger() -> Logger:
    return Logger(logger_formatter=DiscreetFormatter())


def log_steps(written: Iterable[Written]) -> None:
    """Say of each step what a reader searches for; the whole of it is in the audit record."""
    for step in written:
        logger().info(step.kind, extra=_line(step))


def emit(measures: Iterable[Measure]) -> None:
    """Write the data points; what has dimensions of its own stands alone, the rest goes out together."""
    together = Metrics(namespace=NAMESPACE)
    for measure in measures:
        if measure.dimensions:
            _alone(measure)
        else:
            together.add_metric(measure.name, unit=measure.unit, value=measure.value)
    if together.metric_set:
        together.flush_metrics()


def _alone(measure: Measure) -> None:
    with single_metric(name=measure.name, unit=measure.unit, value=measure.value, namespace=NAMESPACE) as metric:  # type: ignore[arg-type]  # units are given by name
        metric.add_dimension("service", os.environ.get("POWERTOOLS_SERVICE_NAME", "service_undefined"))
        for name, value in measure.dimensions.items():
            metric.add_dimension(name, value)


def _line(step: Written) -> Mapping[str, Any]:
    incident = step.incident
    line: dict[str, Any] = {"step": step.kind}
    for name in ("refusal", "verdict", "standing", "disposition", "action_id", "says", "why", "escalated"):
        if step.facts.get(name) is not None:
            line[name] = step.facts[name]
    if "outcome" in step.facts:
        line["outcome"] = step.facts["outcome"]["result"]
    if "notice" in step.facts:
        line["notice"] = step.facts["notice"].get("kind")
    if incident is None:
        return line
    known = {
        "incident": incident.id,
        "resource": incident.resource,
        "target": incident.target,
        "state": incident.state,
        "seq": incident.seq,
        "trace_id": incident.trace_id,
        "failure_mode": incident.diagnosis.failure_mode if incident.diagnosis else None,
        "runbook_sha256": incident.runbook.sha256 if incident.runbook else None,
    }
    return {**line, **{k: v for k, v in known.items() if v is not None}}
