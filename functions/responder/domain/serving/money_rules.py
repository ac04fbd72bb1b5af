"""Rules about money: the week's budget, and the price of a thousand tokens."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from responder.domain.failure_mode import FailureMode
from responder.domain.serving.rule import Alarm, Group, Record, Rule, series
from responder.domain.serving.service_level import Cost, ServiceLevel

WHY = """
    The week begins on Monday 00:00 UTC. The projection is what is spent plus what the last six hours would spend by the
    week's end; in the first tenth of a week it says little, unless a third of the budget is already gone. What is spent
    is kept by the exporter: a counter that restarts, or is younger than its window, underestimates.
"""
WEEK = 604800
LONG = timedelta(hours=1)
SHORT = timedelta(minutes=30)


def cost(levels: Iterable[ServiceLevel]) -> Group:
    planned = [(level, level.cost) for level in levels if level.cost]
    return Group("cost", WHY, (*_recorded(), *(rule for level, plan in planned for rule in _of(level, plan))))


def _recorded() -> Iterator[Rule]:
    yield Record(
        "model:infer_cost_usd_per_1k_tokens:1h",
        """
        1000 * sum by (model, adapter) (increase(infer_cost_usd_total[1h]))
          / sum by (model, adapter) (increase(infer_tokens_total[1h]))
        """,
    )
    yield Record(
        "model:train_cost_usd_per_1k_tokens:1d",
        """
        1000 * sum by (model) (increase(train_cost_usd_total[1d]))
          / sum by (model) (increase(train_tokens_total[1d]))
        """,
    )
    yield Record("week:elapsed_seconds", "((day_of_week() + 6) % 7) * 86400 + hour() * 3600 + minute() * 60")
    yield Record(
        "model:infer_cost_usd:projected_week",
        f"""
        sum by (model) (infer_cost_week_to_date_usd)
          + sum by (model) (rate(infer_cost_usd_total[6h])) * scalar({WEEK} - week:elapsed_seconds)
        """,
    )


def _of(level: ServiceLevel, plan: Cost) -> Iterator[Rule]:
    if plan.weekly_budget_usd:
        yield Record("infer_weekly_budget_usd", f"vector({plan.weekly_budget_usd:g})", {"model": level.match["model"]})
    yield from _budget(level, plan)
    yield from _prices(level, plan)


def _budget(level: ServiceLevel, plan: Cost) -> Iterator[Rule]:
    budget = f"sum by (model) ({series('infer_weekly_budget_usd', level)})"
    spent = f"sum by (model) ({series('infer_cost_week_to_date_usd', level)})"
    yield Alarm(
        "LLMCostOverrun",
        f"""
        {series("model:infer_cost_usd:projected_week", level)}
          / on (model) {budget} > {plan.over_plan:g}
          and on (model) (
            {spent} / on (model) {budget} > 0.3
            or {spent} >= 0 and on () week:elapsed_seconds >= {WEEK // 10}
          )
        """,
        "ticket",
        FailureMode.COST_OVERRUN,
        "{{ $labels.model }} will cost {{ $value | humanizePercentage }} of its weekly budget",
        f"""At the rate of the last six hours {{{{ $labels.model }}}} ends the week above {plan.over_plan * 100:g} % of
        its budget.""",
        pending=SHORT,
        labels=level.labels,
    )
    money = series("infer_cost_usd_total", level)
    burns = "\n  and on (model) ".join(
        f"{WEEK} * sum by (model) (rate({money}[{window}])) / on (model) {budget} > {factor}"
        for window, factor in (("1h", 3), ("6h", 2))
    )
    yield Alarm(
        "LLMCostRunaway",
        burns,
        "page",
        FailureMode.COST_OVERRUN,
        "{{ $labels.model }} spends {{ $value | humanize }} times its weekly budget",
        "{{ $labels.model }} spends money more than three times as fast as planned: look for what nobody ordered.",
        pending=level.sustained,
        labels=level.labels,
    )


def _prices(level: ServiceLevel, plan: Cost) -> Iterator[Rule]:
    infer = series("model:infer_cost_usd_per_1k_tokens:1h", level)
    yield _price(level, "rose", f"{infer} > {plan.price_rise:g} * ({infer} offset 7d)", "infer")
    if plan.infer_usd_per_1k_tokens:
        yield _price(level, "is above plan", f"{infer} > {plan.infer_usd_per_1k_tokens:g}", "infer")
    if plan.train_usd_per_1k_tokens:
        train = series("model:train_cost_usd_per_1k_tokens:1d", level)
        yield _price(level, "is above plan", f"{train} > {plan.train_usd_per_1k_tokens:g}", "train")


def _price(level: ServiceLevel, what: str, expression: str, phase: str) -> Alarm:
    return Alarm(
        "LLMTokenPrice",
        expression,
        "ticket",
        FailureMode.COST_OVERRUN,
        f"the price of {phase} tokens of {{{{ $labels.model }}}} {what}: {{{{ $value | humanize }}}} USD per 1000",
        "The mix of requests, the cache, the hardware or its price has changed.",
        pending=LONG,
        labels={"phase": phase, **level.labels},
    )
