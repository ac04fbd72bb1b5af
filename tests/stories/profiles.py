"""A model is served more gently."""

from tests.stories.story import LATER, TOLD_MORE, Story
from tests.world import Practice

from responder.adapters.in_memory_levers import document
from responder.domain.incident import Disposition
from responder.domain.things.documents import ServingProfile
from responder.domain.touch import Touch, TouchKind


def _memory_full(practice: Practice) -> None:
    """More than 16 requests at a time are too many for the memory."""
    profile = ServingProfile("app", "prod", "serving", {"max_num_seqs": 16})
    practice.touch(Touch(serving_profile=profile), **document(max_num_seqs=64))
    practice.metrics.killed = lambda: "64" in practice.running()


def _release_that_wants_more(practice: Practice) -> None:
    """The gentler profile does not help, because the release itself is too big."""
    profile = ServingProfile("app", "prod", "serving", {"max_num_seqs": 16})
    practice.touch(Touch(sagemaker_endpoint="chat", serving_profile=profile), endpoint_config="chat-v2")
    practice.things[TouchKind.SERVING_PROFILE].stand(practice.target, **document(max_num_seqs=64))
    practice.metrics.killed = lambda: practice.running() == "chat-v2"


STORIES = (
    Story(
        "serving gently",
        _memory_full,
        1,
        ("ticket",),
        Disposition.RECOVERED,
        '{"max_num_seqs":16}',
        LATER,
        alert="LLMOutOfMemory",
        runbook="out_of_memory",
    ),
    Story(
        "serving gently does not help, the release before does",
        _release_that_wants_more,
        2,
        TOLD_MORE,
        Disposition.RECOVERED,
        "chat-v1",
        alert="LLMOutOfMemory",
        runbook="out_of_memory",
    ),
)
