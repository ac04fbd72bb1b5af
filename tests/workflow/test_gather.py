"""Evidence is asked side by side: what hangs, fails or answers nonsense is missing, and delays nobody."""

import time
from datetime import datetime
from functools import partial

import pytest
from tests.world import NOON

from responder.adapters.in_memory import InMemoryMetrics
from responder.domain.evidence import Sample
from responder.errors import CannotKnow
from responder.workflow.gather import gather, side_by_side


class Hanging(InMemoryMetrics):
    """Answers everything but `slow`, for which it takes longer than the deadline."""

    def query(self, expression: str, at: datetime) -> list[Sample]:
        if expression == "slow":
            time.sleep(0.5)
        return super().query(expression, at)


def test_what_hangs_is_missing_and_the_others_are_not() -> None:
    metrics = Hanging(answers={"quick": [Sample({}, 1.5)], "slow": [Sample({}, 9.9)]})

    quick, slow = gather([("a", "quick"), ("b", "slow")], metrics, NOON, partial(side_by_side, deadline_s=0.1))

    assert (quick.value, quick.missing) == (1.5, None)
    assert slow.value is None
    assert slow.missing is not None


@pytest.mark.parametrize(
    ("samples", "says"),
    [
        ([], "empty answer"),
        ([Sample({}, float("nan"))], "the answer is nan"),
        ([Sample({}, float("inf"))], "the answer is inf"),
        ([Sample({"a": "1"}, 1.0), Sample({"a": "2"}, 2.0)], "2 series, expected one"),
    ],
)
def test_what_is_no_single_number_is_missing(samples: list[Sample], says: str) -> None:
    (answer,) = gather([("a", "q")], InMemoryMetrics(answers={"q": samples}), NOON)

    assert (answer.value, answer.missing) == (None, says)


def test_one_failure_is_one_missing_answer() -> None:
    (answer,) = gather([("a", "q")], InMemoryMetrics(trouble=CannotKnow("connection refused")), NOON)

    assert answer.missing == "connection refused"


def test_without_prometheus_everything_is_missing() -> None:
    (answer,) = gather([("a", "q")], None, NOON)

    assert answer.missing == "no Prometheus is configured"
