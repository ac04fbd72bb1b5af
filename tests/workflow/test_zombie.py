"""A holder that was paused until its lease ended, and wakes up after another one has finished the work.

It is paused before every call it makes after its claim, found by recording. The one place left out is the call
that makes the change: between the last look at the clock and that call nothing is asked any more, and what keeps
a process from sleeping there for a whole lease is that no function lives that long.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.world import CHAT, Between, Practice

from responder.domain.audit import check_chain
from responder.domain.incident import State
from responder.domain.journal import LEASE
from responder.errors import Fenced
from responder.workflow.sweep import sweep_one

LONGEST_LIFE = timedelta(seconds=60)  # the timeout of respond and sweep in the template
CHANGE = "remediator.apply"


def _new() -> Practice:
    return Practice()


def _about_to_undo() -> Practice:
    practice = Practice()
    practice.metrics.p95["chat-v1"] = 2.6
    practice.deliver()
    practice.wait(minutes=18)
    practice.now += timedelta(minutes=1)
    return practice


def _deliver(practice: Practice) -> None:
    practice.deliver()


def _sweep_alone(practice: Practice) -> None:
    """As `sweep`, but what goes wrong is not hidden."""
    sweep_one(CHAT.resource, practice.world(), practice.now)


STORIES: dict[str, tuple[Callable[[], Practice], Callable[[Practice], None], int]] = {
    "acting": (_new, _deliver, 1),
    "undoing": (_about_to_undo, _sweep_alone, 2),
}


def _everything(practice: Practice) -> tuple[object, ...]:
    """Whatever a zombie could still write or change."""
    journal = practice.journal
    streams = {name: dict(entries) for name, entries in journal.streams.items()}
    return dict(journal.states), streams, dict(practice.audit.objects), list(practice.remediator.applied)


def paused(practice: Practice, place: int, seen: list[object]) -> Between:
    """Let the lease run out before the n-th call, and another holder finish what is to be done now."""
    count = iter(range(10_000))

    def between(_: str, call: Callable[[], Any]) -> Any:  # noqa: ANN401  # whatever the port returns
        if next(count) == place:
            practice.between = None
            practice.now += LEASE + timedelta(seconds=1)
            practice.sweep()
            seen.append(_everything(practice))
            practice.left = LONGEST_LIFE - LEASE
        return call()

    return between


def _places(story: str) -> list[tuple[int, str]]:
    arrange, run, _ = STORIES[story]
    practice = arrange()
    practice.calls.clear()
    run(practice)
    claim = practice.calls.index("journal.write")
    return [(n, name) for n, name in enumerate(practice.calls) if n > claim and name != CHANGE]


CASES = [pytest.param(story, n, id=f"{story}, before {n} {name}") for story in STORIES for n, name in _places(story)]


@pytest.mark.parametrize(("story", "place"), CASES)
def test_a_zombie_writes_nothing_and_changes_nothing(story: str, place: int) -> None:
    arrange, run, actions = STORIES[story]
    practice, seen = arrange(), list[object]()
    practice.between = paused(practice, place, seen)

    with pytest.raises(Fenced):
        run(practice)

    assert [_everything(practice)] == seen
    assert len(practice.remediator.applied) == actions


@pytest.mark.parametrize("story", list(STORIES))
def test_whoever_is_not_paused_does_it(story: str) -> None:
    arrange, run, actions = STORIES[story]
    practice = arrange()

    run(practice)

    assert len(practice.remediator.applied) == actions


def test_the_other_holder_finishes_the_story() -> None:
    practice = Practice()
    practice.between = paused(practice, _places("acting")[0][0], [])
    with pytest.raises(Fenced):
        practice.deliver()
    practice.left = timedelta(seconds=55)

    practice.wait(minutes=12)

    assert practice.state is State.RECOVERED
    assert check_chain(practice.audit.read(practice.incident.id)) == []


def test_no_function_lives_as_long_as_a_lease() -> None:
    assert LONGEST_LIFE < LEASE
