"""How the simulated service is, and what Prometheus would say of it.

What it runs and how much it lets in decide how it is; the scenario says how. The answers are those to the queries
of the shipped runbooks; a question nobody foresaw has no series, as in a real Prometheus.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from responder.adapters.in_memory import InMemoryMetrics
from responder.domain.evidence import Sample

TRAFFIC = 5.0  # requests per second
JUDGED = 500.0  # answers that were judged, far above any floor


@dataclass(frozen=True)
class Health:
    """How the service is in one minute; what is not said is well."""

    p95: float = 0.3
    failing: float = 0.0
    unsafe: float = 0.0
    acceptance: float = 1.0
    burn: float = 0.8
    mismatched: float = 0.0

    @property
    def bad(self) -> bool:
        slow, wrong = self.p95 > 1.2, self.acceptance < 0.97 or self.mismatched > 0  # noqa: PLR2004  # the runbooks' own limits
        return slow or wrong or self.failing > 0.01 or self.unsafe > 0.001 or self.burn > 1.2  # noqa: PLR2004  # as above


_ANSWERS: tuple[tuple[str, Callable[[Health], float]], ...] = (
    ("histogram_quantile", lambda h: h.p95),
    ("safety_violations_total", lambda h: h.unsafe),
    ("infer_accepted_total", lambda h: h.acceptance),
    ("infer_judged_total", lambda _: JUDGED),
    ("infer_cost_usd_total", lambda h: h.burn),
    ("infer_model_expected_info", lambda h: h.mismatched),
    ("count(infer_model_info", lambda _: 1.0),
    ('outcome!~"ok|client_error"', lambda h: h.failing),
    ('outcome="', lambda _: 0.0),
    ("sum(rate(infer_latency_ms_count", lambda _: TRAFFIC),
    ("sum(rate(infer_requests_total{", lambda _: TRAFFIC),
)


@dataclass
class Fleet(InMemoryMetrics):
    """Prometheus over the simulated service."""

    health: Callable[[], Health] = field(default=Health)

    def query(self, expression: str, at: datetime) -> list[Sample]:
        super().query(expression, at)
        answer = next((answer for part, answer in _ANSWERS if part in expression), None)
        return [Sample({}, answer(self.health()))] if answer else []
