"""A write to the journal that was done, but whose answer was lost, is never taken back by who made it."""

import pytest
from tests.stories import STORIES, Story, failing_at, play

from responder.domain.audit import check_chain
from responder.errors import TryAgain


@pytest.mark.parametrize("story", STORIES[:4], ids=lambda s: s.name)
def test_giving_the_lease_back_does_not_overwrite_what_was_written(story: Story) -> None:
    calls = play(story).calls
    writes = [place for place, name in enumerate(calls) if name == "journal.write"]

    for place in writes:
        practice = play(story, failing_at(place, TryAgain("journal: ReadTimeoutError"), after=True))

        incident = practice.incident
        assert practice.journal.read(incident.resource).lease_until is None, f"held for ever after call {place}"
        assert check_chain(practice.journal.entries(incident.id, 1)) == []
        assert incident.seq == len(practice.journal.entries(incident.id, 1))
