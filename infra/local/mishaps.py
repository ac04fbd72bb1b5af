"""What befalls the processes of a service, and who counts it: kills for memory, adapters that do not load, a lamp.

Kubernetes counts kills (kube-state-metrics, with `model` given to its series as they are scraped), the exporter counts
adapters. The lamp is a metric of the team's own, for which nobody wrote a page.
"""

from datetime import timedelta

from prometheus_client import Counter, Gauge

from infra.local.scaling import SPEEDUP
from responder.rehearsal.fleet import Health
from telemetry import Exporter

KILLS_COUNTED_OVER = timedelta(minutes=10) / SPEEDUP
"""Over how long the rules look back for kills, here."""
TRIES_SECONDS = 2.0
"""How often somebody asks each replica for an adapter that does not load."""
DOES_NOT_FIT = "rank"
POD = ("namespace", "pod", "container", "model")


class Mishaps:
    """Befalls a service as its health says; the adapter goes by the name of its model."""

    def __init__(self, model: str, exporter: Exporter) -> None:
        self._exporter, self._adapter = exporter, model
        self._owed: dict[str, float] = {}
        registry, pod = exporter.registry, ("practice", f"{model}-0", "vllm", model)
        state = "kube_pod_container_status"
        self._restarts = Counter(f"{state}_restarts", "Times it was begun anew.", POD, registry=registry).labels(*pod)
        reasons = Gauge(f"{state}_last_terminated_reason", "Why it ended.", (*POD, "reason"), registry=registry)
        self._out_of_memory = reasons.labels(*pod, "OOMKilled")
        lamps = Gauge("team_lamp_is_red", "What nobody wrote a page for.", ("model",), registry=registry)
        self._lamp = lamps.labels(model)
        exporter.families.load_failures.labels(model, self._adapter, DOES_NOT_FIT)

    def befall(self, health: Health, passed: float) -> None:
        """Let so many seconds pass in this health."""
        self._lamp.set(health.strange)
        for _ in range(self._due("killed", health.killed, passed / KILLS_COUNTED_OVER.total_seconds())):
            self._restarts.inc()
            self._out_of_memory.set(1)
        for _ in range(self._due("unloaded", health.unloaded, passed / TRIES_SECONDS)):
            self._exporter.failed_to_load(self._adapter, DOES_NOT_FIT)

    def _due(self, what: str, often: float, spans: float) -> int:
        """Tell how many are due by now; the first is as soon as there is a reason."""
        owed = self._owed.get(what, 1.0) + often * spans if often else 1.0
        due = int(owed) if often else 0
        self._owed[what] = owed - due
        return due
