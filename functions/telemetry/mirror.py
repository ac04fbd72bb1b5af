"""Send a small share of the traffic to a shadow candidate, whose answers nobody sees.

Never in the way: a copy is sent after the answer has gone out, at most `at_once` at a time, and one that would
have to wait is dropped. No credentials travel: the candidate gets the body, its type and the trace.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from telemetry.trace_context import TraceContext, falls_in

LEAST, MOST = 0.01, 0.05
Post = Callable[[str, Mapping[str, str], bytes], Awaitable[None]]
"""Send path, headers and body to the candidate; raise when it fails."""


@dataclass
class Mirror:
    """`share` of the traces, chosen by trace id, so that a conversation of several requests is mirrored whole."""

    post: Post
    share: float
    at_once: int = 8
    largest: int = 262_144
    timeout_s: float = 30.0
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        if not LEAST <= self.share <= MOST:
            raise ValueError(f"share is {self.share}; mirror between {LEAST} and {MOST} of the traffic")

    def wants(self, context: TraceContext) -> bool:
        return falls_in(context.trace_id, self.share)

    def send(
        self, path: str, content_type: str, body: bytes, context: TraceContext, done: Callable[[str], None]
    ) -> None:
        """Start sending and return at once; `done` hears sent, failed or dropped."""
        if len(self._running) >= self.at_once or len(body) > self.largest:
            done("dropped")
            return
        headers = {"content-type": content_type, "traceparent": context.header, "x-shadow": "1"}
        task = asyncio.ensure_future(self._send(path, headers, body, done))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _send(self, path: str, headers: Mapping[str, str], body: bytes, done: Callable[[str], None]) -> None:
        try:
            await asyncio.wait_for(self.post(path, headers, body), self.timeout_s)
        except Exception:  # a candidate may fail in any way; it must never be felt here
            done("failed")
        else:
            done("sent")
