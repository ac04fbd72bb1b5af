"""Many incidents of one cause: one page, one summary that names them all, and nobody is forgotten on the way."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.stories import Crash, failing_at
from tests.world import CHAT, Practice, a_library, a_message, a_notification, an_alert, failing

from responder.domain.alert import Alert, Status
from responder.domain.audit import check_chain
from responder.domain.incident import Disposition, Incident, State
from responder.domain.message import Message, to_messages
from responder.domain.storm import RESOURCE
from responder.domain.target import Target
from responder.domain.touch import Touch
from responder.errors import Fenced, ResponderError, TryAgain
from responder.ports import Letter

LOUD = ("page", "ticket")


def services(count: int, team: str = "ml-platform") -> tuple[Target, ...]:
    names = [f"{team}-{number}" for number in range(count)]
    return tuple(replace(CHAT, name=n, match={"model": n}, touch=Touch(sagemaker_endpoint=n), team=team) for n in names)


def a_world(*targets: Target) -> Practice:
    """Nothing may be done to anything, so that everything goes to a person."""
    practice = Practice(library=a_library(*targets))
    practice.modes.settings["global"] = "observe"
    for target in targets:
        practice.remediator.stand(target, endpoint_config="chat-v2")
    return practice


def alerts(practice: Practice, count: int, **labels: Any) -> list[Alert]:  # noqa: ANN401  # labels of an alert
    """Let this many fire that match no target."""
    fired = [an_alert(model="nobody-knows", pod=str(number), **labels) for number in range(count)]
    for alert in fired:
        practice.fires(alert)
    return fired


def arrive(practice: Practice, *fired: Alert) -> None:
    """Come in as one notification."""
    for message in to_messages(a_notification(*fired, at=practice.now), practice.library.targets):
        practice.deliver(message)


def one_by_one(practice: Practice, targets: tuple[Target, ...]) -> None:
    """Let every target have its own notification."""
    for target in targets:
        alert = an_alert(model=target.name, at=practice.now)
        practice.fires(alert)
        arrive(practice, alert)


def over(practice: Practice, *fired: Alert) -> None:
    for alert in fired:
        practice.ends(alert)
    arrive(practice, *(replace(a, status=Status.RESOLVED, ends_at=practice.now) for a in fired))


def told(practice: Practice, *kinds: str) -> list[Letter]:
    return [letter for letter in practice.letters if letter.kind in kinds]


def incidents(practice: Practice) -> list[Incident]:
    return [i for resource in practice.journal.states if (i := practice.journal.read(resource).incident)]


def test_two_hundred_alerts_that_nobody_listed_are_one_page_and_one_summary() -> None:
    practice = a_world(CHAT)
    fired = alerts(practice, 200)

    arrive(practice, *fired)
    practice.wait(minutes=30)

    assert [letter.kind for letter in told(practice, *LOUD)] == ["page", "ticket"]
    summary = told(practice, "ticket")[0]
    assert "and 199 more" in summary.subject
    assert "this speaks for 199 more incidents" in summary.body
    assert summary.body.count("LLMHighP95 (incident ") == 99
    assert "and 100 more: responder incidents" in summary.body


def test_each_of_them_has_a_disposition_of_its_own() -> None:
    practice = a_world(CHAT)
    fired = alerts(practice, 20)
    arrive(practice, *fired)
    practice.wait(minutes=20)

    over(practice, *fired)
    practice.wait(minutes=20)

    assert [(i.state, i.disposition) for i in incidents(practice)] == [(State.CLOSED, Disposition.ESCALATED)] * 20
    assert [len(check_chain(practice.audit.read(i.id))) for i in incidents(practice)] == [0] * 20


def test_two_that_nobody_listed_are_two_pages() -> None:
    practice = a_world(CHAT)

    arrive(practice, *alerts(practice, 2))
    practice.wait(minutes=20)

    assert [letter.kind for letter in told(practice, *LOUD)] == ["page", "page"]


def test_a_storm_over_many_targets_is_a_page_and_a_summary_that_names_each() -> None:
    targets = services(12)
    practice = a_world(*targets)
    fired = [an_alert(model=target.name) for target in targets]
    for alert in fired:
        practice.fires(alert)

    arrive(practice, *fired)
    practice.wait(minutes=20)

    assert [letter.kind for letter in told(practice, *LOUD)] == ["page", "ticket"]
    (summary,) = told(practice, "ticket")
    assert all(f"{target.name} (incident " in summary.body for target in targets[1:])


def test_whoever_paged_before_it_was_known_to_be_one_pages_for_the_rest() -> None:
    targets = services(12)
    practice = a_world(*targets)

    one_by_one(practice, targets)
    practice.wait(minutes=20)

    assert [letter.source for letter in told(practice, "page")] == [t.resource for t in targets[:2]]
    assert [letter.source for letter in told(practice, "ticket")] == [targets[2].resource]


def test_each_team_is_told_once() -> None:
    ours, theirs = services(5), services(5, "search")
    practice = a_world(*ours, *theirs)
    fired = [an_alert(model=target.name) for target in (*ours, *theirs)]
    for alert in fired:
        practice.fires(alert)

    arrive(practice, *fired)
    practice.wait(minutes=20)

    for kind in LOUD:
        assert sorted(letter.team for letter in told(practice, kind)) == ["ml-platform", "search"]


def test_who_would_be_louder_than_the_lead_is_not_spoken_for() -> None:
    practice = a_world(CHAT)
    arrive(practice, *alerts(practice, 5, severity="warning"))
    practice.wait(minutes=6)

    arrive(practice, *alerts(practice, 5, severity="page"))
    practice.wait(minutes=30)

    assert len(told(practice, "page")) == 1


def test_a_new_alert_of_what_is_spoken_for_wakes_nobody_unless_it_is_louder() -> None:
    practice = a_world(CHAT)
    quiet = alerts(practice, 4, severity="warning")
    arrive(practice, *quiet)
    practice.wait(minutes=20)
    before = len(told(practice, *LOUD))
    spoken = next(i for i in incidents(practice) if i.spoken_for)
    more = [an_alert(model="nobody-knows", severity=s, pod="new") for s in ("warning", "page")]

    for alert, expected in zip(more, (0, 1), strict=True):
        message = replace(a_message(alert, target=None, at=practice.now), resource=spoken.resource)
        practice.deliver(message)
        practice.wait(minutes=2)
        assert len(told(practice, *LOUD)) == before + expected


def test_a_safety_violation_is_told_by_itself() -> None:
    practice = a_world(CHAT)
    safety = an_alert(model="nobody-knows", failure_mode="safety_violation")
    practice.fires(safety)

    arrive(practice, *alerts(practice, 9), safety)
    practice.wait(minutes=2)

    assert f"alert/{safety.fingerprint}" in [letter.source for letter in told(practice, "page")]
    assert len(told(practice, "page")) == 2


def test_what_joins_after_ten_minutes_has_a_page_of_its_own() -> None:
    practice = a_world(CHAT)
    arrive(practice, *alerts(practice, 5))
    practice.wait(minutes=11)

    arrive(practice, *alerts(practice, 5, alertname="Another"))
    practice.wait(minutes=20)

    assert len(told(practice, "page")) == 2


def test_when_the_lead_has_ended_and_others_still_fire_a_person_hears_of_them() -> None:
    practice = a_world(CHAT)
    fired = alerts(practice, 6)
    arrive(practice, *fired)
    practice.wait(minutes=12)
    (lead,) = told(practice, "page")
    first = next(a for a in fired if lead.source.endswith(a.fingerprint))

    over(practice, first)
    practice.wait(minutes=16)

    pages = told(practice, "page")
    assert len(pages) == 2
    assert "this speaks for 5 more incidents" in pages[1].body
    assert [i.spoken_for is None for i in incidents(practice) if i.state is not State.CLOSED].count(True) == 1
    practice.wait(hours=2)
    assert len(told(practice, "page")) == 2


def test_as_long_as_the_lead_goes_on_nobody_else_is_told() -> None:
    practice = a_world(CHAT)
    arrive(practice, *alerts(practice, 6))

    practice.wait(hours=3)

    assert [letter.kind for letter in told(practice, *LOUD)] == ["page", "ticket"]


def test_a_person_who_acknowledges_the_page_still_gets_the_summary() -> None:
    practice = a_world(CHAT)
    arrive(practice, *alerts(practice, 6))
    lead = next(i for i in incidents(practice) if i.leads_since)

    assert [n.summary for n in lead.notices if n.pending] == [True]
    practice.wait(minutes=11)
    assert len(told(practice, "ticket")) == 1


def test_when_nobody_can_count_everybody_is_told_by_itself() -> None:
    practice = a_world(CHAT)
    practice.between = failing("agenda.incidents", TryAgain("throttled"))

    arrive(practice, *alerts(practice, 4))
    practice.wait(minutes=2)

    assert len(told(practice, "page")) == 4


def test_of_two_that_would_lead_at_the_same_moment_one_does() -> None:
    """The second writes itself down between the first one's look and its write."""
    practice = a_world(CHAT)
    fired = alerts(practice, 3)
    first, second, *_ = to_messages(a_notification(*fired, at=practice.now), practice.library.targets)
    raced = False

    def between(name: str, call: Callable[[], Any]) -> Any:  # noqa: ANN401  # whatever the port returns
        nonlocal raced
        answer = call()
        leads = name == "journal.read" and getattr(answer, "resource", "") == RESOURCE
        if leads and not raced:
            raced = True
            practice.deliver(second)
        return answer

    practice.between = between
    practice.deliver(first)
    practice.wait(minutes=20)

    assert raced
    assert [letter.source for letter in told(practice, "page")] == [second.resource]
    assert [letter.source for letter in told(practice, "ticket")] == [second.resource]


