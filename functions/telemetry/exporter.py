"""The metrics our alert rules are made for.

A share whose counter does not exist yet is empty and not 0, so everything that may be counted exists from the
start: each outcome, and the failures that have not happened. Routes are a closed list: a path that a caller
invents is `other`, or every scan of the web would be a thousand new series.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from prometheus_client import REGISTRY, CollectorRegistry, disable_created_metrics

from telemetry.answer import Answer, Outcome
from telemetry.families import Families

OTHER = "other"
LOAD_FAILURES = ("not_found", "rank", "base_mismatch", "weights", "other")


@dataclass(frozen=True)
class Served:
    """What this process serves."""

    model: str
    version: str = "unknown"
    adapters: tuple[str, ...] = ("none",)
    routes: tuple[str, ...] = ("/v1/chat/completions", "/v1/completions")
    base_sha256: str = ""
    tokenizer_sha256: str = ""
    severe_categories: tuple[str, ...] = ()


class Exporter:
    """Counts answers; one per process, safe to use from several threads."""

    def __init__(
        self,
        served: Served,
        registry: CollectorRegistry = REGISTRY,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the one function there without types
        self.registry = registry
        self.families = Families(registry)
        self._now = now
        self._week = monday_of(now())
        self.serve(served)

    def serve(self, served: Served) -> None:
        """Say what is served from now on, and let everything that may be counted exist."""
        self.families.model_info.clear()
        self.served = served
        self.routes = frozenset(served.routes)
        self.families.spent.labels(served.model)
        for adapter in served.adapters:
            info = (served.model, adapter, served.version, served.base_sha256, served.tokenizer_sha256)
            self.families.model_info.labels(*info).set(1)
            for reason in LOAD_FAILURES:
                self.families.load_failures.labels(served.model, adapter, reason)
            for route in (*served.routes, OTHER):
                self._begin(adapter, route)

    def _begin(self, adapter: str, route: str) -> None:
        where = (self.served.model, adapter, route, self.served.version)
        families = self.families
        for outcome in Outcome:
            families.requests.labels(*where, outcome)
        for family in (families.latency, families.cost, families.violations, families.cache_hits):
            family.labels(*where)
        for kind in ("input", "output"):
            families.tokens.labels(*where, kind)
        for category in self.served.severe_categories:
            families.severe.labels(*where, category)

    def answered(self, route: str, outcome: Outcome, latency_ms: float, answer: Answer) -> None:
        """Count one request; a request with several violations is one unsafe request."""
        where = (self.served.model, self.adapter(answer), self.route(route), self.served.version)
        families = self.families
        families.latency.labels(*where).observe(latency_ms)
        families.requests.labels(*where, outcome).inc()
        families.tokens.labels(*where, "input").inc(answer.input_len)
        families.tokens.labels(*where, "output").inc(answer.output_len)
        if answer.cost_usd:
            families.cost.labels(*where).inc(answer.cost_usd)
            self.spend(answer.cost_usd)
        if answer.cache_hit:
            families.cache_hits.labels(*where).inc()
        if answer.safety_flags or answer.severe_flags:
            families.violations.labels(*where).inc()
        for category in answer.severe_flags:
            families.severe.labels(*where, category).inc()

    def judged(self, route: str, adapter: str = "none", dataset: str = "live", *, accepted: bool) -> None:
        """Count a person's or a judge's opinion of one answer."""
        where = (self.served.model, adapter, self.route(route), self.served.version, dataset)
        self.families.judged.labels(*where).inc()
        self.families.accepted.labels(*where).inc(1 if accepted else 0)

    def drifted(self, route: str, feature: str, psi: float, samples: int) -> None:
        """Publish how far a feature of the inputs is from its baseline, and how many samples say so."""
        self.families.psi.labels(self.served.model, self.route(route), feature).set(psi)
        self.families.psi_samples.labels(self.served.model, self.route(route), feature).set(samples)

    def expect(self, adapter: str, tokenizer_sha256: str) -> None:
        """Publish what the registry says should be loaded; without it nothing is compared."""
        self.families.expected_info.labels(self.served.model, adapter, tokenizer_sha256).set(1)

    def failed_to_load(self, adapter: str, reason: str) -> None:
        known = reason if reason in LOAD_FAILURES else "other"
        self.families.load_failures.labels(self.served.model, adapter, known).inc()

    def budget(self, usd: float) -> None:
        """Publish what a week may cost."""
        self.families.budget.labels(self.served.model).set(usd)

    def spend(self, usd: float) -> None:
        """Add to the week, which begins on Monday 00:00 UTC; after a restart say what was spent before it."""
        spent = self.families.spent.labels(self.served.model)
        if (week := monday_of(self._now())) != self._week:
            self._week = week
            spent.set(0)
        spent.inc(usd)

    def route(self, path: str) -> str:
        return path if path in self.routes else OTHER

    def adapter(self, answer: Answer) -> str:
        """A name a caller made up must not become a series."""
        return answer.adapter if answer.adapter in self.served.adapters else OTHER


def monday_of(moment: datetime) -> datetime:
    day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())
