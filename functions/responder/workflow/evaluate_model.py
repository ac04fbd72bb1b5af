"""On schedule: have the inputs moved, is the shadow worse, will the money last? Kept as a report per model.

When inputs have moved the re-evaluation job is started. What moved, and a shadow that is worse, goes to the queue as an
alert like all others; money has an alert of its own in the rules, which know it by the minute.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from responder.domain.message import to_messages
from responder.domain.serving.budget import Projection, elapsed, project
from responder.domain.serving.evaluation import Evaluation, Trace, drifts, freeze_all, pairs
from responder.domain.serving.finding_alerts import tell
from responder.domain.serving.rule import select
from responder.domain.serving.service_level import ServiceLevel
from responder.domain.serving.shadow import gaps, worse
from responder.domain.target import Target
from responder.errors import ResponderError
from responder.ports import AlertQueue, Jobs, Metrics, TraceShelf

WINDOW = timedelta(hours=6)


@dataclass(frozen=True)
class Evaluating:
    """The ports of this story."""

    traces: TraceShelf
    jobs: Jobs
    metrics: Metrics | None
    queue: AlertQueue
    targets: Sequence[Target]
    levels: Sequence[ServiceLevel]


def evaluate_model(here: Evaluating, now: datetime) -> list[Evaluation]:
    """Evaluate every model that was traced in the last window."""
    until = now.replace(minute=0, second=0, microsecond=0)
    newest, before, oldest = (
        by_model(here.traces.read(until - (n + 1) * WINDOW, until - n * WINDOW)) for n in range(3)
    )
    found = []
    for model, traces in newest.items():
        earlier = before.get(model, [])
        evaluation = _evaluate(model, traces, earlier, _money(model, here.metrics, now), here, now)
        past = _evaluate(model, earlier, oldest.get(model, []), None, here, now)
        here.traces.keep(evaluation)
        _tell(evaluation, past, here, now)
        found.append(evaluation)
    return found


def _tell(evaluation: Evaluation, past: Evaluation, here: Evaluating, now: datetime) -> None:
    """Ask for the re-evaluation first: it is what the ticket speaks of."""
    if evaluation.drifted:
        here.jobs.start(evaluation.model, evaluation.drifted, now)
    notification = tell(evaluation, past, _labels(evaluation.model, here.levels))
    if notification:
        here.queue.send(to_messages(notification, here.targets))


def _labels(model: str, levels: Sequence[ServiceLevel]) -> Mapping[str, str]:
    """Return the labels by which an alert of the rules would find the model's target."""
    named = [one for one in levels if one.match.get("model") == model]
    return next((one.labels for one in (*named, *(one for one in levels if not one.match))), {})


def freeze_baselines(here: Evaluating, now: datetime) -> list[str]:
    """Make what users ask now the baseline: a person says so, after a release was evaluated with it."""
    until = now.replace(minute=0, second=0, microsecond=0)
    found = by_model(here.traces.read(until - WINDOW, until))
    for model, traces in found.items():
        here.traces.freeze(model, freeze_all(traces))
    return sorted(found)


def by_model(traces: Sequence[Trace]) -> dict[str, list[Trace]]:
    found: dict[str, list[Trace]] = {}
    for trace in traces:
        found.setdefault(str(trace.get("model_id")), []).append(trace)
    return found


def _evaluate(
    model: str,
    traces: Sequence[Trace],
    before: Sequence[Trace],
    money: Projection | str | None,
    here: Evaluating,
    now: datetime,
) -> Evaluation:
    baselines = here.traces.baselines(model)
    drift = drifts(baselines, traces) if baselines else ()
    shadow = gaps(pairs(traces))
    behind = worse(gaps(pairs(before)), shadow)
    missing = [one.says for one in drift if one.drifted is None]
    missing += [] if baselines else ["no baseline: freeze one"]
    missing += [money] if isinstance(money, str) else []
    budget = money if isinstance(money, Projection) else None
    findings = [one.says for one in drift if one.drifted]
    findings += [f"the shadow is worse on {dataset}" for dataset in behind]
    findings += [budget.says] if budget and budget.over else []
    return Evaluation(model, now, len(traces), drift, shadow, budget, tuple(findings), tuple(missing), behind)


def _money(model: str, metrics: Metrics | None, now: datetime) -> Projection | str:
    """Project the week, route by route, or say why it cannot be done."""
    if metrics is None:
        return "no Prometheus is configured, so the budget cannot be projected"
    cost, so_far = select("infer_cost_usd_total", {"model": model}), max(60, int(elapsed(now).total_seconds()))
    try:
        budget = metrics.query(f"sum({select('infer_weekly_budget_usd', {'model': model})})", now)
        spent = dict(_by_route(metrics, f"sum by (route) (increase({cost}[{so_far}s]))", now))
        rate = dict(_by_route(metrics, f"sum by (route) (rate({cost}[1d]))", now))
    except ResponderError as error:
        return f"the budget cannot be projected: {error}"
    if len(budget) != 1 or not budget[0].value > 0:
        return "no infer_weekly_budget_usd, so there is no plan to compare with"
    return project(spent, rate, budget[0].value, now)


def _by_route(metrics: Metrics, query: str, now: datetime) -> Iterator[tuple[str, float]]:
    for sample in metrics.query(query, now):
        if math.isfinite(sample.value):
            yield sample.labels.get("route", ""), sample.value
