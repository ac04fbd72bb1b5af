"""A server on this machine that answers as it is told, and remembers what it was asked."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    port: int

    @property
    def form(self) -> dict[str, list[str]]:
        return parse_qs(self.body.decode())

    @property
    def json(self) -> Any:  # noqa: ANN401  # a test knows what it sent
        return json.loads(self.body)


@dataclass
class Web:
    """Answers in turn from `answers` (status, body), repeating the last.

    `silent` keeps the line open instead, `drips` takes a
    tenth of a second for every byte.
    """

    url: str = ""
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    drips: bool = False
    silent: threading.Event | None = None

    def says(self, fact: object, status: int = 200) -> None:
        self.answers.append((status, fact if isinstance(fact, bytes) else json.dumps(fact).encode()))

    def next_answer(self) -> tuple[int, bytes]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def serving() -> Iterator[Web]:
    """Serve on a free port of this machine until the test is over."""
    web = Web()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(web))
    server.daemon_threads = True
    web.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield web
    finally:
        if web.silent:
            web.silent.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(web: Web) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            url = urlsplit(self.path)
            web.asked.append(
                Asked(self.command, url.path, parse_qs(url.query), dict(self.headers), body, self.client_address[1])
            )
            if web.silent:
                web.silent.wait(10)
                return
            status, content = web.next_answer()
            self.send_response(status)
            for name, value in {**web.headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            for part in [bytes([byte]) for byte in content] if web.drips else [content]:
                self.wfile.write(part)
                time.sleep(0.1 if web.drips else 0)

        def log_message(self, *_args: object) -> None:
            """Keep the tests' output clean."""

    return Handler
