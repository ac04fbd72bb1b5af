"""The ASGI middleware: measures each request, writes its trace record, mirrors a share of them.

    app = Telemetry(app, Exporter(Served(model="chat", version="v7")), write=queue.put_nowait)

The serving code fills in what only it knows: `scope["telemetry"].output_len = 120`. Nothing that breaks in here is
felt by a caller: a record that cannot be written is counted and dropped.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from telemetry.answer import Answer, Outcome, outcome_of
from telemetry.exporter import Exporter
from telemetry.mirror import Mirror
from telemetry.trace_context import TraceContext, begin
from telemetry.trace_record import TraceRecord

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Write = Callable[[TraceRecord], None]


@dataclass
class _Request:
    """What is being measured."""

    context: TraceContext
    answer: Answer
    began: float
    status: int = 500
    keep_body: bool = False
    body: list[bytes] = field(default_factory=list)


class Telemetry:
    """Wraps an ASGI application; everything that is not HTTP passes through."""

    def __init__(self, app: App, exporter: Exporter, write: Write | None = None, mirror: Mirror | None = None) -> None:
        self.app, self.exporter, self.write, self.mirror = app, exporter, write, mirror

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = self._begin(scope)
        outcome = Outcome.SERVER_ERROR
        try:
            await self.app(scope, _heard(receive, request), _said(send, request))
            outcome = outcome_of(request.status)
        except asyncio.CancelledError:
            outcome = Outcome.TIMEOUT  # the caller went away, or the server's own deadline was reached
            raise
        finally:
            self._end(scope, request, outcome)

    def _begin(self, scope: Scope) -> _Request:
        context = begin(_header(scope, b"traceparent"))
        scope["telemetry"] = answer = Answer()
        scope["trace_context"] = context
        mirrored = bool(self.mirror and self.mirror.wants(context))
        return _Request(context, answer, time.perf_counter(), keep_body=mirrored)

    def _end(self, scope: Scope, request: _Request, outcome: Outcome) -> None:
        latency_ms = (time.perf_counter() - request.began) * 1000
        self.exporter.answered(scope["path"], outcome, latency_ms, request.answer)
        self._write(scope, request, outcome, latency_ms)
        if self.mirror and request.keep_body and outcome is Outcome.OK:
            kind = _header(scope, b"content-type") or "application/json"
            self.mirror.send(scope["path"], kind, b"".join(request.body), request.context, self._mirrored)

    def _write(self, scope: Scope, request: _Request, outcome: Outcome, latency_ms: float) -> None:
        if self.write is None:
            return
        try:
            self.write(self._record(scope, request, outcome, latency_ms))
        except Exception:  # a full queue, an odd length: the caller has the answer and must keep it
            self.exporter.families.lost.labels(self.exporter.served.model).inc()

    def _record(self, scope: Scope, request: _Request, outcome: Outcome, latency_ms: float) -> TraceRecord:
        answer, served = request.answer, self.exporter.served
        return TraceRecord(
            at=datetime.now(UTC),
            trace_id=request.context.trace_id,
            span_id=request.context.span_id,
            model_id=served.model,
            adapter_id=answer.adapter,
            version=served.version,
            route=self.exporter.route(scope["path"]),
            outcome=outcome,
            input_len=answer.input_len,
            output_len=answer.output_len,
            latency_ms=round(latency_ms, 3),
            cache_hit=answer.cache_hit,
            safety_flags=(*answer.safety_flags, *answer.severe_flags),
            cost_usd=answer.cost_usd,
            user_hash=answer.user_hash,
            language=answer.language,
            toxicity=answer.toxicity,
            shadow=_header(scope, b"x-shadow") == "1",
        )

    def _mirrored(self, outcome: str) -> None:
        self.exporter.families.mirrored.labels(self.exporter.served.model, outcome).inc()


def _heard(receive: Receive, request: _Request) -> Receive:
    if not request.keep_body:
        return receive

    async def heard() -> Message:
        message = await receive()
        if message["type"] == "http.request":
            request.body.append(message.get("body", b""))
        return message

    return heard


def _said(send: Send, request: _Request) -> Send:
    async def said(message: Message) -> None:
        if message["type"] == "http.response.start":
            request.status = message["status"]
        await send(message)

    return said


def _header(scope: Scope, name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), None)
