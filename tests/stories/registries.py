"""Pointers of a registry are put back to where a snapshot has them."""

from tests.registry import A_TARGET, V6, V7, a_snapshot
from tests.stories.story import SOON, Story
from tests.world import Practice

from responder.domain.incident import Disposition


def _corrupted_registry(practice: Practice) -> None:
    """Somebody moved the pointer to a version with another tokenizer; the alert says so."""
    practice.touch(A_TARGET.touch)
    for version in (V6, V7):
        practice.registry.add(version)
    practice.registry.point(**{"chat@live": "7"})
    practice.snapshots.keep(a_snapshot())
    practice.metrics.mismatched = lambda: practice.running() != "6"


def _snapshot_that_was_changed(practice: Practice) -> None:
    _corrupted_registry(practice)
    practice.registry.store["s3://models/chat/6/tokenizer"] = "sha256:other"


STORIES = (
    Story(
        "registry restored",
        _corrupted_registry,
        1,
        ("ticket",),
        Disposition.RECOVERED,
        "6",
        SOON,
        alert="LLMTokenizerMismatch",
        runbook="tokenizer_mismatch",
    ),
    Story(
        "no snapshot to trust",
        _snapshot_that_was_changed,
        0,
        ("page", "resolve"),
        Disposition.ESCALATED,
        "7",
        alert="LLMTokenizerMismatch",
        runbook="tokenizer_mismatch",
    ),
)
