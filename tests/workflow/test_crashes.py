"""A crash or a time-out at every call to the outside, each followed by redelivery until quiet.

The calls are found by recording an undisturbed run, not by hand. After every crash the same things must be
true: at most one effect per action, exactly the notices the policy calls for, no audit record missing, the
lease given back, and the same end as without the crash. A time-out may end otherwise, because doubt goes to a
person; all the rest holds. Undisturbed, it does act. A sample is played unless `--proof` asks for every point.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from tests.forked import Sweep
from tests.stories import STORIES, Crash, Story, failing_at, play
from tests.world import Practice

from responder.domain.audit import check_chain
from responder.domain.incident import State
from responder.errors import CannotKnow

SAMPLE = 10  # calls of each story, when not every one is asked for


@pytest.fixture
def places(request: pytest.FixtureRequest) -> Callable[[Story], list[int]]:
    """Every call of a story's undisturbed run, or a sample that is the same each time."""

    def chosen(story: Story) -> list[int]:
        points = len(play(story).calls)
        if request.config.getoption("--proof"):
            return list(range(points))
        return sorted(Random(story.name).sample(range(points), SAMPLE))  # noqa: S311  # a sample, not a secret

    return chosen


def _faults(practice: Practice, story: Story) -> Iterator[str]:
    """What is not as it must be at the end."""
    incident = practice.incident
    effects = len(_effects(practice))
    if effects != story.effects or practice.running() != story.running:
        yield f"{effects} effects, running {practice.running()}"
    if incident.state is not State.CLOSED or incident.disposition is not story.ends:
        yield f"ended {incident.state} {incident.disposition}"
    if {(n.key, n.kind, n.number) for n in practice.letters} != {(incident.id, kind, 1) for kind in story.kinds}:
        yield f"told {[(n.kind, n.number) for n in practice.letters]}"
    yield from _broken_promises(practice, story)


def _effects(practice: Practice) -> list[str]:
    """The tokens of what was changed; what the outside refused may be asked again."""
    refused = any(twin.reply.result == "refused" for twin in practice.things.values())
    return [] if refused else [token for _, _, token in practice.applied]


def _broken_promises(practice: Practice, story: Story) -> Iterator[str]:
    """What may never be, however it ended."""
    record, incident = practice.journal.read(practice.target.resource), practice.incident
    tokens = _effects(practice)
    journal = practice.journal.entries(incident.id, 1)
    if any(tokens.count(token) > 1 + story.undone for token in tokens):
        yield f"an action had more than one effect: {tokens}"
    if practice.audit.read(incident.id) != journal or check_chain(journal):
        yield f"audit has {len(practice.audit.read(incident.id))} of {len(journal)}, chain {check_chain(journal)}"
    if record.lease_until is not None:
        yield "the lease is still held"
    if record.opened != 1:
        yield "a second incident was opened"
    if incident.state is not State.CLOSED or not practice.letters:
        yield f"ended {incident.state}, told {len(practice.letters)}"


@pytest.mark.parametrize("story", STORIES, ids=lambda s: s.name)
def test_undisturbed_it_ends_as_it_must(story: Story) -> None:
    assert list(_faults(play(story), story)) == []


@pytest.mark.parametrize("story", STORIES, ids=lambda s: s.name)
def test_a_crash_at_any_call_changes_nothing_about_the_end(story: Story, places: Callable[[Story], list[int]]) -> None:
    assert Sweep(story, Crash(), _faults, places(story)).run() == []


@pytest.mark.parametrize("story", STORIES, ids=lambda s: s.name)
def test_a_time_out_at_any_call_breaks_no_promise(story: Story, places: Callable[[Story], list[int]]) -> None:
    assert Sweep(story, CannotKnow("timeout"), _broken_promises, places(story)).run() == []


def test_what_is_swept_is_what_would_be_played_alone() -> None:
    """The shared beginning changes nothing: a place played from the start has the same faults."""
    story = replace(STORIES[0], running="nothing it could run")
    places = [3, 40, 90]

    swept = Sweep(story, Crash(), _faults, places).run()
    alone = [
        (place, after, fault)
        for place in places
        for after in (False, True)
        for fault in _faults(play(story, failing_at(place, Crash(), after=after)), story)
    ]

    assert swept == alone
    assert len(swept) == 6


@pytest.mark.parametrize("minutes", [0, 2, 7, 25, 90])
@pytest.mark.parametrize("story", STORIES, ids=lambda s: s.name)
def test_a_message_that_comes_again_however_late_changes_nothing(story: Story, minutes: int) -> None:
    assert list(_faults(play(story, again_after=timedelta(minutes=minutes)), story)) == []


def test_the_intention_is_in_the_audit_before_anything_is_changed() -> None:
    practice = Practice()
    seen: list[int] = []

    def between(name: str, call: Callable[[], Any]) -> Any:  # noqa: ANN401  # whatever the port returns
        if name == "remediator.apply":
            seen.append(sum('"intent"' in text for text in practice.audit.objects.values()))
        return call()

    practice.between = between
    practice.deliver()

    assert seen == [1]
