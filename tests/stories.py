"""Whole incidents, one for every action and every way it can go: how the world is arranged, and how it must end.

Played on the simulated world, undisturbed or with something `between` every call to the outside.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.registry import A_TARGET, V6, V7, a_snapshot
from tests.world import Practice, a_message, a_release, an_alert

from responder.adapters.in_memory_levers import document
from responder.commands.approve import answer_to
from responder.domain.incident import Disposition
from responder.domain.remediation import Outcome
from responder.domain.throttle import numbers
from responder.domain.touch import ApiStage, LambdaAlias, LimitsDocument, Touch, UsagePlan, VersionParameter
from responder.errors import ResponderError

Between = Callable[[str, Callable[[], Any]], Any]


class Crash(BaseException):
    """The process is gone: nothing may catch this."""


@dataclass(frozen=True)
class Story:
    """A whole incident: how the world is arranged, and how it must end."""

    name: str
    arrange: Callable[[Practice], None]
    effects: int
    kinds: tuple[str, ...]
    ends: Disposition
    running: str
    alert_ends_after: timedelta = timedelta(hours=1)
    undone: bool = False
    answer: bool | None = None
    alert: str = "LLMHighP95"
    runbook: str = "latency_spike"


def _does_not_help(practice: Practice) -> None:
    practice.metrics.p95["chat-v1"] = 2.6


def _no_answer(practice: Practice) -> None:
    practice.metrics.traffic = 0.0


def _only_observed(practice: Practice) -> None:
    practice.modes.settings["global"] = "observe"


def _answer_lost(practice: Practice) -> None:
    practice.remediator.reply = Outcome("unknown", "read timeout")


def _refused(practice: Practice) -> None:
    practice.remediator.reply = Outcome("refused", "ValidationException")


def _alias(practice: Practice) -> None:
    practice.touch(Touch(lambda_alias=LambdaAlias("chat", "live")), version="chat-v2", canary="")


def _canary_without_a_way_back(practice: Practice) -> None:
    practice.touch(Touch(lambda_alias=LambdaAlias("chat", "live")), version="chat-v1", canary="chat-v2=0.5")
    practice.releases.markers.clear()
    practice.releases.save(a_release("v2", minutes_ago=20, good=False))


def _parameter(practice: Practice) -> None:
    practice.touch(Touch(version_parameter=VersionParameter("/chat/version", ())), version="chat-v2")


def _crowd(practice: Practice, minutes: int) -> None:
    """More than 60 requests per second are too many while the crowd is there."""
    kind, name = next(iter(practice.target.things.items()))
    leaves = practice.now + timedelta(minutes=minutes)

    def crowded(at: datetime) -> bool:
        limits = numbers(practice.things[kind].things[name].current)
        return at < leaves and limits["rate"] > 60

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


def _crowded_document(practice: Practice) -> None:
    limits = LimitsDocument("app", "prod", "limits", {"rate": 10})
    practice.touch(Touch(limits_document=limits), **document(rate=100))
    _crowd(practice, minutes=5)


def _limit_that_does_not_help(practice: Practice) -> None:
    practice.touch(Touch(usage_plan=UsagePlan("plan-1", least=10)), rate="100")
    practice.metrics.crowded = lambda _: True


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


def _asked_first(practice: Practice) -> None:
    practice.modes.settings["global"] = "suggest"


def _nothing_special(_: Practice) -> None:
    """The plain story."""


_TOLD_MORE = ("page", "update", "resolve")
_RELIEVED = ("ticket", "update")
_SOON = timedelta(minutes=13)
_LATER = timedelta(minutes=26)
STORIES = (
    Story("recovers", _nothing_special, 1, ("ticket",), Disposition.RECOVERED, "chat-v1", _SOON),
    Story(
        "does not help", _does_not_help, 2, ("page", "update", "resolve"), Disposition.ESCALATED, "chat-v2", undone=True
    ),
    Story("cannot be verified", _no_answer, 1, ("page", "update", "resolve"), Disposition.ESCALATED, "chat-v1"),
    Story("is only observed", _only_observed, 0, ("page", "resolve"), Disposition.ESCALATED, "chat-v2"),
    Story("answer lost, effect happened", _answer_lost, 1, ("ticket",), Disposition.RECOVERED, "chat-v1", _SOON),
    Story("alias", _alias, 1, ("ticket",), Disposition.RECOVERED, "chat-v1", _SOON),
    Story("parameter", _parameter, 1, ("ticket",), Disposition.RECOVERED, "chat-v1", _SOON),
    Story("usage plan, lifted again", _crowded_plan, 3, _RELIEVED, Disposition.RECOVERED, "100", _LATER),
    Story("stage, lifted again", _crowded_stage, 3, _RELIEVED, Disposition.RECOVERED, "100", _LATER),
    Story("document, lifted again", _crowded_document, 3, _RELIEVED, Disposition.RECOVERED, '{"rate":100}', _LATER),
    Story("approved", _asked_first, 1, _TOLD_MORE, Disposition.RECOVERED, "chat-v1", _SOON, answer=True),
    Story("denied", _asked_first, 0, ("page", "resolve"), Disposition.ESCALATED, "chat-v2", answer=False),
    Story("nobody answers", _asked_first, 0, _TOLD_MORE, Disposition.ESCALATED, "chat-v2"),
    Story(
        "registry restored",
        _corrupted_registry,
        1,
        ("ticket",),
        Disposition.RECOVERED,
        "6",
        _SOON,
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
    Story(
        "lifting brings it back",
        _crowd_that_stays,
        3,
        (*_RELIEVED, "page", "resolve"),
        Disposition.ESCALATED,
        "50",
        undone=True,
    ),
    Story(
        "a limit that does not help",
        _limit_that_does_not_help,
        2,
        _TOLD_MORE,
        Disposition.ESCALATED,
        "100",
        undone=True,
    ),
    Story("frozen canary", _canary_without_a_way_back, 1, _TOLD_MORE, Disposition.RECOVERED, "chat-v1", _SOON),
    Story("refused by the outside", _refused, 0, ("page", "resolve"), Disposition.ESCALATED, "chat-v2"),
)


def play(story: Story, between: Between | None = None, *, again_after: timedelta | None = None) -> Practice:
    """Let an alert come in, let time pass, let it end; what a crash interrupts is redelivered or swept again.

    `again_after` that time the first message comes a second time, as a late duplicate or out of the dead letters.
    """
    practice = Practice()
    story.arrange(practice)
    practice.between = between
    alert = replace(an_alert(alertname=story.alert), annotations={"runbook": f"runbooks/{story.runbook}.md"})
    practice.fires(alert)
    first = a_message(alert, at=practice.now, target=practice.target)
    _redeliver(practice, lambda: practice.deliver(first))
    if story.answer is not None:
        _pass_time(practice, timedelta(minutes=2))
        answer = answer_to(practice.incident, "ann", story.answer, practice.now)
        _redeliver(practice, lambda: practice.deliver(answer))
    pause = min(again_after or timedelta(), story.alert_ends_after)
    _pass_time(practice, pause)
    if again_after is not None and again_after <= story.alert_ends_after:
        _redeliver(practice, lambda: practice.deliver(first))
    _pass_time(practice, story.alert_ends_after - pause)
    _redeliver(practice, lambda: practice.resolve(an_alert("resolved", ends=practice.now, alertname=story.alert)))
    _pass_time(practice, timedelta(minutes=20))
    if again_after is not None and again_after > story.alert_ends_after:
        _redeliver(practice, lambda: practice.deliver(first))
    return practice


def failing_at(place: int, error: BaseException, *, after: bool) -> Between:
    """Let the n-th call fail, before it or after its effect."""
    count = iter(range(1_000_000))

    def between(_: str, call: Callable[[], Any]) -> Any:  # noqa: ANN401  # whatever the port returns
        here = next(count) == place
        if here and not after:
            raise error
        answer = call()
        if here:
            raise error
        return answer

    return between


def _redeliver(practice: Practice, stimulus: Callable[[], None]) -> None:
    for _ in range(6):
        try:
            stimulus()
        except (Crash, ResponderError):
            _pass_time(practice, timedelta(minutes=1))
        else:
            return
    pytest.fail("the message would have gone to the dead letters")


def _pass_time(practice: Practice, span: timedelta) -> None:
    until = practice.now + span
    while practice.now < until:
        try:
            practice.wait(minutes=1)
        except (Crash, ResponderError):
            continue
