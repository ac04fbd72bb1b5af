"""Inputs moved: a re-evaluation is asked for."""

from dataclasses import replace

from tests.stories.story import Story
from tests.world import CHAT, Practice

from responder.domain.incident import Disposition, incident_id
from responder.domain.things.evaluation import Evaluation
from responder.domain.touch import Touch


def _inputs_moved(practice: Practice) -> None:
    """Nothing is slow or broken: what comes in has changed, and stays so."""
    practice.touch(EVALUATED, asked_for="", features="")
    practice.metrics.p95 = {}


EVALUATED = Touch(evaluation=Evaluation("chat", "/chat/reevaluation"))
_ASKED_FOR = f"{incident_id(replace(CHAT, touch=EVALUATED).resource, 1)},"


STORIES = (
    Story(
        "re-evaluation asked for",
        _inputs_moved,
        1,
        ("page", "resolve"),
        Disposition.ESCALATED,
        _ASKED_FOR,
        alert="LLMDataDrift",
        runbook="data_drift",
    ),
)
