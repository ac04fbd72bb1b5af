"""The door of the link: only a POST decides, and every answer carries the same strict headers."""

import base64
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.workflow.test_decide_approval import Asked, ByLink

import decide_approval
from responder import bootstrap
from responder.domain.answer_page import HEADERS, STYLE

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def by_link(monkeypatch: pytest.MonkeyPatch) -> ByLink:
    asked = ByLink(Asked(now=datetime.now(UTC)))
    monkeypatch.setattr(decide_approval, "desk", lambda: asked.desk)
    return asked


def _ask(by_link: ByLink, method: str, **typed: str) -> dict[str, Any]:
    event = {"httpMethod": method, "pathParameters": {"token": by_link.token}, "headers": FORM}
    return decide_approval.handler({**event, "body": urlencode(typed) or None}, None)


def _right(by_link: ByLink) -> dict[str, str]:
    return {"code": by_link.invitation.code, "answer": "yes"}


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT"])
def test_whatever_is_no_post_is_a_look_even_with_the_right_code(by_link: ByLink, method: str) -> None:
    answer = _ask(by_link, method, **_right(by_link))

    assert answer["statusCode"] == 200
    assert (by_link.queue.messages, by_link.uses.tries) == ([], {})


def test_a_post_with_the_code_is_passed_on(by_link: ByLink) -> None:
    answer = _ask(by_link, "POST", **_right(by_link))

    assert answer["statusCode"] == 202
    assert [m.answer.yes for m in by_link.queue.messages if m.answer] == [True]


def test_a_body_in_base64_is_read_as_well(by_link: ByLink) -> None:
    body = base64.b64encode(urlencode(_right(by_link)).encode()).decode()
    event = {"httpMethod": "POST", "pathParameters": {"token": by_link.token}, "body": body, "isBase64Encoded": True}

    assert decide_approval.handler(event, None)["statusCode"] == 202


@pytest.mark.parametrize("typed", [{}, {"code": "000000"}, {f"f{n}": "x" for n in range(9)}, {"answer": "yes"}])
def test_a_post_without_code_and_answer_decides_nothing(by_link: ByLink, typed: dict[str, str]) -> None:
    assert _ask(by_link, "POST", **typed)["statusCode"] in {403, 503}
    assert by_link.queue.messages == []


@pytest.mark.parametrize(
    "event", [{}, {"httpMethod": "GET", "pathParameters": None}, {"httpMethod": "POST", "body": 5}]
)
def test_what_is_no_link_is_a_clear_page(by_link: ByLink, event: dict[str, Any]) -> None:
    answer = decide_approval.handler(event, None)

    assert answer["statusCode"] in {404, 503}
    assert "Nothing was changed" in answer["body"]
    assert by_link.queue.messages == []


def test_every_answer_keeps_the_link_to_itself(by_link: ByLink) -> None:
    good, bad = _ask(by_link, "GET"), decide_approval.handler({}, None)

    for answer in (good, bad):
        assert answer["headers"] == HEADERS
        assert answer["headers"]["Referrer-Policy"] == "no-referrer"
        assert answer["headers"]["Cache-Control"] == "no-store"
        assert "default-src 'none'" in answer["headers"]["Content-Security-Policy"]
        assert "unsafe" not in answer["headers"]["Content-Security-Policy"]
        assert f"<style>{STYLE}</style>" in answer["body"]
        assert by_link.token not in answer["body"]


def test_an_unconfigured_door_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("APPROVAL_KEY_SECRET", raising=False)
    bootstrap.desk.cache_clear()

    answer = decide_approval.handler({"httpMethod": "GET", "pathParameters": {"token": "x"}}, None)

    assert answer["statusCode"] == 503
