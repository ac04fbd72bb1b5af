"""A crash before and after every call to the outside, each followed by redelivery until quiet.

The calls are found by recording an undisturbed run, not by hand. After every crash the same things must be
true: at most one effect per action, exactly the notices the policy calls for, no audit record missing, the
lease given back, and the same end as without the crash. Undisturbed, it does act.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from responder.adapters.in_memory_levers import document
from responder.domain.audit import check_chain
from responder.domain.incident import Disposition, State
from responder.domain.remediation import Outcome
from responder.domain.throttle import numbers
from responder.domain.touch import ApiStage, LambdaAlias, LimitsDocument, Touch, UsagePlan, VersionParameter
from responder.errors import TryAgain

from tests.world import Practice, a_message, a_release, an_alert


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


def _nothing_special(_: Practice) -> None:
    """The plain story."""


_TOLD_MORE = ("page", "update", "resolve")
_RELIEVED = ("ticket", "update")
_SOON = timedelta(minutes=13)
_LATER = timedelta(minutes=26)
STORIES = (
    Story("recovers", _nothing_special, 1, ("ticket",), Disposition.RECOVERED, "chat-v1", _SOON),
    Story("does not help", _does_not_help, 2, ("page", "update", "resolve"), Disposition.ESCALATED, "chat-v2"),
    Story("cannot be verified", _no_answer, 1, ("page", "update", "resolve"), Disposition.ESCALATED, "chat-v1"),
    Story("is only observed", _only_observed, 0, ("page", "resolve"), Disposition.ESCALATED, "chat-v2"),
    Story("answer lost, effect happened", _answer_lost, 1, ("ticket",), Disposition.RECOVERED, "chat-v1", _SOON),
    Story("alias", _alias, 1, ("ticket",), Disposition.RECOVERED, "chat-v1", _SOON),
    Story("parameter", _parameter, 1, ("ticket",), Disposition.RECOVERED, "chat-v1", _SOON),
    Story("usage plan, lifted again", _crowded_plan, 3, _RELIEVED, Disposition.RECOVERED, "100", _LATER),
    Story("stage, lifted again", _crowded_stage, 3, _RELIEVED, Disposition.RECOVERED, "100", _LATER),
    Story("document, lifted again", _crowded_document, 3, _RELIEVED, Disposition.RECOVERED, '{"rate":100}', _LATER),
    Story("lifting brings it back", _crowd_that_stays, 3, (*_RELIEVED, "page", "resolve"), Disposition.ESCALATED, "50", undone=True),
    Story("a limit that does not help", _limit_that_does_not_help, 2, _TOLD_MORE, Disposition.ESCALATED, "100", undone=True),
    Story("frozen canary", _canary_without_a_way_back, 1, _TOLD_MORE, Disposition.RECOVERED, "chat-v1", _SOON),
    Story("refused by the outside", _refused, 0, ("page", "resolve"), Disposition.ESCALATED, "chat-v2"),
)


def play(story: Story, between: Callable[[str, Callable[[], Any]], Any] | None = None) -> Practice:
    """Let an alert come in, let time pass, let it end; what a crash interrupts is redelivered or swept again."""
    practice = Practice()
    story.arrange(practice)
    practice.between = between
    _redeliver(practice, lambda: practice.deliver(a_message(at=practice.now, target=practice.target)))
    _pass_time(practice, story.alert_ends_after)
    _redeliver(practice, lambda: practice.resolve(an_alert("resolved", ends=practice.now)))
    _pass_time(practice, timedelta(minutes=8))
    return practice


def _redeliver(practice: Practice, stimulus: Callable[[], None]) -> None:
    for _ in range(6):
        try:
            stimulus()
        except (Crash, TryAgain):
            _pass_time(practice, timedelta(minutes=1))
        else:
            return
    pytest.fail("the message would have gone to the dead letters")


def _pass_time(practice: Practice, span: timedelta) -> None:
    until = practice.now + span
    while practice.now < until:
        try:
            practice.wait(minutes=1)
        except Crash:
            continue


def crash_at(place: int, *, after: bool) -> Callable[[str, Callable[[], Any]], Any]:
    """Die at the n-th call, before it or after its effect."""
    count = iter(range(1_000_000))

    def between(_: str, call: Callable[[], Any]) -> Any:  # noqa: ANN401  # whatever the port returns
        here = next(count) == place
        if here and not after:
            raise Crash
        answer = call()
        if here:
            raise Crash
        return answer

    return between


def _faults(practice: Practice, story: Story) -> Iterator[str]:
    incident = practice.incident
    refused = any(twin.reply.result == "refused" for twin in practice.things.values())
    tokens = [token for _, _, token in practice.applied]
    effects = 0 if refused else len(practice.applied)
    journal = practice.journal.entries(incident.id, 1)
    if effects != story.effects or practice.running() != story.running:
        yield f"{effects} effects, running {practice.running()}"
    if any(tokens.count(token) > 1 + story.undone for token in tokens):
        yield f"an action had more than one effect: {tokens}"
    if incident.state is not State.CLOSED or incident.disposition is not story.ends:
        yield f"ended {incident.state} {incident.disposition}"
    if {(n.key, n.kind, n.number) for n in practice.letters} != {(incident.id, kind, 1) for kind in story.kinds}:
        yield f"told {[(n.kind, n.number) for n in practice.letters]}"
    if practice.audit.read(incident.id) != journal or check_chain(journal):
        yield f"audit has {len(practice.audit.read(incident.id))} of {len(journal)} records, chain {check_chain(journal)}"
    if practice.journal.read(practice.target.resource).lease_until is not None:
        yield "the lease is still held"
    if practice.journal.read(practice.target.resource).opened != 1:
        yield "a second incident was opened"


@pytest.mark.parametrize("story", STORIES, ids=lambda s: s.name)
def test_undisturbed_it_ends_as_it_must(story: Story) -> None:
    assert list(_faults(play(story), story)) == []


@pytest.mark.parametrize("story", STORIES, ids=lambda s: s.name)
def test_a_crash_at_any_call_changes_nothing_about_the_end(story: Story) -> None:
    points = len(play(story).calls)

    faults = [
        (place, after, fault)
        for place in range(points)
        for after in (False, True)
        for fault in _faults(play(story, crash_at(place, after=after)), story)
    ]

    assert faults == []


def test_the_intention_is_in_the_audit_before_anything_is_changed() -> None:
    practice = Practice()
    seen: list[int] = []

    def between(name: str, call: Callable[[], Any]) -> Any:  # noqa: ANN401  # whatever the port returns
        if name == "remediator.apply":
            seen.append(sum('"intent"' in text for text in practice.audit.objects.values()))
        return call()

    practice.between = between
    practice.deliver()

    assert seen == [1]
