"""Release markers by target."""

import pytest
from tests.adapters.cloud import TABLE, a_table
from tests.world import a_release

from responder.adapters.in_memory import InMemoryReleases
from responder.adapters.releases_table import ReleasesTable
from responder.ports import Releases


@pytest.fixture(params=["twin", "table"])
def releases(request: pytest.FixtureRequest) -> Releases:
    if request.param == "twin":
        return InMemoryReleases()
    request.getfixturevalue("cloud")
    return ReleasesTable(TABLE, a_table())


def test_a_target_nobody_marked_has_no_releases(releases: Releases) -> None:
    assert releases.of("chat") == []


def test_releases_come_oldest_first(releases: Releases) -> None:
    newer, older = a_release("v1", minutes_ago=5), a_release("v9", minutes_ago=50)
    releases.save(newer)
    releases.save(older)

    assert releases.of("chat") == [older, newer]


def test_a_marker_is_written_over_its_earlier_self(releases: Releases) -> None:
    releases.save(a_release("v1", minutes_ago=5, good=False))
    releases.save(a_release("v1", minutes_ago=5, good=True))

    assert releases.of("chat") == [a_release("v1", minutes_ago=5, good=True)]


def test_targets_do_not_see_each_others_releases(releases: Releases) -> None:
    releases.save(a_release("v1", minutes_ago=5, target="chat-2"))

    assert releases.of("chat") == []