def _play(between: Callable[[str, Callable[[], Any]], Any] | None) -> Practice:
    """Let five alerts fire, the lead end, and then all; whoever dies on the way is replaced."""
    practice = a_world(CHAT)
    practice.between = between
    fired = alerts(practice, 5)
    messages = to_messages(a_notification(*fired, at=practice.now), practice.library.targets)
    for message in messages:
        _again(practice, message)
    _wait(practice, 40)
    for alert in fired:
        practice.ends(alert)
    ended = [replace(a, status=Status.RESOLVED, ends_at=practice.now) for a in fired]
    for message in to_messages(a_notification(*ended, at=practice.now), practice.library.targets):
        _again(practice, message)
    _wait(practice, 30)
    return practice


def _again(practice: Practice, message: Message) -> None:
    for _ in range(5):
        try:
            practice.deliver(message)
        except (Crash, ResponderError):
            _wait(practice, 1)
        else:
            return


def _wait(practice: Practice, minutes: int) -> None:
    for _ in range(minutes):
        try:
            practice.wait(minutes=1)
        except (Crash, ResponderError):
            continue


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("error", [Crash(), TryAgain("busy"), Fenced("lost")], ids=["crash", "busy", "fenced"])
def test_a_crash_at_any_call_leaves_nobody_untold_and_nobody_told_twice(
    error: BaseException,
    after: bool,  # noqa: FBT001  # drawn
    request: pytest.FixtureRequest,
) -> None:
    calls = _play(None).calls
    every = 1 if request.config.getoption("--proof") else 7
    writes = [n for n, name in enumerate(calls) if name.startswith("journal") or name == "agenda.incidents"]
    faults = []
    for place in writes[::every]:
        practice = _play(failing_at(place, error, after=after))
        if found := _faults(practice):
            faults.append((place, calls[place], found))

    assert faults == []


def _faults(practice: Practice) -> list[str]:
    """Everybody closed, everybody named by somebody who was told, and at most one page more than without the fault."""
    wrong = [f"{i.resource} ended {i.state}" for i in incidents(practice) if i.state is not State.CLOSED]
    letters = {(letter.key, letter.kind, letter.number) for letter in told(practice, *LOUD)}  # the same again is one
    keys = [(key, kind) for key, kind, _ in letters]
    wrong += [f"{key} told twice" for key in set(keys) if keys.count(key) > 1]
    bodies = "".join(letter.body for letter in told(practice, *LOUD))
    wrong += [f"nobody was told of {i.id}" for i in incidents(practice) if i.id not in bodies]
    pages = [key for key, kind in keys if kind == "page"]
    if len(pages) > 2:  # one more than without the fault
        wrong.append(f"{len(pages)} pages")
    return wrong
