"""The real adapter against the practice Jira, in process: the same bytes, without the wire."""

import base64
import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from infra.local.jira import JiraDesk
from tests.adapters.cloud import a_secret
from tests.world import NOON

from responder.adapters.http import Answer
from responder.adapters.jira import Jira, basic
from responder.adapters.secret import Secret
from responder.domain.target import Team
from responder.errors import ActionFailed, CannotKnow, NotThere
from responder.ports import Letter

LETTER = Letter("incident-1", "ticket", "warning", "chat is slow", "p95 is 2.5 s\n\n  do this\n\nthen that", "chat", 1)
PROOF = "Basic " + base64.b64encode(b"bot@example.com:token").decode()


@dataclass
class AtTheDesk:
    """Http without a wire; `asked` keeps every request, `busy` answers 429 to that many, `loses` the answers."""

    desk: JiraDesk
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    busy: int = 0
    loses: bool = False

    def ask(self, method: str, url: str, body: bytes | None = None, content_type: str = "application/json") -> Answer:  # noqa: ARG002  # as Http
        path = url.removeprefix("https://acme.atlassian.net")
        self.asked.append((method, path, json.loads(body) if body else None))
        if self.busy:
            self.busy -= 1
            return Answer(429, b"slow down", 30)
        status, fact = self.desk(method, path, {"authorization": PROOF}, body or b"")
        if self.loses:
            raise CannotKnow("the line broke")
        return Answer(status, b"" if status == 204 else json.dumps(fact).encode())


@pytest.fixture
def desk() -> JiraDesk:
    return JiraDesk(projects=("OPS", "MLP"), clock=lambda: 0.0)


@pytest.fixture
def wire(desk: JiraDesk) -> AtTheDesk:
    return AtTheDesk(desk)


@pytest.fixture
def jira(wire: AtTheDesk) -> Jira:
    return Jira("https://acme.atlassian.net/", "OPS", "Task", wire, clock=lambda: NOON)  # type: ignore[arg-type]  # as Http


def test_a_ticket_is_an_issue_with_our_label_and_the_text_as_a_document(jira: Jira, desk: JiraDesk) -> None:
    assert jira.send(LETTER) == "OPS-1"

    fields = desk.issues["OPS-1"].fields
    assert fields["labels"] == ["llm-alert-responder", "inc-incident-1"]
    assert [block["type"] for block in fields["description"]["content"]] == ["paragraph", "codeBlock", "paragraph"]


def test_a_teams_tickets_go_to_its_own_project(jira: Jira) -> None:
    assert jira.send(replace(LETTER, to=Team(jira="MLP"))) == "MLP-1"


def test_a_first_try_does_not_search(jira: Jira, wire: AtTheDesk) -> None:
    jira.send(LETTER)

    assert [path for _, path, _ in wire.asked] == ["/rest/api/3/issue"]


def test_after_a_try_whose_end_nobody_knows_the_issue_is_found_and_not_made_again(jira: Jira, desk: JiraDesk) -> None:
    made = jira.send(LETTER)

    assert jira.send(replace(LETTER, begun_at=NOON)) == made
    assert len(desk.issues) == 1


def test_while_the_index_may_be_behind_nothing_is_made(jira: Jira, desk: JiraDesk) -> None:
    with pytest.raises(CannotKnow, match="searched again"):
        jira.send(replace(LETTER, begun_at=NOON - timedelta(minutes=2)))
    assert not desk.issues


def test_an_issue_whose_number_we_were_told_is_found_while_the_index_is_behind(jira: Jira, desk: JiraDesk) -> None:
    """The answer came, and what was to be written down about it did not get written."""
    desk.late = 60
    made = jira.send(LETTER)

    assert jira.send(replace(LETTER, begun_at=NOON)) == made
    assert len(desk.issues) == 1


def test_an_issue_whose_number_got_lost_is_waited_for_until_the_index_has_it(
    jira: Jira, desk: JiraDesk, wire: AtTheDesk
) -> None:
    desk.late, wire.loses = 60, True
    with pytest.raises(CannotKnow):
        jira.send(LETTER)
    wire.loses = False

    with pytest.raises(CannotKnow, match="searched again"):
        jira.send(replace(LETTER, begun_at=NOON))
    desk.late = 0
    assert jira.send(replace(LETTER, begun_at=NOON)) == "OPS-1"
    assert len(desk.issues) == 1


