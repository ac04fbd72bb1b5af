"""Serve a vendor, an engine or a gateway for practice: whatever is asked goes to one function, as in process."""

import json
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Fact = dict[str, Any]
Reply = tuple[int, Fact | str]
Desk = Callable[[str, str, Mapping[str, str], bytes], Reply]
"""(method, path, headers in lower case, body) -> (status, JSON or plain text)."""


def door(desk: Desk, port: int = 0) -> ThreadingHTTPServer:
    """Make a server on this machine; the caller lets it run and ends it."""

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Ask the desk."""
            self._pass_on()

        def do_POST(self) -> None:
            """Ask the desk."""
            self._pass_on()

        def do_PATCH(self) -> None:
            """Ask the desk."""
            self._pass_on()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is the base class's
            """Say nothing: what arrived can be asked for."""

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): text for name, text in self.headers.items()}
            status, said = desk(self.command, self.path, headers, body)
            plain = isinstance(said, str)
            text = said if isinstance(said, str) else json.dumps(said)
            content = b"" if status == 204 else text.encode()  # noqa: PLR2004  # no content
            self.send_response(status)
            self.send_header("Content-Type", "text/plain" if plain else "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return ThreadingHTTPServer(("127.0.0.1", port), Door)
