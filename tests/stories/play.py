"""Play a story, undisturbed or with something `between` every call to the outside."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.stories.story import Story
from tests.world import Practice, a_message, an_alert

from responder.domain.alert import Alert, Status
from responder.domain.proposing import answer_to
from responder.errors import ResponderError

Between = Callable[[str, Callable[[], Any]], Any]


class Crash(BaseException):
    """The process is gone: nothing may catch this."""


def play(story: Story, between: Between | None = None, *, again_after: timedelta | None = None) -> Practice:
    """Let an alert come in, let time pass, let it end; what a crash interrupts is redelivered or swept again.

    `again_after` that time the first message comes a second time, as a late duplicate or out of the dead letters.
    """
    practice = Practice()
    story.arrange(practice)
    practice.between = between
    alert = replace(an_alert(alertname=story.alert), annotations={"runbook": f"runbooks/{story.runbook}.md"})
    alerts = [alert, *(an_alert(alertname=story.alert, pod=str(number)) for number in range(story.others))]
    for each in alerts:
        practice.fires(each)
    first = a_message(*alerts, at=practice.now, target=practice.target)
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
    _redeliver(practice, lambda: _resolve(practice, alerts))
    _pass_time(practice, timedelta(minutes=20))
    if again_after is not None and again_after > story.alert_ends_after:
        _redeliver(practice, lambda: practice.deliver(first))
    return practice


def _resolve(practice: Practice, alerts: Sequence[Alert]) -> None:
    for each in alerts:
        practice.ends(each)
    ended = [replace(each, status=Status.RESOLVED, ends_at=practice.now) for each in alerts]
    practice.deliver(a_message(*ended, target=practice.target))


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
