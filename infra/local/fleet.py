"""The practice fleet: an LLM service whose latency really follows what its SageMaker endpoint says.

It asks which configuration the endpoint has in service, follows it to the model and the model's version, and behaves
like that release. While an update is under way the old configuration is still the one in service, and so is the old
behaviour.
Nobody waits for anything: latencies are drawn and recorded, not slept.

    python -m infra.local.fleet <port> <run's folder>       SageMaker is found by the standard variables
"""

import json
import logging
import random
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from infra.local.clouds import Client
from infra.local.releases import RELEASES, Release
from infra.local.seed import ENDPOINT
from telemetry import Exporter, Outcome, Served

OUTCOMES = tuple(Outcome)
ROUTE = "/v1/chat"
TOKENIZER = "0" * 64
REQUESTS_PER_SECOND = 40
JUDGED_SHARE = 0.1
WEEKLY_BUDGET_USD = 250_000.0
"""What 40 requests a second cost in a week, and a quarter more."""
LOOK_EVERY_SECONDS = 0.25

log = logging.getLogger(__name__)


class Metrics:
    """What the service tells Prometheus, by the exporter that users install."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.exporter = Exporter(self._served(next(iter(RELEASES))), self.registry)
        self.exporter.expect("none", TOKENIZER)
        self.exporter.budget(WEEKLY_BUDGET_USD)
        self.exporter.families.baseline.labels(ENDPOINT, "none", ROUTE).set(0.9)
        self.exporter.families.eval_score.labels(ENDPOINT, "none", "v1", "golden", "f1").set(0.81)
        for feature in ("input_len", "language", "toxicity"):
            self.exporter.drifted(ROUTE, feature, psi=0.04, samples=900)

    def run(self, release: Release) -> None:
        """Say which release is served."""
        if release.version != self.exporter.served.version:
            self.exporter.serve(self._served(release.version))

    @staticmethod
    def _served(version: str) -> Served:
        return Served(ENDPOINT, version, routes=(ROUTE,), tokenizer_sha256=TOKENIZER)

    def record(self, release: Release, chance: random.Random) -> float:
        """Serve one request as this release would."""
        latency = release.draw_latency_ms(chance)
        outcome = Outcome(release.draw_outcome(chance))
        self.exporter.answered(ROUTE, outcome, latency, release.draw_answer(chance))
        if chance.random() < JUDGED_SHARE:
            self.exporter.judged(ROUTE, accepted=chance.random() < release.accepted_share)
        return latency


class Fleet:
    """The service: what it runs, and what it has measured."""

    def __init__(self, find_version: Callable[[], str], chance: random.Random) -> None:
        self.find_version = find_version
        self.chance = chance
        self.metrics = Metrics()
        self.release: Release | None = None

    def look(self) -> None:
        """Follow the endpoint; while it cannot be asked, go on as before."""
        try:
            self.release = RELEASES[self.find_version()]
            self.metrics.run(self.release)
        except (BotoCoreError, ClientError) as error:
            log.warning("cannot ask the endpoint: %s", error)

    def serve(self, requests: int) -> None:
        """Serve some requests of the generated traffic."""
        for _ in range(requests):
            if self.release:
                self.metrics.record(self.release, self.chance)


def version_in_service(sagemaker: Client) -> str:
    """Follow the endpoint to its configuration, the model and the version that model declares."""
    config = sagemaker.describe_endpoint(EndpointName=ENDPOINT)["EndpointConfigName"]
    variant = sagemaker.describe_endpoint_config(EndpointConfigName=config)["ProductionVariants"][0]
    model = sagemaker.describe_model(ModelName=variant["ModelName"])
    return str(model["PrimaryContainer"]["Environment"]["MODEL_VERSION"])


def forever(seconds: float, work: Callable[[], None]) -> None:
    """Do something again and again on a thread that ends with the process."""

    def again() -> None:
        while True:
            work()
            time.sleep(seconds)

    threading.Thread(target=again, daemon=True).start()


class Door(BaseHTTPRequestHandler):
    """`/metrics` for Prometheus, `/release` for whoever watches, `/invocations` for a request of your own."""

    fleet: ClassVar[Fleet]

    def do_GET(self) -> None:
        """Answer a look."""
        if self.path == "/metrics":
            self._send(generate_latest(self.fleet.metrics.registry), CONTENT_TYPE_LATEST)
        else:
            self._send_json({"version": self.fleet.release.version if self.fleet.release else None})

    def do_POST(self) -> None:
        """Answer a prompt at once, and say how long it would have taken."""
        release = self.fleet.release or next(iter(RELEASES.values()))
        latency = self.fleet.metrics.record(release, self.fleet.chance)
        self._send_json({"completion": "This is practice.", "version": release.version, "latency_ms": round(latency)})

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is the base class's
        """Say nothing: Prometheus looks every second."""

    def _send_json(self, body: dict[str, object]) -> None:
        self._send(json.dumps(body).encode(), "application/json")

    def _send(self, body: bytes, content_type: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main(port: int) -> None:
    """Run the service until somebody ends it."""
    sagemaker = boto3.client("sagemaker")
    fleet = Fleet(lambda: version_in_service(sagemaker), random.Random(7))  # noqa: S311  # traffic, not a secret
    fleet.look()
    forever(LOOK_EVERY_SECONDS, fleet.look)
    forever(0.1, lambda: fleet.serve(REQUESTS_PER_SECOND // 10))
    Door.fleet = fleet
    ThreadingHTTPServer(("127.0.0.1", port), Door).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
