"""What evaluation found, as alerts like all others, so that incident, ticket and audit exist once.

An alert begins with its finding and ends with the first window in which there is none. No Alertmanager knows it, so
that nothing is ever done because of it: a person has the ticket. Inputs that moved are about the target in service; a
shadow candidate serves nobody, and its alert carries no label by which a target could be found.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from responder.domain.alert import Alert, Notification, Status, fingerprint_of
from responder.domain.failure_mode import FailureMode
from responder.domain.message import EVALUATION
from responder.domain.serving.evaluation import Evaluation


def tell(now: Evaluation, before: Evaluation, labels: Mapping[str, str]) -> Notification | None:
    """Say what began, goes on or ended since the window before; nothing when all was well in both."""
    alerts = (*_drifts(now, before, labels), *_shadows(now, before))
    return Notification(EVALUATION, EVALUATION, alerts, 0, "", now.at) if alerts else None


def _drifts(now: Evaluation, before: Evaluation, labels: Mapping[str, str]) -> Iterator[Alert]:
    found = {one.feature: one for one in now.drift}
    for feature in sorted({*now.drifted, *before.drifted}):
        known = found.get(feature)
        if known is None or known.drifted is None:
            continue  # too few samples to say that it is over
        named = {
            **labels,
            "alertname": "LLMInputsMoved",
            "severity": "ticket",
            "failure_mode": FailureMode.DATA_DRIFT.value,
            "model": now.model,
            "feature": feature,
        }
        yield _alert(named, known.says, f"runbooks/{FailureMode.DATA_DRIFT}.md", now.at, fires=known.drifted)


def _shadows(now: Evaluation, before: Evaluation) -> Iterator[Alert]:
    for dataset in sorted({*now.behind, *before.behind}):
        named = {"alertname": "LLMShadowBehind", "severity": "ticket", "shadow_of": now.model, "dataset": dataset}
        gap = next((one.gap for one in now.shadow if one.dataset == dataset), 0.0)
        says = f"the shadow of {now.model} gives {gap:.1%} fewer good answers on {dataset} than what serves"
        yield _alert(named, says, "", now.at, fires=dataset in now.behind)


def _alert(labels: dict[str, str], says: str, runbook: str, at: datetime, *, fires: bool) -> Alert:
    annotations = {"summary": says, **({"runbook": runbook} if runbook else {})}
    return Alert(
        fingerprint=fingerprint_of(labels),
        status=Status.FIRING if fires else Status.RESOLVED,
        starts_at=at,
        ends_at=None if fires else at,
        labels=labels,
        annotations=annotations,
    )
