"""What Prometheus says of the one service of the simulated world."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from responder.adapters.in_memory import InMemoryMetrics
from responder.domain.evidence import Sample


@dataclass
class Fleet(InMemoryMetrics):
    """Slow or fast by what the target runs; `p95` maps a configuration to seconds, None to no answer.

    While `crowded` says so, it is slow whatever runs; `mismatched` says whether tokenizers differ from the registry's,
    `killed` whether memory has run out, `timeouts` which share of the calls time out, `loads` what each shard does,
    `unloaded` how often an adapter could not be loaded, `accepted` how many answers are, against the baseline.
    """

    running: Callable[[], str] = str
    crowded: Callable[[datetime], bool] = lambda _: False
    mismatched: Callable[[], bool] = lambda: False
    killed: Callable[[], bool] = lambda: False
    timeouts: Callable[[datetime], float] = lambda _: 0.0
    loads: Callable[[datetime], dict[str, float]] = lambda _: {}
    unloaded: Callable[[], float] = lambda: 0.0
    accepted: Callable[[], float | None] = lambda: None
    p95: dict[str, float | None] = field(default_factory=lambda: {"chat-v1": 0.3, "chat-v2": 2.5})
    traffic: float = 5.0

    def query(self, expression: str, at: datetime) -> list[Sample]:
        if told := super().query(expression, at):
            return told
        if expression.startswith("sum by (instance)"):
            return [Sample({"instance": shard}, load) for shard, load in self.loads(at).items()]
        answer = next((answer for part, answer in self._answers if part in expression), None)
        value = answer(at) if answer else None
        return [] if value is None else [Sample({}, value)]

    @property
    def _answers(self) -> tuple[tuple[str, Callable[[datetime], float | None]], ...]:
        """What is answered to a question with this in it; the first counts."""
        return (
            ("histogram_quantile", lambda at: 2.5 if self.crowded(at) else self.p95.get(self.running(), 0.3)),
            ("max(sum by (instance)", self._uneven),
            ("OOMKilled", lambda _: float(self.killed())),
            ("increase(infer_adapter_load_failures_total", lambda _: self.unloaded()),
            ("infer_accepted_total", lambda _: self.accepted()),
            ("infer_judged_total", lambda _: 500.0 if self.accepted() else None),
            ('sum(rate(infer_requests_total{outcome="timeout"', self.timeouts),
            ('outcome!~"ok|client_error"', lambda _: 0.0),
            ("safety_violations_total", lambda _: 0.0),
            ("infer_model_expected_info", lambda _: float(self.mismatched())),
            ("count by (model, tokenizer_sha256)", lambda _: 1.0),
            ("infer_model_info", lambda _: self.traffic),
            ("sum(rate(infer_latency_ms_count", lambda _: self.traffic),
            ("sum(rate(infer_requests_total{model", lambda _: self.traffic),
        )

    def _uneven(self, at: datetime) -> float | None:
        """How much the busiest shard does, against the mean; one that does nothing is left out, as on the page."""
        loads = self.loads(at).values()
        return max(loads) * (len(loads) - (min(loads) == 0)) / sum(loads) if any(loads) else None
