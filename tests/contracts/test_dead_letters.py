"""Dead letters that may be moved: what is seen of them and of the moves, on SQS and on its twin."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from tests.adapters.queues import Moves
from tests.stories.letters import LETTERS
from tests.world import CHAT

from responder.adapters.dead_letter_queue import DeadLetterQueue
from responder.adapters.in_memory_dead_letters import InMemoryDeadLetters
from responder.domain.plans.requeue import plan_requeue
from responder.domain.remediation import Plan, Snapshot, Standing, Surroundings, classify
from responder.domain.runbook import Action, FollowUp
from responder.domain.target import Target
from responder.domain.things.queue import DeadLetters
from responder.domain.touch import Touch, TouchKind
from responder.errors import NotThere
from responder.ports import Remediator

STEP = FollowUp(Action.REQUEUE).step


@dataclass
class Case:
    """A queue with three letters, and how a move out of it comes to its end."""

    target: Target
    remediator: Remediator
    finish: Callable[[], None]

    def seen(self) -> Snapshot:
        return self.remediator.observe(self.target)

    def plan(self) -> Plan:
        made = plan_requeue(self.target, TouchKind.DEAD_LETTERS, STEP, Surroundings(self.seen()))
        assert isinstance(made, Plan), made
        return made

    def begin(self, plan: Plan) -> str:
        return self.remediator.apply(self.target, self.seen(), plan.desired, "action-1").result

    def stop(self, plan: Plan) -> str:
        return self.remediator.apply(self.target, self.seen(), plan.stop, "action-1").result

    def stands(self, plan: Plan) -> Standing:
        return classify(self.seen(), plan.before, plan.desired)

    def stands_back(self, plan: Plan) -> Standing:
        return classify(self.seen(), plan.desired, plan.stop)


def _real() -> Case:
    moves = Moves(3)
    return Case(_touching(moves.touched), DeadLetterQueue(moves.roles), moves.finish)


def _twin() -> Case:
    twin, target = InMemoryDeadLetters(), _touching(LETTERS)
    twin.fill(target, 3)
    return Case(target, twin, lambda: twin.arrive(target.things[TouchKind.DEAD_LETTERS]))


def _touching(letters: DeadLetters) -> Target:
    return replace(CHAT, touch=Touch(dead_letters=letters))


@pytest.fixture(params=["sqs", "twin"])
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    if request.param == "sqs":
        request.getfixturevalue("cloud")
        yield _real()
    else:
        yield _twin()


def test_what_lies_there_is_counted_with_where_it_died(case: Case) -> None:
    seen = case.seen()

    named = case.target.touch.dead_letters
    assert named
    assert (seen.waiting, seen.shape, seen.settled, seen.failed) == (3, named.of, True, False)


def test_a_move_is_done_from_the_moment_it_runs_and_settled_when_it_is_over(case: Case) -> None:
    plan = case.plan()
    assert case.stands(plan) is Standing.BEFORE

    assert case.begin(plan) == "accepted"
    running = case.seen()
    assert (case.stands(plan), running.settled) == (Standing.DESIRED, False)

    case.finish()
    over = case.seen()
    assert (case.stands(plan), over.settled, over.waiting) == (Standing.DESIRED, True, 0)


def test_whoever_comes_again_sees_that_it_was_begun_and_a_second_one_is_refused(case: Case) -> None:
    plan = case.plan()
    case.begin(plan)

    assert case.stands(plan) is Standing.DESIRED
    assert case.begin(plan) == "refused"


def test_the_next_plan_asks_for_another_move(case: Case) -> None:
    first = case.plan()
    case.begin(first)
    case.finish()
    second = replace(first, before={"move_begun": case.seen().current["move_begun"]})
    second = replace(second, desired={**first.desired, "move_begun": f"after {second.before['move_begun']}"})

    assert case.stands(first) is Standing.DESIRED
    assert case.stands(second) is Standing.BEFORE


def test_a_move_that_runs_can_be_stopped_and_what_lies_there_stays(case: Case) -> None:
    plan = case.plan()
    case.begin(plan)
    assert case.stands_back(plan) is Standing.BEFORE

    assert case.stop(plan) == "accepted"
    assert case.stands_back(plan) is Standing.DESIRED
    assert case.stands(plan) is Standing.OTHER
    assert case.seen().waiting == 3


def test_a_move_that_is_over_needs_no_stopping_and_cannot_be(case: Case) -> None:
    plan = case.plan()
    case.begin(plan)
    case.finish()

    assert case.stands_back(plan) is Standing.DESIRED
    assert case.stop(plan) == "refused"


def test_a_queue_that_does_not_exist_is_not_there(case: Case) -> None:
    gone = "arn:aws:sqs:us-east-1:123456789012:gone"

    with pytest.raises(NotThere):
        case.remediator.observe(_touching(DeadLetters(gone, (f"{gone}-work",), most=1)))
    with pytest.raises(NotThere):
        case.remediator.observe(CHAT)
