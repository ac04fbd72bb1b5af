import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tests.serving.test_gate_release import LEVELS
from tests.world import CHAT, NOON, Practice, broken

from responder.adapters.in_memory import InMemoryMetrics, InMemoryQueue
from responder.adapters.in_memory_traces import InMemoryJobs, InMemoryTraces
from responder.domain.alert import Status
from responder.domain.evidence import Sample
from responder.domain.failure_mode import FailureMode
from responder.domain.serving.evaluation import Evaluation, Trace, values
from responder.errors import CannotKnow
from responder.workflow.evaluate_model import WINDOW, Evaluating, evaluate_model, freeze_baselines

LUCK = random.Random(2)  # noqa: S311  # traffic, not a secret


class Shelf(InMemoryTraces):
    """Traces of three windows, the newest first, and what evaluation kept."""

    def __init__(self, now: Sequence[Trace] = (), before: Sequence[Trace] = (), oldest: Sequence[Trace] = ()) -> None:
        super().__init__()
        for n, traces in enumerate((now, before, oldest), 1):
            self.put(NOON - n * WINDOW, traces)

    def then(self, now: Sequence[Trace], before: Sequence[Trace] = ()) -> "Shelf":
        """The same baselines, and other traces."""
        shelf = Shelf(now, before)
        shelf.frozen = self.frozen
        return shelf


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


def an_evaluating(shelf: InMemoryTraces, queue: InMemoryQueue | None = None) -> Evaluating:
    return Evaluating(shelf, InMemoryJobs(), Money(), queue or InMemoryQueue(), [CHAT], LEVELS)


def evaluate(shelf: Shelf) -> tuple[Evaluation, InMemoryJobs]:
    started = InMemoryJobs()
    (found,) = evaluate_model(replace(an_evaluating(shelf), jobs=started), NOON)
    return found, started


def frozen(now: Sequence[Trace] = (), before: Sequence[Trace] = ()) -> Shelf:
    shelf = Shelf(now=traces(3000))
    freeze_baselines(an_evaluating(shelf), NOON)
    return shelf.then(now or traces(), before)


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


def test_what_it_finds_is_queued_as_an_alert_about_the_target() -> None:
    queue = InMemoryQueue()
    evaluate_model(an_evaluating(frozen(now=traces(length=6.5)), queue), NOON)

    (message,) = queue.messages
    (alert,) = message.alerts
    assert (message.target, alert.status, alert.runbook) == ("chat", Status.FIRING, "data_drift")
    assert alert.labels["feature"] == "input_len"


def test_what_is_over_is_queued_once_and_what_is_well_never() -> None:
    moved, well = traces(length=6.5), traces()
    over, quiet = InMemoryQueue(), InMemoryQueue()
    shelf = frozen()
    evaluate_model(an_evaluating(shelf.then(traces(), moved), over), NOON)
    evaluate_model(an_evaluating(shelf.then(traces(), well), quiet), NOON)

    assert [a.status for message in over.messages for a in message.alerts] == [Status.RESOLVED]
    assert quiet.messages == []


def test_too_few_samples_do_not_end_a_drift() -> None:
    queue = InMemoryQueue()
    evaluate_model(an_evaluating(frozen(now=traces(100), before=traces(length=6.5)), queue), NOON)

    assert queue.messages == []


def test_a_shadow_that_is_worse_is_about_no_target_so_that_nothing_in_service_is_touched() -> None:
    queue = InMemoryQueue()
    behind = frozen(now=judged(400, shadow_good=0.8), before=judged(400, shadow_good=0.8))
    evaluate_model(an_evaluating(behind, queue), NOON)

    (message,) = queue.messages
    assert (message.target, message.alerts[0].name) == (None, "LLMShadowBehind")


def test_a_drift_becomes_one_incident_and_one_ticket_that_stay_until_it_is_over() -> None:
    practice = Practice()
    queue = InMemoryQueue()
    moved = traces(length=6.5)
    shelf = frozen()
    evaluate_model(an_evaluating(shelf.then(moved), queue), NOON)
    evaluate_model(an_evaluating(shelf.then(traces(), moved), queue), NOON + timedelta(minutes=1))
    begins, ends = queue.messages

    practice.deliver(begins)
    for _ in range(40):
        practice.wait(minutes=1)
        practice.sweep()
    firing = practice.journal.read(CHAT.resource).incident

    assert firing
    assert firing.firing, "no Alertmanager knows it, and yet it is not over"
    assert practice.remediator.applied == []
    assert firing.diagnosis
    assert firing.diagnosis.failure_mode is FailureMode.DATA_DRIFT
    assert {letter.kind for letter in practice.letters} <= {"ticket", "update"}
    assert len({letter.key for letter in practice.letters}) == 1

    practice.deliver(replace(ends, received_at=practice.now))
    after = practice.journal.read(CHAT.resource).incident
    assert after
    assert not after.firing


def test_each_model_is_evaluated_alone() -> None:
    shelf = Shelf(now=[*traces(), *traces(model_id="code")])

    found = evaluate_model(an_evaluating(shelf), NOON)

    assert [one.model for one in found] == ["chat", "code"]


def test_a_shadows_copies_are_not_counted_as_users() -> None:
    assert values([*traces(10), *traces(10, shadow=True)], "input_len").__len__() == 10
