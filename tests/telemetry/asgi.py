"""A tiny ASGI world: one application, one request, everything that was sent."""

import asyncio
from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry

from telemetry import Exporter, Mirror, Served, Telemetry
from telemetry.middleware import Message, Receive, Scope, Send, Write

CHAT = Served("chat", "v7", adapters=("none", "legal"), routes=("/v1/chat",), severe_categories=("minors",))


def an_exporter(served: Served = CHAT, **changes: Any) -> Exporter:  # noqa: ANN401  # whatever the exporter takes
    return Exporter(served, CollectorRegistry(), **changes)


def value(exporter: Exporter, name: str, **labels: str) -> float | None:
    """Sum what Prometheus would see under these labels; None when no such series exists."""
    found = [
        sample.value
        for family in exporter.registry.collect()
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    ]
    return sum(found) if found else None


class Service:
    """Answers as told, filling in what only the serving code knows."""

    def __init__(self, status: int = 200, trouble: BaseException | None = None, **knows: Any) -> None:  # noqa: ANN401  # fields of Answer
        self.status, self.trouble, self.knows = status, trouble, knows
        self.scope: Scope = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        await receive()
        for name, one in self.knows.items():
            setattr(scope["telemetry"], name, one)
        if self.trouble:
            raise self.trouble
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})


def call(
    service: Service,
    exporter: Exporter,
    *,
    headers: Mapping[str, str] | None = None,
    path: str = "/v1/chat",
    write: Write | None = None,
    mirror: Mirror | None = None,
) -> list[Message]:
    """Send one request through the middleware and wait until nothing is left to do."""
    return asyncio.run(_call(Telemetry(service, exporter, write, mirror), headers or {}, path))


async def _call(app: Telemetry, headers: Mapping[str, str], path: str) -> list[Message]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b'{"prompt": "hello"}', "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    encoded = [(name.encode(), text.encode()) for name, text in headers.items()]
    await app({"type": "http", "path": path, "headers": encoded}, receive, send)
    await asyncio.sleep(0)
    await asyncio.sleep(0.01)
    return sent