def test_a_search_names_no_more_issues_than_jira_takes(jira: Jira, desk: JiraDesk) -> None:
    desk.late = 60
    for number in range(60):
        jira.send(replace(LETTER, key=f"incident-{number}"))

    assert jira.send(replace(LETTER, key="incident-59", begun_at=NOON)) == "OPS-60"
    with pytest.raises(CannotKnow):
        jira.send(replace(LETTER, key="incident-0", begun_at=NOON))


def test_once_the_index_had_its_time_not_found_means_there_is_none(jira: Jira) -> None:
    assert jira.send(replace(LETTER, begun_at=NOON - timedelta(minutes=3))) == "OPS-1"


def test_an_update_is_a_comment_and_the_end_moves_the_issue_to_done(jira: Jira, desk: JiraDesk) -> None:
    made = jira.send(LETTER)

    jira.update(replace(LETTER, kind="update", subject="Update: it got worse"), made)
    jira.resolve(replace(LETTER, kind="resolve"), made)

    assert len(desk.issues[made].comments) == 2
    assert desk.issues[made].status == "done"


def test_an_issue_somebody_deleted_is_gone(jira: Jira) -> None:
    with pytest.raises(NotThere, match="404"):
        jira.update(LETTER, "OPS-99")


def test_a_busy_jira_leaves_it_open_whether_it_did_what_was_asked(jira: Jira, wire: AtTheDesk) -> None:
    wire.busy = 1

    with pytest.raises(CannotKnow, match="429: slow down") as raised:
        jira.send(LETTER)
    assert raised.value.after_seconds == 30


def test_a_refused_issue_says_why(jira: Jira) -> None:
    with pytest.raises(ActionFailed, match="valid project is required"):
        jira.send(replace(LETTER, to=Team(jira="NOPE")))


@pytest.mark.parametrize(
    "text", ["", "   ", "a" * 100_000, "\n\n", "  code only", "{panel}*bold* [x|http://evil]\n---"]
)
def test_whatever_the_text_is_it_is_a_document_jira_takes(jira: Jira, text: str) -> None:
    assert jira.send(replace(LETTER, body=text, links=(("dashboard", "https://g"),)))


def test_a_long_summary_is_cut(jira: Jira, desk: JiraDesk) -> None:
    made = jira.send(replace(LETTER, subject="s" * 300))

    assert len(desk.issues[made].fields["summary"]) == 255


@pytest.mark.parametrize(
    ("written", "proof"),
    [('{"email": "bot@example.com", "token": "token"}', PROOF), ('{"token": "oauth"}', "Bearer oauth")],
)
@pytest.mark.usefixtures("cloud")
def test_the_secret_is_an_api_token_or_an_oauth_token(written: str, proof: str) -> None:
    prove = basic(Secret("jira", a_secret("jira", written)))

    assert prove("GET", "https://acme", None, {}) == {"Authorization": proof}


@pytest.mark.parametrize("written", ["just-a-token", "{}", "[]"])
@pytest.mark.usefixtures("cloud")
def test_a_secret_of_another_shape_is_named_without_its_text(written: str) -> None:
    with pytest.raises(ActionFailed, match="secret jira does not have the form"):
        basic(Secret("jira", a_secret("jira", written)))("GET", "https://acme", None, {})


def test_a_look_asks_for_every_right_that_is_needed_in_the_teams_own_project(jira: Jira, wire: AtTheDesk) -> None:
    assert "project MLP" in jira.look(Team(jira="MLP"))

    assert {method for method, _, _ in wire.asked} == {"GET"}


@pytest.mark.parametrize(
    ("changes", "project", "says"),
    [
        ({"forbidden": ("TRANSITION_ISSUES",)}, None, "project OPS: we lack TRANSITION_ISSUES"),
        ({"kinds": ("Bug",)}, None, "project OPS has no Task, only Bug"),
        ({}, "NOPE", "No project could be found"),
    ],
)
def test_a_look_names_what_would_refuse_a_ticket(
    jira: Jira, desk: JiraDesk, changes: dict[str, tuple[str, ...]], project: str | None, says: str
) -> None:
    for name, value in changes.items():
        setattr(desk, name, value)

    with pytest.raises(NotThere, match=says):
        jira.look(Team(jira=project))
