"""A release is taken back, wherever it runs, and whatever comes between."""

from tests.stories.story import LATER, SOON, Story
from tests.world import Practice

from responder.domain.incident import Disposition
from responder.domain.remediation import Outcome
from responder.domain.things.service import EcsService
from responder.domain.touch import LambdaAlias, Touch, VersionParameter


def _does_not_help(practice: Practice) -> None:
    practice.metrics.p95["chat-v1"] = 2.6


def _no_answer(practice: Practice) -> None:
    practice.metrics.traffic = 0.0


def _answer_lost(practice: Practice) -> None:
    practice.remediator.reply = Outcome("unknown", "read timeout")


def _refused(practice: Practice) -> None:
    practice.remediator.reply = Outcome("refused", "ValidationException")


def _alias(practice: Practice) -> None:
    practice.touch(Touch(lambda_alias=LambdaAlias("chat", "live")), version="chat-v2", canary="")


def _parameter(practice: Practice) -> None:
    practice.touch(Touch(version_parameter=VersionParameter("/chat/version", ())), version="chat-v2")


def _service(practice: Practice) -> None:
    practice.touch(Touch(ecs_service=EcsService("prod", "chat")), task_definition="chat-v2")


def _nothing_special(_: Practice) -> None:
    """The plain story."""


def _component(practice: Practice) -> None:
    """The adapter of an inference component is broken since the last release."""
    practice.touch(Touch(inference_component="chat"), artefact="chat-v2")
    practice.metrics.unloaded = lambda: float(practice.running() == "chat-v2")


STORIES = (
    Story("recovers", _nothing_special, 1, ("ticket",), Disposition.RECOVERED, "chat-v1", SOON),
    Story("130 more alerts", _nothing_special, 1, ("ticket",), Disposition.RECOVERED, "chat-v1", SOON, others=130),
    Story(
        "does not help", _does_not_help, 2, ("page", "update", "resolve"), Disposition.ESCALATED, "chat-v2", undone=True
    ),
    Story("cannot be verified", _no_answer, 1, ("page", "update", "resolve"), Disposition.ESCALATED, "chat-v1"),
    Story("answer lost, effect happened", _answer_lost, 1, ("ticket",), Disposition.RECOVERED, "chat-v1", SOON),
    Story("refused by the outside", _refused, 0, ("page", "resolve"), Disposition.ESCALATED, "chat-v2"),
    Story("alias", _alias, 1, ("ticket",), Disposition.RECOVERED, "chat-v1", SOON),
    Story("parameter", _parameter, 1, ("ticket",), Disposition.RECOVERED, "chat-v1", SOON),
    Story("service", _service, 1, ("ticket",), Disposition.RECOVERED, "chat-v1", SOON),
    Story(
        "inference component",
        _component,
        1,
        ("ticket",),
        Disposition.RECOVERED,
        "chat-v1",
        LATER,
        alert="LLMAdapterLoadFailures",
        runbook="adapter_merge_error",
    ),
)
