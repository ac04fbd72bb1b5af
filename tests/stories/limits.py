"""Limits are lowered while too many ask, and lifted again."""

from datetime import datetime, timedelta

from tests.stories.story import LATER, RELIEVED, TOLD_MORE, Story
from tests.world import Practice

from responder.adapters.in_memory_levers import document
from responder.domain.incident import Disposition
from responder.domain.plans.throttle import numbers
from responder.domain.things.documents import LimitsDocument
from responder.domain.things.gateway import LiteLlmTeam
from responder.domain.touch import ApiStage, Touch, UsagePlan


def _crowd(practice: Practice, minutes: int) -> None:
    """More than 60 requests per second are too many while the crowd is there."""
    kind, name = next(iter(practice.target.things.items()))
    leaves = practice.now + timedelta(minutes=minutes)

    def crowded(at: datetime) -> bool:
        limits = numbers(practice.things[kind].things[name].current)
        return at < leaves and max(limits.values()) > 60

    practice.metrics.crowded = crowded


def _crowded_plan(practice: Practice) -> None:
    practice.touch(Touch(usage_plan=UsagePlan("plan-1", least=10)), rate="100")
    _crowd(practice, minutes=5)


def _crowd_that_stays(practice: Practice) -> None:
    practice.touch(Touch(usage_plan=UsagePlan("plan-1", least=10)), rate="100")
    _crowd(practice, minutes=90)


def _crowded_stage(practice: Practice) -> None:
    practice.touch(Touch(api_stage=ApiStage("api-1", "live", least=10)), rate="100")
    _crowd(practice, minutes=5)


def _crowded_team(practice: Practice) -> None:
    team = LiteLlmTeam("http://gateway", "chat", {"rpm_limit": 10}, "chat/gateway")
    practice.touch(Touch(litellm_team=team), rpm_limit="101")
    _crowd(practice, minutes=5)


def _crowded_document(practice: Practice) -> None:
    limits = LimitsDocument("app", "prod", "limits", {"rate": 10})
    practice.touch(Touch(limits_document=limits), **document(rate=100))
    _crowd(practice, minutes=5)


def _limit_that_does_not_help(practice: Practice) -> None:
    practice.touch(Touch(usage_plan=UsagePlan("plan-1", least=10)), rate="100")
    practice.metrics.crowded = lambda _: True


STORIES = (
    Story("usage plan, lifted again", _crowded_plan, 3, RELIEVED, Disposition.RECOVERED, "100", LATER),
    Story("stage, lifted again", _crowded_stage, 3, RELIEVED, Disposition.RECOVERED, "100", LATER),
    Story("team of a gateway, lifted again", _crowded_team, 3, RELIEVED, Disposition.RECOVERED, "101", LATER),
    Story("document, lifted again", _crowded_document, 3, RELIEVED, Disposition.RECOVERED, '{"rate":100}', LATER),
    Story(
        "lifting brings it back",
        _crowd_that_stays,
        3,
        (*RELIEVED, "page", "resolve"),
        Disposition.ESCALATED,
        "50",
        undone=True,
    ),
    Story(
        "a limit that does not help",
        _limit_that_does_not_help,
        2,
        TOLD_MORE,
        Disposition.ESCALATED,
        "100",
        undone=True,
    ),
)
