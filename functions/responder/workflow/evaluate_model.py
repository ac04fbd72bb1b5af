"""On schedule: have the inputs moved, is the shadow worse, will the money last? Kept as a report per model.

When inputs have moved the re-evaluation job is started; every finding is one line that a person is told.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from responder.domain.serving.budget import Projection, elapsed, project
from responder.domain.serving.evaluation import Evaluation, Trace, drifts, freeze_all, pairs
from responder.domain.serving.rule import select
from responder.domain.serving.shadow import gaps, worse
from responder.errors import ResponderError
from responder.ports import Jobs, Metrics, TraceShelf

WINDOW = timedelta(hours=6)


@dataclass(frozen=True)
class Evaluating:
    """The ports of this story."""

    traces: TraceShelf
    jobs: Jobs
    metrics: Metrics | None


def evaluate_model(here: Evaluating, now: datetime) -> list[Evaluation]:
    """Evaluate every model that was traced in the last window."""
    until = now.replace(minute=0, second=0, microsecond=0)
    before = by_model(here.traces.read(until - 2 * WINDOW, until - WINDOW))
    found = [
        _evaluate(model, traces, before.get(model, []), here, now)
        for model, traces in by_model(here.traces.read(until - WINDOW, until)).items()
    ]
    for evaluation in found:
        here.traces.keep(evaluation)
        if evaluation.drifted:
            here.jobs.start(evaluation.model, evaluation.drifted, now)
    return found


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
    model: str, traces: Sequence[Trace], before: Sequence[Trace], here: Evaluating, now: datetime
) -> Evaluation:
    baselines = here.traces.baselines(model)
    drift = drifts(baselines, traces) if baselines else ()
    shadow = gaps(pairs(traces))
    money = _money(model, here.metrics, now)
    behind = worse(gaps(pairs(before)), shadow)
    missing = [one.says for one in drift if one.drifted is None]
    missing += [] if baselines else ["no baseline: freeze one"]
    missing += [money] if isinstance(money, str) else []
    budget = money if isinstance(money, Projection) else None
    findings = [one.says for one in drift if one.drifted]
    findings += [f"the shadow is worse on {dataset}" for dataset in behind]
    findings += [budget.says] if budget and budget.over else []
    return Evaluation(model, now, len(traces), drift, shadow, budget, tuple(findings), tuple(missing))


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
