"""Adapters that engines load are put back on every replica."""

from tests.stories.story import LATER, TOLD_MORE, Story
from tests.world import Practice

from responder.domain.incident import Disposition
from responder.domain.things.adapter import Adapter
from responder.domain.touch import Touch

REPLICAS = Adapter("support-de", "{version}", ("http://a", "http://b", "http://c"), ())


def _adapter_half_loaded(practice: Practice) -> None:
    """The new adapter broke one replica, another one has none, and the third still has the old one."""
    practice.touch(Touch(adapter=REPLICAS), a="chat-v2", b="", c="chat-v1")
    practice.metrics.unloaded = lambda: float(practice.running() != "chat-v1")


def _adapter_is_not_the_cause(practice: Practice) -> None:
    """Adapters fail to load although every replica has the good one again."""
    practice.touch(Touch(adapter=REPLICAS), a="chat-v2", b="chat-v2", c="chat-v2")
    practice.metrics.unloaded = lambda: 3.0


STORIES = (
    Story(
        "adapter put back on every replica",
        _adapter_half_loaded,
        1,
        ("ticket",),
        Disposition.RECOVERED,
        "chat-v1",
        LATER,
        alert="LLMAdapterLoadFailures",
        runbook="adapter_merge_error",
    ),
    Story(
        "adapter put back, and it does not help",
        _adapter_is_not_the_cause,
        1,
        TOLD_MORE,
        Disposition.ESCALATED,
        "chat-v1",
        alert="LLMAdapterLoadFailures",
        runbook="adapter_merge_error",
    ),
)
