import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from tests.world import NOON, broken

from responder.adapters.in_memory import InMemoryMetrics
from responder.domain.evidence import Sample
from responder.domain.serving.drift import Baseline
from responder.domain.serving.evaluation import Evaluation, Trace, values
from responder.errors import CannotKnow
from responder.workflow.evaluate_model import WINDOW, Evaluating, evaluate_model, freeze_baselines

LUCK = random.Random(2)  # noqa: S311  # traffic, not a secret


@dataclass
class Shelf:
    """Traces of two windows, and what evaluation kept."""

    now: list[Trace] = field(default_factory=list)
    before: list[Trace] = field(default_factory=list)
    frozen: dict[str, dict[str, Baseline]] = field(default_factory=dict)
    kept: list[Evaluation] = field(default_factory=list)

    def read(self, since: datetime, until: datetime) -> list[Trace]:
        assert until - since == WINDOW
        return self.now if until > NOON - timedelta(hours=1) else self.before

    def baselines(self, model: str) -> dict[str, Baseline] | None:
        return self.frozen.get(model)

    def freeze(self, model: str, baselines: Mapping[str, Baseline]) -> None:
        self.frozen[model] = dict(baselines)

    def keep(self, evaluation: Evaluation) -> None:
        self.kept.append(evaluation)


@dataclass
class Started:
    """Whoever was asked to evaluate again."""

    asked: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def start(self, model: str, features: Sequence[str], now: datetime) -> None:
        assert now == NOON
        self.asked.append((model, tuple(features)))


class Money(InMemoryMetrics):
    """A Prometheus that knows what one route spent."""

    def query(self, expression: str, at: datetime) -> list[Sample]:
        super().query(expression, at)
        if "budget" in expression:
            return [Sample({}, 1000.0)]
        per_second = "rate(" in expression
        return [Sample({"route": "/v1/chat"}, 0.004 if per_second else 600.0)]


def traces(n: int = 600, length: float = 5.5, **changes: Any) -> list[Trace]:  # noqa: ANN401  # fields of a trace
    return [
        {
            "model_id": "chat",
            "trace_id": f"{k:032x}",
            "input_len": LUCK.lognormvariate(length, 0.5),
            "language": LUCK.choice(["en", "en", "de"]),
            "toxicity": LUCK.random(),
            **changes,
        }
        for k in range(n)
    ]


def judged(n: int, *, shadow_good: float) -> list[Trace]:
    """The same traces, judged twice."""
    control = traces(n, accepted=True)
    return [*control, *({**one, "shadow": True, "accepted": LUCK.random() < shadow_good} for one in control)]


def an_evaluating(shelf: Shelf) -> Evaluating:
    return Evaluating(shelf, Started(), Money())


def evaluate(shelf: Shelf) -> tuple[Evaluation, Started]:
    started = Started()
    (found,) = evaluate_model(replace(an_evaluating(shelf), jobs=started), NOON)
    return found, started


def frozen(**changes: Any) -> Shelf:  # noqa: ANN401  # fields of the shelf
    shelf = Shelf(now=traces(3000))
    freeze_baselines(an_evaluating(shelf), NOON)
    return replace(shelf, **{"now": traces(), **changes})


def test_traffic_as_before_finds_nothing_and_is_kept() -> None:
    shelf = frozen()

    found, started = evaluate(shelf)

    assert (found.drifted, started.asked) == ((), [])
    assert shelf.kept == [found]


def test_inputs_that_moved_start_the_evaluation_and_are_told() -> None:
    found, started = evaluate(frozen(now=traces(length=6.5)))

    assert started.asked == [("chat", ("input_len",))]
    assert found.findings[0].startswith("input_len: PSI")


def test_without_a_baseline_nothing_has_moved_and_the_report_says_so() -> None:
    found, started = evaluate(Shelf(now=traces()))

    assert started.asked == []
    assert "no baseline: freeze one" in found.missing


def test_a_shadow_that_is_worse_in_two_windows_is_told() -> None:
    found, _ = evaluate(frozen(now=judged(400, shadow_good=0.8), before=judged(400, shadow_good=0.8)))

    assert "the shadow is worse on live" in found.findings


def test_a_shadow_that_is_worse_once_is_not() -> None:
    found, _ = evaluate(frozen(now=judged(400, shadow_good=0.8), before=judged(400, shadow_good=1.0)))

    assert not [one for one in found.findings if "shadow" in one]


def test_money_that_will_not_last_is_told() -> None:
    """It is Wednesday noon: 600 USD are spent, and 108 hours at 14.40 an hour are to come."""
    found, _ = evaluate(frozen())

    assert found.budget
    assert round(found.budget.projected) == 2155
    assert "the week will cost 2155.20 USD of 1000.00 (216%)" in found.findings


def test_prometheus_down_leaves_the_rest() -> None:
    money = Money()
    shelf = frozen()

    with broken(money, CannotKnow("Prometheus does not answer")):
        (found,) = evaluate_model(replace(an_evaluating(shelf), metrics=money), NOON)

    assert found.budget is None
    assert "the budget cannot be projected: Prometheus does not answer" in found.missing
    assert found.drift


def test_each_model_is_evaluated_alone() -> None:
    shelf = Shelf(now=[*traces(), *traces(model_id="code")])

    found = evaluate_model(an_evaluating(shelf), NOON)

    assert [one.model for one in found] == ["chat", "code"]


def test_a_shadows_copies_are_not_counted_as_users() -> None:
    assert values([*traces(10), *traces(10, shadow=True)], "input_len").__len__() == 10
