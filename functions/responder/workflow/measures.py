"""From steps to metrics, by the names the alarms and dashboards of the template use."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from responder.domain.incident import Incident, State
from responder.workflow.hold import Written
from responder.workflow.receive_alerts import Answer

TOO_LARGE = 413


@dataclass(frozen=True)
class Measure:
    """One data point; `unit` is CloudWatch's."""

    name: str
    value: float = 1.0
    unit: str = "Count"
    dimensions: dict[str, str] = field(default_factory=dict)


def of_answer(answer: Answer) -> Iterator[Measure]:
    yield Measure("AlertsAccepted", answer.accepted)
    yield Measure("MessagesQueued", len(answer.messages))
    if answer.quarantined:
        yield Measure("AlertsQuarantined", answer.quarantined)
    if answer.status >= 400:  # noqa: PLR2004  # HTTP
        yield Measure("AlertsRejected", 1, dimensions={"status": str(answer.status)})
    if answer.status == TOO_LARGE:
        yield Measure("TooLarge")


def of_steps(written: Sequence[Written], now: datetime) -> Iterator[Measure]:
    for step in written:
        yield from _of_step(step, now)


def _of_step(step: Written, now: datetime) -> Iterator[Measure]:
    match step.kind:
        case "received" if step.facts.get("opened"):
            yield Measure("IncidentsOpened")
            yield from _closed(step.incident)
        case "decided" | "followed" if step.facts.get("refusal"):
            yield Measure("Refusals", dimensions={"reason": str(step.facts["refusal"])})
        case "acted" | "undone":
            yield Measure(
                "Actions", dimensions={"action": _action(step), "outcome": str(step.facts["outcome"]["result"])}
            )
            if step.facts.get("refusal"):
                yield Measure("Refusals", dimensions={"reason": str(step.facts["refusal"])})
            first = step.kind == "acted" and not step.facts.get("again") and step.incident and not step.incident.follows
            if first and step.incident and step.incident.acted_at:
                yield Measure("TimeToAct", (now - step.incident.started_at).total_seconds(), "Seconds")
        case "told":
            yield Measure("NoticesSent", dimensions={"kind": str(step.facts["notice"]["kind"])})
        case "notice_failing":
            yield Measure("NoticesFailing")
        case "closed":
            yield from _closed(step.incident)


def _closed(incident: Incident | None) -> Iterator[Measure]:
    if incident and incident.state is State.CLOSED:
        yield Measure("IncidentsClosed", dimensions={"disposition": str(incident.disposition)})


def _action(step: Written) -> str:
    action = str(step.facts.get("action", ""))
    return f"undo_{action}" if step.kind == "undone" else action
