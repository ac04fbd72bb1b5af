"""The real front door behind an address that fails in every way a network and a gateway can."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.contract_kit.house import House

SLOW_S, HANGS_S = 1.5, 8.0


class Fault(StrEnum):
    """What happens to a delivery."""

    NONE = "none"
    UNAVAILABLE = "unavailable"  # a 503 before anything was taken
    RESET = "reset"  # the line breaks before anything was taken
    HANGS = "hangs"  # no answer, until the line breaks
    SLOW = "slow"
    ANSWER_LOST = "answer lost"  # taken, and the line breaks before the 2xx
    REFUSED = "refused"  # a 429, which we never say: for the test that shows what it would cost


@dataclass
class FaultyDoor:
    """`fault` is what happens to deliveries now; `answers` what was said, and `lost` what was taken unsaid."""

    house: House
    fault: Fault = Fault.NONE
    answers: list[int] = field(default_factory=list)
    lost: int = 0
    url: str = ""
    lock: threading.RLock = field(default_factory=threading.RLock)

    def take(self, body: bytes) -> int | None:
        """Return the status to answer with; None breaks the line."""
        fault = self.fault
        match fault:
            case Fault.UNAVAILABLE:
                return 503
            case Fault.REFUSED:
                return 429
            case Fault.RESET:
                return None
            case Fault.HANGS:
                self._hang()
                return None
            case Fault.SLOW:
                time.sleep(SLOW_S)
        with self.lock:
            status = self.house._post(body, datetime.now(UTC))
            self.lost += fault is Fault.ANSWER_LOST
        return None if fault is Fault.ANSWER_LOST else status

    def _hang(self) -> None:
        deadline = time.monotonic() + HANGS_S
        while self.fault is Fault.HANGS and time.monotonic() < deadline:
            time.sleep(0.05)


@contextmanager
def faulty_door(house: House) -> Iterator[FaultyDoor]:
    door = FaultyDoor(house)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(door))
    server.daemon_threads = True
    door.url = f"http://127.0.0.1:{server.server_port}/v1/alerts"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield door
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(door: FaultyDoor) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status = door.take(self.rfile.read(int(self.headers["Content-Length"])))
            if status is None:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()
                return
            door.answers.append(status)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def finish(self) -> None:
            """Leave a broken line broken."""
            if not self.close_connection or self.connection.fileno() != -1:
                super().finish()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is the base class's
            """Say nothing."""

    return Handler
