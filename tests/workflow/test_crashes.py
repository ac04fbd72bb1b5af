"""A crash before and after every call to the outside, each followed by redelivery until quiet.

The calls are found by recording an undisturbed run, not by hand. After every crash the same things must be
true: at most one effect per action, exactly the notices the policy calls for, no audit record missing, the
lease given back, and the same end as without the crash. Undisturbed, it does act.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from responder.domain.audit import check_chain
from responder.domain.incident import Disposition, State
from responder.domain.remediation import Outcome
from responder.errors import TryAgain

from tests.world import CHAT, Practice, a_message, an_alert


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


def _nothing_special(_: Practice) -> None:
    """The plain story."""


_SOON = timedelta(minutes=13)
STORIES = (
    Story("recovers", _nothing_special, 1, ("ticket",), Disposition.RECOVERED, "chat-v1", _SOON),
    Story("does not help", _does_not_help, 2, ("page", "resolve"), Disposition.ESCALATED, "chat-v2"),
    Story("cannot be verified", _no_answer, 1, ("page", "resolve"), Disposition.ESCALATED, "chat-v1"),
    Story("is only observed", _only_observed, 0, ("page", "resolve"), Disposition.ESCALATED, "chat-v2"),
    Story("answer lost, effect happened", _answer_lost, 1, ("ticket",), Disposition.RECOVERED, "chat-v1", _SOON),
    Story("refused by the outside", _refused, 0, ("page", "resolve"), Disposition.ESCALATED, "chat-v2"),
)


def play(story: Story, between: Callable[[str, Callable[[], Any]], Any] | None = None) -> Practice:
    """Let an alert come in, let time pass, let it end; what a crash interrupts is redelivered or swept again."""
    practice = Practice()
    story.arrange(practice)
    practice.between = between
    _redeliver(practice, lambda: practice.deliver(a_message(at=practice.now)))
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
    refused = practice.remediator.reply.result == "refused"
    effects = 0 if refused else len(practice.remediator.applied)
    journal = practice.journal.entries(incident.id, 1)
    if effects != story.effects or practice.running() != story.running:
        yield f"{effects} effects, running {practice.running()}"
    if incident.state is not State.CLOSED or incident.disposition is not story.ends:
        yield f"ended {incident.state} {incident.disposition}"
    if {(n.key, n.kind, n.number) for n in practice.letters} != {(incident.id, kind, 1) for kind in story.kinds}:
        yield f"told {[(n.kind, n.number) for n in practice.letters]}"
    if practice.audit.read(incident.id) != journal or check_chain(journal):
        yield f"audit has {len(practice.audit.read(incident.id))} of {len(journal)} records, chain {check_chain(journal)}"
    if practice.journal.read(CHAT.resource).lease_until is not None:
        yield "the lease is still held"
    if practice.journal.read(CHAT.resource).opened != 1:
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
