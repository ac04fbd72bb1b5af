"""One incident told on the command line, whichever way it went."""

import pytest
from tests.stories import STORIES, Story, play

from responder.commands.incidents import timeline


def _told(name: str) -> str:
    story = next(one for one in STORIES if one.name == name)
    practice = play(story)
    return "\n".join(timeline(practice.audit.read(practice.incident.id)))


@pytest.mark.parametrize("story", STORIES, ids=lambda s: s.name)
def test_every_story_can_be_told(story: Story) -> None:
    assert "closed" in _told(story.name)


def test_a_proposal_says_what_was_asked_and_who_answered() -> None:
    told = _told("approved")

    assert "asked, until 2026-11-25T12:30:00.000Z: roll endpoint chat back" in told
    assert "answered    yes by ann, sent by nobody SQS named" in told


def test_silence_is_told_as_what_it_was() -> None:
    assert "answered    nobody answered in time, which is a no" in _told("nobody answers")


def test_what_was_done_afterwards_is_told_beside_what_healed_it() -> None:
    told = _told("letters moved back")

    assert "followed    afterwards: move 12 dead letters of chat-dead back to where they died, 10 a second" in told
    assert "followed    afterwards: no dead letters in chat-dead" in _told("no letters to move")
    assert "12 dead letters moved, and 11 are there again" in _told("letters die again")
