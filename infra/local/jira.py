"""A Jira Cloud for practice: REST v3 as far as tickets need it, with its rules about what it takes.

    python -m infra.local.jira <port> <run's folder>

What it refuses, Jira refuses: the search that is gone (410), JQL without bounds, summaries of two lines or more than
255 characters, labels with spaces, a description that is no document, nobody's name. Its search index is late, except
about the issues that `reconcileIssues` names by number, of which it takes fifty.
"""

import base64
import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from infra.local.desk import Fact, Reply, door

LONGEST_SUMMARY, LONGEST_TEXT, MOST_RECONCILED = 255, 32_767, 50
_JQL = re.compile(r'project = "(\w+)" AND labels = "([^"\s]+)"')
_MARKS = {"text", "link", "hardBreak", "paragraph", "codeBlock", "doc"}
WAYS = (("11", "Start", "indeterminate"), ("21", "Done", "done"), ("31", "Reopen", "new"))


@dataclass
class Issue:
    """One ticket, as a person sees it."""

    id: int
    key: str
    fields: Fact
    made_at: float
    status: str = "new"
    comments: list[Fact] = field(default_factory=list)


@dataclass
class JiraDesk:
    """All issues of some projects; an issue is found by search only `late` seconds after it was made."""

    projects: tuple[str, ...] = ("OPS",)
    late: float = 0.0
    kinds: tuple[str, ...] = ("Task", "Bug")
    forbidden: tuple[str, ...] = ()
    clock: Callable[[], float] = time.monotonic
    issues: dict[str, Issue] = field(default_factory=dict)

    def __call__(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Answer one request."""
        if not _known(headers.get("authorization", "")):
            return 401, {"message": "Client must be authenticated to access this resource."}
        place, _, query = path.removeprefix("/rest/api/3/").partition("?")
        return self._answer(method, place.split("/"), parse_qs(query), json.loads(body) if body else {})

    def _answer(self, method: str, place: list[str], query: Mapping[str, list[str]], asked: Fact) -> Reply:
        match method, *place:
            case "POST", "issue":
                return self._create(asked.get("fields", {}))
            case "POST", "search", "jql":
                return self._search(asked.get("jql", ""), asked.get("reconcileIssues", []))
            case _, "search":
                return 410, _errors("The requested API has been removed. Please migrate to /rest/api/3/search/jql")
            case _, "issue", key, what if key in self.issues:
                return self._change(method, self.issues[key], what, asked)
            case "GET", "mypermissions" | "project", *key:
                return self._look(key, query)
        return 404, _errors("Issue does not exist or you do not have permission to see it.")

    def _look(self, place: list[str], query: Mapping[str, list[str]]) -> Reply:
        """Answer what a project has, or what we may do there."""
        (key,) = query.get("projectKey") or place
        if key not in self.projects:
            return 404, _errors(f"No project could be found with key '{key}'.")
        names = ",".join(query.get("permissions", [])).split(",")
        may = {name: {"key": name, "havePermission": name not in self.forbidden} for name in names}
        return 200, {"key": key, "issueTypes": [{"name": name} for name in self.kinds], "permissions": may}

    def _create(self, fields: Fact) -> Reply:
        if wrong := dict(_wrong(fields, self.projects)):
            return 400, {"errorMessages": [], "errors": wrong}
        project = fields["project"]["key"]
        key = f"{project}-{1 + sum(one.startswith(project) for one in self.issues)}"
        made = self.issues[key] = Issue(10_001 + len(self.issues), key, fields, self.clock())
        return 201, {"id": str(made.id), "key": key, "self": f"/rest/api/3/issue/{made.id}"}

    def _search(self, jql: str, reconciled: list[Any]) -> Reply:
        said = _JQL.fullmatch(jql)
        if not said:
            return 400, _errors("Unbounded JQL queries are not allowed here. Please add a search restriction.")
        if len(reconciled) > MOST_RECONCILED or not all(type(one) is int for one in reconciled):
            return 400, _errors(f"reconcileIssues takes at most {MOST_RECONCILED} numbers of issues.")
        seen = [one for one in self.issues.values() if one.id in reconciled or self._indexed(one)]
        found = [one for one in seen if _is(one, said[1], said[2])]
        return 200, {"isLast": True, "issues": [{"id": str(one.id), "key": one.key} for one in found]}

    def _indexed(self, issue: Issue) -> bool:
        return self.clock() - issue.made_at >= self.late

    def _change(self, method: str, issue: Issue, what: str, asked: Fact) -> Reply:
        match method, what:
            case "POST", "comment":
                if wrong := _document_fault(asked.get("body")):
                    return 400, {"errorMessages": [], "errors": {"comment": wrong}}
                issue.comments.append(asked["body"])
                return 201, {"id": str(len(issue.comments))}
            case "GET", "transitions":
                ways = [{"id": i, "name": n, "to": {"statusCategory": {"key": k}}} for i, n, k in WAYS]
                return 200, {"transitions": [way for way in ways if way["to"]["statusCategory"]["key"] != issue.status]}  # type: ignore[index]  # built one line above
            case "POST", "transitions":
                issue.status = next(k for i, _, k in WAYS if i == asked["transition"]["id"])
                return 204, {}
        return 405, _errors("Method not allowed")


def _wrong(fields: Fact, projects: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    summary = fields.get("summary", "")
    if fields.get("project", {}).get("key") not in projects:
        yield "project", "valid project is required"
    if not fields.get("issuetype", {}).get("name"):
        yield "issuetype", "Specify a valid issue type"
    if not summary.strip():
        yield "summary", "You must specify a summary of the issue."
    if "\n" in summary:
        yield "summary", "The summary is invalid because it contains newline characters."
    if len(summary) > LONGEST_SUMMARY:
        yield "summary", f"Summary can't exceed {LONGEST_SUMMARY} characters."
    for label in fields.get("labels", []):
        if re.search(r"\s", label):
            yield "labels", f"The label '{label}' contains spaces which is invalid."
    if wrong := _document_fault(fields.get("description")):
        yield "description", wrong


def _document_fault(document: Any) -> str | None:  # noqa: ANN401  # whatever was sent
    if not isinstance(document, dict) or (document.get("type"), document.get("version")) != ("doc", 1):
        return "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
    if any(kind not in _MARKS or text == "" for kind, text in _nodes(document)):
        return "INVALID_INPUT"
    if sum(len(text or "") for _, text in _nodes(document)) > LONGEST_TEXT:
        return "CONTENT_LIMIT_EXCEEDED"
    return None


def _nodes(node: Fact) -> Iterator[tuple[str, str | None]]:
    yield str(node.get("type")), node.get("text", "" if node.get("type") == "text" else None)
    for inner in node.get("content", []):
        yield from _nodes(inner)


def _is(issue: Issue, project: str, label: str) -> bool:
    return issue.key.startswith(f"{project}-") and label in issue.fields.get("labels", [])


def _known(authorization: str) -> bool:
    scheme, _, proof = authorization.partition(" ")
    if scheme == "Basic":
        return ":" in base64.b64decode(proof).decode(errors="replace").strip(":")
    return scheme == "Bearer" and bool(proof)


def _errors(says: str) -> Fact:
    return {"errorMessages": [says], "errors": {}}


if __name__ == "__main__":
    door(JiraDesk(), int(sys.argv[1])).serve_forever()
