"""What a registry says is put back to where a snapshot has it, whichever registry it is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from tests.registry import A_TARGET, IN_MLFLOW, PACKAGED, V6, V7, a_snapshot, written_down
from tests.stories.story import SOON, TOLD_MORE, Story
from tests.world import Practice

from responder.domain.incident import Disposition
from responder.domain.touch import Touch


def _two_versions(practice: Practice, touch: Touch) -> None:
    practice.touch(touch)
    for version in (V6, V7):
        practice.registry.add(version)


def _corrupted_registry(practice: Practice) -> None:
    """Somebody moved the pointer to a version with another tokenizer; the alert says so."""
    _two_versions(practice, A_TARGET.touch)
    practice.registry.point(**{"chat@live": "7"})
    practice.snapshots.keep(a_snapshot())
    practice.metrics.mismatched = lambda: practice.running() != "6"


def _snapshot_that_was_changed(practice: Practice) -> None:
    _corrupted_registry(practice)
    practice.registry.store["s3://models/chat/6/tokenizer"] = "sha256:other"


def _other_champion(practice: Practice) -> None:
    """Somebody moved MLflow's alias to a version with another tokenizer."""
    _two_versions(practice, IN_MLFLOW)
    practice.registry.point(**{"chat@live": "6"})
    practice.snapshots.keep(written_down(IN_MLFLOW, practice.registry.registry))
    practice.registry.point(**{"chat@live": "7"})
    practice.metrics.mismatched = lambda: practice.running() != "6"


def _champion_that_was_changed(practice: Practice) -> None:
    _other_champion(practice)
    practice.registry.store["s3://models/chat/6/tokenizer"] = "sha256:other"


def _worse_approved(practice: Practice) -> None:
    """Somebody approved a version in SageMaker's Model Registry that answers worse."""
    _two_versions(practice, PACKAGED)
    practice.registry.decide(**{"chat@6": "Approved"})
    practice.snapshots.keep(written_down(PACKAGED, practice.registry.registry))
    practice.registry.decide(**{"chat@7": "Approved"})
    practice.metrics.accepted = lambda: 1.0 if practice.running() == "6" else 0.8


def _package_that_was_changed(practice: Practice) -> None:
    _worse_approved(practice)
    practice.registry.store["s3://models/chat/6/model"] = "sha256:other"


MISMATCH = Story(
    "", _corrupted_registry, 1, ("ticket",), Disposition.RECOVERED, "6", SOON,
    alert="LLMTokenizerMismatch", runbook="tokenizer_mismatch",
)  # fmt: skip
WORSE = Story(
    "", _worse_approved, 1, TOLD_MORE, Disposition.RECOVERED, "6",
    alert="LLMAcceptanceDrop", runbook="quality_regression",
)  # fmt: skip


def _stays(story: Story, name: str, arrange: Callable[[Practice], None]) -> Story:
    """Nothing can be trusted, so that nothing is done and a person is told."""
    told, lasts = ("page", "resolve"), timedelta(hours=1)
    return replace(
        story, name=name, arrange=arrange, effects=0, kinds=told, ends=Disposition.ESCALATED, running="7",
        alert_ends_after=lasts,
    )  # fmt: skip


STORIES = (
    replace(MISMATCH, name="registry restored"),
    replace(MISMATCH, name="MLflow restored", arrange=_other_champion),
    replace(WORSE, name="approvals restored"),
    _stays(MISMATCH, "no snapshot to trust", _snapshot_that_was_changed),
    _stays(MISMATCH, "no champion to trust", _champion_that_was_changed),
    _stays(WORSE, "no package to trust", _package_that_was_changed),
)
