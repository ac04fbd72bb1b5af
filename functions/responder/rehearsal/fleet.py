"""How a service of a game day is, and what Prometheus would say of it where there is none.

What it runs and how much it lets in decide how it is; the scenario says how. The answers are those to the queries
of the shipped runbooks; a question nobody foresaw has no series, as in a real Prometheus.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from responder.adapters.in_memory import InMemoryMetrics
from responder.domain.evidence import Sample
from responder.domain.touch import TouchKind

TRAFFIC = 5.0  # requests per second
JUDGED = 500.0  # answers that were judged, far above any floor


class Sight(Protocol):
    """What a service behaves by, on the simulated clock as in the practice cloud: the time, and what may be touched."""

    @property
    def minute(self) -> int:
        """The minute of the scenario; everything begins at `BREAKS_AT`."""

    @property
    def runs(self) -> str:
        """The release in service."""

    def says(self, kind: TouchKind) -> Mapping[str, str]:
        """What the thing of this kind stands at, in the words of its lever."""


@dataclass(frozen=True)
class Health:
    """How the service is in one minute; what is not said is well."""

    p95: float = 0.3
    failing: float = 0.0
    unsafe: float = 0.0
    acceptance: float = 1.0
    burn: float = 0.8
    mismatched: float = 0.0
    killed: float = 0.0
    timeouts: float = 0.0
    unloaded: float = 0.0
    drifted: float = 0.0
    strange: float = 0.0
    loads: Mapping[str, float] = field(default_factory=dict)

    @property
    def uneven(self) -> float:
        """How much the busiest shard does, against the mean; one that does nothing is left out, as on the page."""
        loads = self.loads.values()
        return max(loads) * (len(loads) - (min(loads) == 0)) / sum(loads) if any(loads) else 1.0

    @property
    def lost(self) -> float:
        """The share of requests that got no answer: a time-out is a failure too."""
        return self.failing + self.timeouts

    @property
    def bad(self) -> bool:
        slow, wrong = self.p95 > 1.2, self.acceptance < 0.97 or self.mismatched > 0  # noqa: PLR2004  # the runbooks' own limits
        broken = self.failing > 0.01 or self.killed + self.unloaded > 0 or self.timeouts > 0.01 or self.uneven > 1.5  # noqa: PLR2004  # as above
        wrong = wrong or self.drifted > 0.2 or self.strange > 0  # noqa: PLR2004  # as above
        return slow or wrong or broken or self.unsafe > 0.001 or self.burn > 1.2  # noqa: PLR2004  # as above


_ANSWERS: tuple[tuple[str, Callable[[Health], float]], ...] = (
    ("histogram_quantile", lambda h: h.p95),
    ("max(sum by (instance) (rate(infer_latency_ms_count", lambda h: h.uneven),
    ("OOMKilled", lambda h: h.killed),
    ("increase(infer_adapter_load_failures_total", lambda h: h.unloaded),
    ("safety_violations_total", lambda h: h.unsafe),
    ("infer_input_psi_samples", lambda _: JUDGED),
    ("infer_input_psi", lambda h: h.drifted),
    ("infer_accepted_total", lambda h: h.acceptance),
    ("infer_judged_total", lambda _: JUDGED),
    ("infer_cost_usd_total", lambda h: h.burn),
    ("infer_model_expected_info", lambda h: h.mismatched),
    ("count(infer_model_info", lambda _: 1.0),
    ("/ sum(rate(infer_requests_total{outcome!~", lambda h: h.timeouts / h.lost if h.lost else math.nan),
    ('outcome!~"ok|client_error"', lambda h: h.lost),
    ('outcome="timeout"', lambda h: h.timeouts),
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
        if expression.startswith("sum by (instance)"):
            return [Sample({"instance": shard}, load) for shard, load in self.health().loads.items()]
        answer = next((answer for part, answer in _ANSWERS if part in expression), None)
        return [Sample({}, answer(self.health()))] if answer else []
