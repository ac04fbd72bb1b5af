"""One ticket per incident, through a crash before and after every call, with a search index that is late.

The real Jira adapter speaks to the practice Jira in process; every one of its requests is a place to crash at.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from infra.local.jira import Issue, JiraDesk
from tests.adapters.test_jira import AtTheDesk
from tests.stories import Crash, Story, failing_at, play
from tests.world import CHAT, Practice, Seam, a_library, a_message

from responder.adapters.jira import Jira
from responder.domain.alert import Urgency
from responder.domain.incident import Disposition
from responder.errors import ActionFailed, CannotKnow

LATE = 150.0  # seconds until a new issue is found by search


class JiraOfPractice(Jira):
    """The real adapter with a practice Jira behind it, on the practice's clock."""

    def __init__(self, practice: Practice) -> None:
        self.desk = JiraDesk(late=LATE, clock=lambda: practice.now.timestamp())  # noqa: PLW0108  # its now moves
        http = Seam("jira", AtTheDesk(self.desk), practice._call)
        super().__init__("https://acme.atlassian.net", "OPS", "Task", http, clock=lambda: practice.now)  # type: ignore[arg-type]  # as Http


def with_jira(practice: Practice) -> None:
    practice.tickets = JiraOfPractice(practice)


def issues(practice: Practice) -> list[Issue]:
    assert isinstance(practice.tickets, JiraOfPractice)
    return list(practice.tickets.desk.issues.values())


RECOVERS = Story("recovers", with_jira, 1, (), Disposition.RECOVERED, "chat-v1", timedelta(minutes=13))


def test_undisturbed_there_is_one_ticket_for_the_review_and_it_stays_open() -> None:
    (issue,) = issues(play(RECOVERS))

    assert issue.status == "new"
    assert issue.fields["summary"] == "[critical] chat: latency_spike - recovered by automation"


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after its effect"])
def test_a_crash_at_any_call_makes_no_second_ticket(after: bool) -> None:  # noqa: FBT001  # named by the ids
    points = len(play(RECOVERS).calls)

    made = {place: len(issues(play(RECOVERS, failing_at(place, Crash(), after=after)))) for place in range(points)}

    assert set(made.values()) == {1}, made


def test_a_ticket_that_may_have_been_made_is_not_made_elsewhere() -> None:
    practice = Practice()
    with_jira(practice)
    lost = iter([True])

    def between(name: str, call: Any) -> Any:  # noqa: ANN401  # whatever the port returns
        answer = call()
        if name == "jira.ask" and next(lost, False):
            raise CannotKnow("read timeout")
        return answer

    practice.between = between
    practice.deliver()
    practice.wait(minutes=20)

    assert len(issues(practice)) == 1
    assert practice.told("ticket") == []


def test_a_jira_that_refuses_does_not_keep_the_ticket_from_being_written_elsewhere() -> None:
    practice = Practice()
    with_jira(practice)

    def between(name: str, call: Any) -> Any:  # noqa: ANN401  # whatever the port returns
        if name == "jira.ask":
            raise ActionFailed("Jira answered 401")
        return call()

    practice.between = between
    practice.deliver()
    practice.wait(minutes=12)

    assert len(practice.told("ticket")) == 1


def test_a_page_that_nobody_answers_is_followed_by_its_news_and_its_end_where_it_went() -> None:
    practice = Practice()
    practice.metrics.p95["chat-v1"] = 2.6
    practice.deliver()
    practice.wait(minutes=40)
    practice.resolve()
    practice.wait(minutes=2)

    assert [letter.kind for letter in practice.letters] == ["page", "update", "resolve"]
    assert "taken back" in practice.letters[1].body


@pytest.mark.parametrize(("tell", "kinds"), [("page", ["page", "resolve"]), ("note", ["note"])])
def test_a_team_that_wants_notes_beside_its_own_paging_gets_notes(tell: str, kinds: list[str]) -> None:
    practice = Practice(library=a_library(replace(CHAT, tell=Urgency(tell))))
    practice.modes.settings["global"] = "observe"

    practice.deliver(a_message())
    practice.wait(minutes=5)
    practice.resolve()
    practice.wait(minutes=2)

    assert [letter.kind for letter in practice.letters] == kinds
