"""What people decide beforehand, and when they are asked."""

from tests.stories.story import SOON, TOLD_MORE, Story
from tests.world import Practice

from responder.domain.incident import Disposition


def _only_observed(practice: Practice) -> None:
    practice.modes.settings["global"] = "observe"


def _asked_first(practice: Practice) -> None:
    practice.modes.settings["global"] = "suggest"


STORIES = (
    Story("is only observed", _only_observed, 0, ("page", "resolve"), Disposition.ESCALATED, "chat-v2"),
    Story("approved", _asked_first, 1, TOLD_MORE, Disposition.RECOVERED, "chat-v1", SOON, answer=True),
    Story("denied", _asked_first, 0, ("page", "resolve"), Disposition.ESCALATED, "chat-v2", answer=False),
    Story("nobody answers", _asked_first, 0, TOLD_MORE, Disposition.ESCALATED, "chat-v2"),
)
