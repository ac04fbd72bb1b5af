"""One decision looks at the releases once; what is asked again before the effect is still asked again."""

import pytest
from tests.world import Practice, a_release

from responder.adapters.in_memory import InMemoryReleases
from responder.errors import ActionFailed
from responder.workflow.once import ReleasesOnce


def test_a_decision_that_acts_reads_the_releases_once_and_the_mode_twice() -> None:
    practice = Practice()

    practice.deliver()

    assert practice.applied
    assert practice.calls.count("releases.of") == 1
    assert practice.calls.count("modes.read") == 2
    assert practice.calls.index("remediator.apply") - _last(practice.calls, "modes.read") <= 2


def test_the_next_decision_looks_again() -> None:
    practice = Practice()
    practice.modes.settings["global"] = "suggest"
    practice.deliver()
    looked = practice.calls.count("releases.of")

    other = ReleasesOnce(practice.releases)
    practice.releases.save(a_release("v3", minutes_ago=1))

    assert looked == 1
    assert other.of("chat")[-1].version == "v3"


def test_a_failed_look_is_no_look() -> None:
    releases = InMemoryReleases(trouble=ActionFailed("denied"))
    once = ReleasesOnce(releases)
    with pytest.raises(ActionFailed):
        once.of("chat")

    releases.trouble = None
    releases.save(a_release("v1", minutes_ago=1))

    assert [release.version for release in once.of("chat")] == ["v1"]


def test_what_is_written_through_it_is_seen() -> None:
    once = ReleasesOnce(InMemoryReleases())
    assert once.of("chat") == []

    once.save(a_release("v1", minutes_ago=1))

    assert [release.version for release in once.of("chat")] == ["v1"]


def _last(calls: list[str], name: str) -> int:
    return len(calls) - 1 - calls[::-1].index(name)
