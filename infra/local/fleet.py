"""The practice fleet: LLM services that really get slow, unsafe or expensive because of what their targets say.

Each asks the clouds how its endpoint, alias, usage plan or registry stands, and behaves as its game-day scenario says
such a service would. While an endpoint is being updated the old configuration is still the one in service, and so is
the old behaviour. Nobody waits for anything: latencies are drawn and recorded, not slept.

    python -m infra.local.fleet <port> <run's folder>       SageMaker is found by the standard variables
"""

import json
import sys
import threading
import time
from collections.abc import Callable, Mapping
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import boto3
from prometheus_client import CONTENT_TYPE_LATEST

from infra.local.eyes import Eyes
from infra.local.replicas import instances
from infra.local.service import Service
from infra.local.troupe import ALWAYS_ON, read_targets, troupe
from infra.local.workers import workers
from responder.domain.target import Target

LOOK_EVERY_SECONDS = 0.25
SERVE_EVERY_SECONDS = 0.1
WORK_EVERY_SECONDS = 0.5


class Fleet(dict[str, Service]):
    """The services by name."""

    def look(self) -> None:
        """Let each look around."""
        for service in self.values():
            service.look()

    def serve(self) -> None:
        """Let each serve what came in."""
        for service in self.values():
            service.serve()


def forever(seconds: float, work: Callable[[], None]) -> None:
    """Do something again and again on a thread that ends with the process."""

    def again() -> None:
        while True:
            work()
            time.sleep(seconds)

    threading.Thread(target=again, daemon=True).start()


class Door(BaseHTTPRequestHandler):
    """What can be asked of a service, and told to it.

    GET  /services/<name>              how it is
    GET  /services/<name>/metrics      for Prometheus; /services/<name>/metrics/<instance> where there are several
    POST /services/<name>/invocations  a request of your own
    POST /services/<name>/wake         people use it from now on
    POST /services/<name>/clock        {"minute", "rate", "until"}: its scenario begins
    POST /services/<name>/leave        what stands now is what people wanted
    POST /services/<name>/spend        {"share"}: so much of the week's budget was spent before
    POST /services/<name>/end          its scenario is over
    """

    fleet: ClassVar[Fleet]

    def do_GET(self) -> None:
        """Answer a look."""
        service, asked = self._asked()
        what, _, instance = asked.partition("/")
        if service and what == "metrics":
            told = service.exposed(instance)
            self._send(200 if told is not None else 404, told or b"", CONTENT_TYPE_LATEST)
        else:
            self._send_json(service.facts if service else {"services": list(self.fleet)})

    def do_POST(self) -> None:
        """Do what is told."""
        service, asked = self._asked()
        if service is None or asked not in ORDERS:
            self._send(404, b"{}", "application/json")
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._send_json(ORDERS[asked](service, json.loads(body or b"{}")))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is the base class's
        """Say nothing: Prometheus looks every second."""

    def _asked(self) -> tuple[Service | None, str]:
        _, _, rest = self.path.partition("/services/")
        name, _, asked = rest.partition("/")
        return self.fleet.get(name), asked

    def _send_json(self, body: Mapping[str, object]) -> None:
        self._send(200, json.dumps(body).encode(), "application/json")

    def _send(self, status: int, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _invoke(service: Service, _: dict[str, float]) -> Mapping[str, object]:
    """Answer a prompt at once, and say how long it would have taken."""
    latency = service.metrics.record(service.health)
    return {"completion": "This is practice.", "version": service.stand.runs, "latency_ms": round(latency)}


def _wake(service: Service, _: dict[str, float]) -> Mapping[str, object]:
    service.wake()
    return service.facts


def _begin(service: Service, told: dict[str, float]) -> Mapping[str, object]:
    service.begin(told["minute"], told["rate"], told.get("until"))
    return service.facts


def _leave(service: Service, _: dict[str, float]) -> Mapping[str, object]:
    service.leave()
    return service.facts


def _spend(service: Service, told: dict[str, float]) -> Mapping[str, object]:
    service.spend(told["share"])
    return service.facts


def _end(service: Service, _: dict[str, float]) -> Mapping[str, object]:
    service.end()
    return service.facts


ORDERS: Mapping[str, Callable[[Service, dict[str, float]], Mapping[str, object]]] = {
    "invocations": _invoke,
    "wake": _wake,
    "clock": _begin,
    "leave": _leave,
    "spend": _spend,
    "end": _end,
}


def recruit(targets: tuple[Target, ...], eyes: Eyes) -> Fleet:
    """Make a service of each target, which behaves as the scenario it plays says."""
    played = troupe()
    return Fleet(
        {
            target.name: Service(
                target.name,
                played[target.name].behaves,
                lambda target=target: eyes.look(target.touch),  # type: ignore[misc]  # bound now, as the loop moves on
                instances(target.touch),
                awake=target.name == ALWAYS_ON,
                busy=target.name == ALWAYS_ON,
            )
            for target in targets
        }
    )


def main(port: int, folder: Path) -> None:
    """Run the services until somebody ends them."""
    targets = read_targets(folder / "runbooks" / "services.yaml")
    fleet = recruit(targets, Eyes(cache(boto3.client)))
    fleet.look()
    forever(LOOK_EVERY_SECONDS, fleet.look)
    forever(SERVE_EVERY_SECONDS, fleet.serve)
    for worker in workers(fleet, targets, lambda: boto3.client("sqs")):
        forever(WORK_EVERY_SECONDS, worker.work)
    Door.fleet = fleet
    ThreadingHTTPServer(("127.0.0.1", port), Door).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
