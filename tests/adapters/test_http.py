import socket
import threading
import time

import pytest
from tests.adapters.cloud import a_secret
from tests.adapters.web import Web
from tests.world import NOON

from responder.adapters import http
from responder.adapters.http import LARGEST, Http, bearer, sigv4, wait_s
from responder.adapters.secret import Secret
from responder.errors import CannotKnow


def test_an_answer_comes_back_whatever_its_status(web: Web) -> None:
    web.says({"error": "busy"}, 503)

    answer = Http().ask("GET", web.url)

    assert (answer.status, answer.ok, answer.json()) == (503, False, {"error": "busy"})


def test_a_redirect_is_an_answer_and_is_not_followed(web: Web) -> None:
    web.headers = {"Location": f"{web.url}/elsewhere"}
    web.says({}, 302)

    assert Http().ask("GET", f"{web.url}/here").status == 302
    assert [asked.path for asked in web.asked] == ["/here"]


def test_a_request_is_sent_once_even_when_it_fails(web: Web) -> None:
    web.says({}, 500)

    Http().ask("POST", web.url, b"{}")

    assert len(web.asked) == 1


def test_who_asks_too_often_comes_back_when_told_and_no_other_refusal_is_repeated(web: Web) -> None:
    web.headers = {"Retry-After": "1"}
    web.answers = [(429, b"{}"), (503, b"{}"), (200, b"{}")]
    began = time.monotonic()

    assert Http().ask("POST", web.url, b"{}").status == 503
    assert time.monotonic() - began >= 1
    assert len(web.asked) == 2


def test_a_moment_beyond_the_deadline_is_not_waited_for_but_passed_on(web: Web) -> None:
    web.headers = {"Retry-After": "120"}
    web.says({}, 429)
    began = time.monotonic()

    assert Http().ask("GET", web.url).wait_s == 120
    assert time.monotonic() - began < 1
    assert len(web.asked) == 1


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("7", 7),
        (" 7 ", 7),
        ("Wed, 25 Nov 2026 12:00:30 GMT", 30),
        ("Wed, 25 Nov 2026 11:00:00 GMT", 0),
        ("86400", 3600),
        ("-5", 0),
        ("1.5", 0),
        ("soon", 0),
        ("", 0),
        ("Wed, 25 Nov 2026 12:00:30", 0),
    ],
)
def test_retry_after_is_seconds_or_a_date(written: str, seconds: int) -> None:
    assert wait_s(written, NOON) == seconds


def test_a_silent_server_is_given_up_in_time(web: Web) -> None:
    web.silent = threading.Event()
    began = time.monotonic()

    with pytest.raises(CannotKnow, match="ReadTimeoutError"):
        Http(seconds=0.2).ask("GET", web.url)
    assert time.monotonic() - began < 1


def test_a_server_that_keeps_dripping_is_given_up_too(web: Web) -> None:
    web.drips = True
    web.says(b"x" * 50)
    began = time.monotonic()

    with pytest.raises(CannotKnow):
        Http(seconds=0.3).ask("GET", web.url)
    assert time.monotonic() - began < 1


def test_an_answer_that_is_too_long_is_not_read_to_its_end(web: Web) -> None:
    web.says(b"x" * (LARGEST + 1))

    with pytest.raises(CannotKnow, match="longer than"):
        Http().ask("GET", web.url)


def test_an_answer_at_the_limit_is_read(web: Web) -> None:
    web.says(b"x" * LARGEST)

    assert len(Http().ask("GET", web.url).body) == LARGEST


def test_where_nobody_listens_nothing_is_known() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/secret-path"

        with pytest.raises(CannotKnow) as raised:
            Http().ask("GET", url)
    assert "secret-path" not in str(raised.value)


@pytest.mark.parametrize("url", ["http://[bad", "http://", "gopher://x"])
def test_a_url_that_is_none_is_not_known(url: str) -> None:
    with pytest.raises(CannotKnow):
        Http().ask("GET", url)


@pytest.mark.parametrize("body", [b"<html>", b"", b"\xff", b"[" * 100_000])
def test_garbage_is_not_json(web: Web, body: bytes) -> None:
    web.says(body)

    with pytest.raises(CannotKnow, match="not JSON"):
        Http().ask("GET", web.url).json()


def test_after_a_pause_a_new_connection_is_made(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """A function that was frozen comes back with connections nobody told it are dead."""
    monkeypatch.setattr(http, "IDLE_S", 0.0)
    web.says({})
    asking = Http()

    asking.ask("GET", web.url)
    asking.ask("GET", web.url)

    assert len({asked.port for asked in web.asked}) == 2


def test_without_a_pause_the_connection_is_kept(web: Web) -> None:
    web.says({})
    asking = Http()

    asking.ask("GET", web.url)
    asking.ask("GET", web.url)

    assert len({asked.port for asked in web.asked}) == 1


@pytest.mark.usefixtures("cloud")
def test_a_bearer_token_is_shown(web: Web) -> None:
    web.says({})

    Http(bearer(Secret("metrics", a_secret("metrics", "t0ken")))).ask("GET", web.url)

    assert web.asked[0].headers["Authorization"] == "Bearer t0ken"


@pytest.mark.usefixtures("cloud")
def test_a_token_that_cannot_stand_in_a_header_is_not_quoted(web: Web) -> None:
    token = Secret("metrics", a_secret("metrics", "s3c\nret"))

    with pytest.raises(CannotKnow, match="secret metrics cannot stand in a header") as raised:
        Http(bearer(token)).ask("GET", web.url)
    assert "s3c" not in str(raised.value)
    assert not web.asked


@pytest.mark.usefixtures("cloud")
def test_a_token_that_cannot_be_read_means_nothing_is_known(web: Web) -> None:
    token = Secret("nowhere", a_secret("metrics", "t0ken"))

    with pytest.raises(CannotKnow, match="secret nowhere is unreadable"):
        Http(bearer(token)).ask("GET", web.url)


@pytest.mark.usefixtures("cloud")
def test_managed_prometheus_is_asked_with_a_signature(web: Web) -> None:
    web.says({})

    Http(sigv4()).ask("POST", f"{web.url}/workspaces/ws-1/api/v1/query?x=a%20b", b"query=up", "text/plain")

    sent = web.asked[0].headers
    assert "/us-east-1/aps/aws4_request" in sent["Authorization"]
    assert "content-type;host;x-amz-date" in sent["Authorization"].lower()
    assert sent["Content-Type"] == "text/plain"
