"""A circuit of a gateway through a whole incident: deployments that do not follow, or that somebody else moves."""

from dataclasses import replace

import pytest
from tests.world import Practice, a_message, an_alert

from responder.domain.incident import State
from responder.domain.plans.deployments import BLOCKED
from responder.domain.things.gateway import LiteLlmCircuit
from responder.domain.touch import Touch, TouchKind

KIND = TouchKind.LITELLM_CIRCUIT
GATEWAY = LiteLlmCircuit("http://gateway:4000", "chat", ("spare",), 0.1, "chat/gateway")
ALERT = replace(an_alert(alertname="LLMRequestTimeouts"), annotations={"runbook": "runbooks/api_timeout.md"})


def _begun(*stuck: str, **weights: str) -> Practice:
    """The first provider is away for good, and these deployments cannot be written for a while."""
    practice = Practice()
    practice.touch(Touch(litellm_circuit=GATEWAY), **({"first": "1", "spare": "0"} | weights))
    practice.metrics.timeouts = lambda _: 0.6 if practice.standing(KIND)["first"] not in ("0", BLOCKED) else 0.0
    practice.things[KIND].stuck = frozenset(stuck)
    practice.fires(ALERT)
    practice.deliver(a_message(ALERT, target=practice.target))
    return practice


def test_a_deployment_that_does_not_follow_is_asked_again_until_it_does() -> None:
    practice = _begun("first")
    practice.wait(minutes=3)
    between, asked = practice.standing(KIND), len(practice.applied)
    practice.things[KIND].stuck = frozenset()
    practice.wait(minutes=2)

    assert (between, asked > 1) == ({"first": "1", "spare": "9"}, True)
    assert practice.standing(KIND) == {"first": "0", "spare": "9"}
    assert practice.state is State.VERIFYING


def test_one_that_never_follows_is_a_persons_when_the_time_is_over() -> None:
    practice = _begun("first")
    practice.wait(minutes=25)

    assert practice.state is State.ESCALATED
    assert practice.told("page")


@pytest.mark.parametrize(("now", "done"), [({}, True), ({"first": BLOCKED, "spare": "9"}, False)])
def test_a_circuit_that_somebody_else_moved_meanwhile_is_theirs(now: dict[str, str], *, done: bool) -> None:
    practice = _begun()
    practice.wait(minutes=2)
    if now:
        practice.things[KIND].stand(practice.target, **now)
    practice.wait(minutes=10)

    probed = {"first": "1", "spare": "9"}
    assert (probed in [desired for _, desired, _ in practice.applied]) is done
    assert (practice.state is State.ESCALATED) is not done


@pytest.mark.parametrize(("spare", "done"), [("0", True), (BLOCKED, False)])
def test_without_anybody_to_answer_nothing_is_done_and_a_person_has_it(spare: str, *, done: bool) -> None:
    practice = _begun(spare=spare)
    practice.wait(minutes=5)

    assert bool(practice.applied) is done
    assert (practice.state is State.ESCALATED) is not done
