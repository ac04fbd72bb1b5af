"""Jira Cloud, REST v3: an issue is a ticket, an update a comment, the end a transition to done.

Jira has no idempotency key. So every issue carries the label `inc-<incident>`, and after a try whose end nobody
knows the label is searched before anything is created. The search index is late by seconds to minutes: what this
process was told the id of is named in `reconcileIssues` and is found at once; for what nobody was told the id of, only
when the index had `INDEXED` to catch up does "not found" mean that there is none.
"""

import base64
import json
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from responder.adapters.adf import document
from responder.adapters.http import Answer, Auth, Http
from responder.adapters.secret import Secret
from responder.domain.escalation import NoticeKind
from responder.domain.target import Team
from responder.errors import ActionFailed, CannotKnow, NotThere
from responder.ports import Letter

INDEXED = timedelta(minutes=3)
LONGEST_SUMMARY = 255
MOST_RECONCILED = 50  # what Jira takes in one search
NEEDED = ("BROWSE_PROJECTS", "CREATE_ISSUES", "ADD_COMMENTS", "TRANSITION_ISSUES")
OURS = "llm-alert-responder"
_BUSY, _GONE, _THEIR_FAULT = 429, 404, 500


class Jira:
    """One issue per incident, in the project of the target's team or the stack's own."""

    name = "jira"
    kinds = (NoticeKind.TICKET,)

    def __init__(
        self,
        url: str,
        project: str,
        issue_type: str,
        http: Http,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._url, self._project, self._issue_type, self._http, self._clock = url, project, issue_type, http, clock
        self._made: deque[int] = deque(maxlen=MOST_RECONCILED)

    def send(self, letter: Letter) -> str:
        """Create the issue, or return the one that an earlier try made."""
        if letter.begun_at and (found := self._find(letter)):
            return found
        if letter.begun_at and self._clock() - letter.begun_at < INDEXED:
            raise CannotKnow(f"an earlier try may have made the issue; Jira is searched again for {INDEXED}")
        made = self._ask("POST", "issue", {"fields": self._fields(letter)})
        self._made.append(int(made["id"]))
        return str(made["key"])

    def update(self, letter: Letter, external_id: str) -> None:
        said = document(f"{letter.subject}\n\n{letter.body}", letter.links)
        self._ask("POST", f"issue/{quote(external_id, safe='')}/comment", {"body": said})

    def resolve(self, letter: Letter, external_id: str) -> None:
        """Comment and move to done; where the workflow has no way there from here, the comment has to do."""
        path = f"issue/{quote(external_id, safe='')}/transitions"
        ways = self._ask("GET", path)["transitions"]
        done = next((way["id"] for way in ways if way["to"]["statusCategory"]["key"] == "done"), None)
        self.update(letter, external_id)
        if done:
            self._ask("POST", path, {"transition": {"id": done}})

    def look(self, to: Team) -> str:
        """Ask what we may do in the project, and whether it has our kind of issue."""
        project = to.jira or self._project
        asked = urlencode({"projectKey": project, "permissions": ",".join(NEEDED)}, safe=",")
        may = self._ask("GET", f"mypermissions?{asked}")["permissions"]
        if missing := [name for name in NEEDED if not may.get(name, {}).get("havePermission")]:
            raise NotThere(f"project {project}: we lack {', '.join(missing)}; give the account of the secret that role")
        kinds = [str(kind["name"]) for kind in self._ask("GET", f"project/{quote(project, safe='')}")["issueTypes"]]
        if self._issue_type not in kinds:
            raise NotThere(f"project {project} has no {self._issue_type}, only {', '.join(kinds)}; set JiraIssueType")
        return f"project {project}: issues may be made, commented and moved"

    def _find(self, letter: Letter) -> str | None:
        jql = f'project = "{_escaped(self._project_of(letter))}" AND labels = "{_escaped(_label(letter))}"'
        asked = {"jql": jql, "fields": ["labels"], "maxResults": 2}
        asked |= {"reconcileIssues": list(self._made)} if self._made else {}
        found = self._ask("POST", "search/jql", asked)["issues"]
        return str(found[0]["key"]) if found else None

    def _fields(self, letter: Letter) -> dict[str, Any]:
        return {
            "project": {"key": self._project_of(letter)},
            "issuetype": {"name": self._issue_type},
            "summary": letter.subject[:LONGEST_SUMMARY],
            "description": document(letter.body, letter.links),
            "labels": [OURS, _label(letter)],
        }

    def _project_of(self, letter: Letter) -> str:
        return letter.to.jira or self._project

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401  # JSON
        content = json.dumps(body).encode() if body is not None else None
        answer = self._http.ask(method, f"{self._url.rstrip('/')}/rest/api/3/{path}", content)
        if answer.ok:
            return answer.json() if answer.body else {}
        raise _failure(answer)


def basic(secret: Secret) -> Auth:
    """Prove who we are with {"email": ..., "token": ...} from a secret; also {"token": ...} alone, for OAuth."""

    def prove(_method: str, _url: str, _body: bytes | None, _headers: Mapping[str, str]) -> Mapping[str, str]:
        try:
            written = json.loads(secret.read())
            token = str(written["token"])
        except (ValueError, KeyError, TypeError):
            raise ActionFailed(f'secret {secret.name} does not have the form {{"email": ..., "token": ...}}') from None
        if not written.get("email"):
            return {"Authorization": f"Bearer {token}"}
        pair = base64.b64encode(f"{written['email']}:{token}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}

    return prove


def _label(letter: Letter) -> str:
    """A label has no spaces; our keys have none."""
    return f"inc-{letter.key}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _failure(answer: Answer) -> ActionFailed:
    """Say what Jira said; when it is busy or broken nobody knows whether it did what was asked."""
    says = f"Jira answered {answer.status}: {answer.excerpt}"
    if answer.status == _GONE:
        return NotThere(says)
    if answer.status == _BUSY or answer.status >= _THEIR_FAULT:
        return CannotKnow(says, answer.wait_s)
    return ActionFailed(says, answer.wait_s)
