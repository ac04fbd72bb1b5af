"""The page behind the link, in a real browser: read, typed into with the keyboard, and answered once."""

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.audit.browser import CHROMIUM, Page, a_browser
from tests.workflow.test_decide_approval import Asked, ByLink

import decide_approval

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: as root, make setup-browser"),
]
EVIL = "<title>still mine</title><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"


class _Gateway(BaseHTTPRequestHandler):
    """Turns a request into a proxy event and an answer into a response, as API Gateway does."""

    def do_GET(self) -> None:  # the name http.server calls
        self._pass(None)

    def do_POST(self) -> None:  # as above
        self._pass(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401  # the names of http.server
        """Say nothing."""

    def _pass(self, body: str | None) -> None:
        token = self.path.rsplit("/", 1)[-1]
        event = {"httpMethod": self.command, "pathParameters": {"token": token}, "body": body}
        answer = decide_approval.handler(event, None)
        self.send_response(answer["statusCode"])
        for name, value in answer["headers"].items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer["body"].encode())


@pytest.fixture(scope="module")
def browser() -> Iterator[Page]:
    with a_browser() as page:
        yield page


@pytest.fixture
def by_link(monkeypatch: pytest.MonkeyPatch) -> ByLink:
    asked = ByLink(Asked(now=datetime.now(UTC)))
    monkeypatch.setattr(decide_approval, "desk", lambda: asked.desk)
    return asked


@pytest.fixture
def door() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/live/v1/approvals"
    server.shutdown()
    server.server_close()


def _open(browser: Page, url: str, width: int = 900) -> None:
    browser.console.clear()
    browser.requests.clear()
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500)
    browser.call("Page.navigate", url=url)
    _wait(browser, f"document.URL === '{url}' && document.readyState === 'complete'")


def _wait(browser: Page, until: str) -> None:
    for _ in range(500):
        if browser.run(until):
            return
        time.sleep(0.02)
    pytest.fail(f"the browser never came to: {until}; it shows {browser.run('document.body.innerText')}")


def _type(browser: Page, text: str) -> None:
    browser.run("document.getElementById('code').focus()")
    browser.call("Input.insertText", text=text)


def _press(browser: Page, button: str) -> None:
    browser.run(f"document.querySelector('button.{button}').click()")


def _keep(browser: Page, name: str) -> None:
    """Leave a picture for whoever asks for it."""
    if folder := os.environ.get("SCREENSHOTS"):
        browser.shoot(Path(folder, f"{name}.png"))


def test_looking_shows_the_plan_asks_nobody_else_and_decides_nothing(browser: Page, by_link: ByLink, door: str) -> None:
    _open(browser, f"{door}/{by_link.token}")
    _keep(browser, "asking")

    assert "May automation roll endpoint chat back from v2 to v1" in browser.run("document.body.innerText")
    assert set(browser.requests) == {f"{door}/{by_link.token}"} | {
        r for r in browser.requests if r.endswith("/favicon.ico")
    }
    assert [line for line in browser.console if "favicon" not in line] == []
    assert (by_link.queue.messages, by_link.uses.tries) == ([], {})


def test_a_wrong_code_is_said_and_the_right_one_answers(browser: Page, by_link: ByLink, door: str) -> None:
    _open(browser, f"{door}/{by_link.token}")

    _type(browser, "12 34")
    _press(browser, "yes")
    _wait(browser, "document.body?.innerText.includes('Tries left: 4')")
    _keep(browser, "wrong")
    _type(browser, by_link.invitation.code)
    _press(browser, "yes")
    _wait(browser, "document.body?.innerText.includes('You said yes')")
    _keep(browser, "said")

    assert [m.answer.yes for m in by_link.queue.messages if m.answer] == [True]


def test_the_keyboard_alone_is_enough(browser: Page, by_link: ByLink, door: str) -> None:
    """Enter in the field presses the first button; whoever means no tabs on to it."""
    _open(browser, f"{door}/{by_link.token}")

    _type(browser, by_link.invitation.code)
    browser.press("Tab")
    browser.press("Tab")
    browser.press("Enter")
    _wait(browser, "document.body?.innerText.includes('You said no')")

    assert [m.answer.yes for m in by_link.queue.messages if m.answer] == [False]


def test_a_used_link_says_so(browser: Page, by_link: ByLink, door: str) -> None:
    by_link.say()

    _open(browser, f"{door}/{by_link.token}")
    _keep(browser, "used")

    assert "This link was used already" in browser.run("document.body.innerText")
    assert browser.run("document.querySelector('form')") is None


@pytest.mark.parametrize("width", [360, 900])
def test_it_fits_the_screen_of_whoever_is_woken(browser: Page, by_link: ByLink, door: str, width: int) -> None:
    _open(browser, f"{door}/{by_link.token}", width)
    _keep(browser, f"width-{width}")

    assert browser.run("document.documentElement.scrollWidth") <= width


def test_code_that_got_into_the_page_would_not_run(
    browser: Page, by_link: ByLink, door: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The headers alone hold it, even if escaping were forgotten."""
    page = replace(by_link.look(), html=EVIL)
    monkeypatch.setattr(decide_approval, "show", lambda *_: page)

    _open(browser, f"{door}/{by_link.token}")

    assert browser.run("document.title") == "still mine"
