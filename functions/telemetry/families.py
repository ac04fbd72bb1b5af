"""The metric families, with their labels; the alert rules and dashboards ask for exactly these names."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

EDGES_MS = (25, 50, 100, 200, 300, 400, 600, 800, 1000, 1200, 1500, 2000, 3000, 5000, 10000, 30000, 60000)
"""With an edge at each target of the service levels, so that the share above it is exact."""

WHERE = ("model", "adapter", "route", "version")


class Families:
    """All of them; prometheus_client adds `_total` to the name of a counter."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, says: str, *labels: str) -> Counter:
            return Counter(name, says, labels, registry=registry)

        def gauge(name: str, says: str, *labels: str) -> Gauge:
            return Gauge(name, says, labels, registry=registry)

        self.latency = Histogram(
            "infer_latency_ms", "Latency to the last byte.", WHERE, buckets=EDGES_MS, registry=registry
        )
        self.requests = counter("infer_requests", "Requests by how they ended.", *WHERE, "outcome")
        self.tokens = counter("infer_tokens", "Tokens read and written.", *WHERE, "kind")
        self.cost = counter("infer_cost_usd", "What answering cost.", *WHERE)
        self.cache_hits = counter("infer_cache_hits", "Requests answered from a cache.", *WHERE)
        self.violations = counter("safety_violations", "Requests with at least one safety violation.", *WHERE)
        self.severe = counter("safety_severe_violations", "Violations of a severe category.", *WHERE, "category")
        self.judged = counter("infer_judged", "Answers somebody judged.", *WHERE, "dataset")
        self.accepted = counter("infer_accepted", "Judged answers that were accepted.", *WHERE, "dataset")
        self.baseline = gauge(
            "infer_acceptance_baseline_ratio", "Acceptance at the last good release.", "model", "adapter", "route"
        )
        self.eval_score = gauge(
            "infer_eval_score", "Score of an evaluation run.", "model", "adapter", "version", "dataset", "measure"
        )
        self.psi = gauge("infer_input_psi", "Distance of a feature from its baseline.", "model", "route", "feature")
        self.psi_samples = gauge(
            "infer_input_psi_samples", "Samples behind that distance.", "model", "route", "feature"
        )
        self.model_info = gauge(
            "infer_model_info", "What is served.", "model", "adapter", "version", "base_sha256", "tokenizer_sha256"
        )
        self.expected_info = gauge(
            "infer_model_expected_info", "What should be served.", "model", "adapter", "tokenizer_sha256"
        )
        self.load_failures = counter(
            "infer_adapter_load_failures", "Adapters that could not be loaded.", "model", "adapter", "reason"
        )
        self.spent = gauge("infer_cost_week_to_date_usd", "Spent since Monday 00:00 UTC.", "model")
        self.budget = gauge("infer_weekly_budget_usd", "What a week may cost.", "model")
        self.mirrored = counter("infer_mirrored", "Requests copied to a shadow candidate.", "model", "outcome")
        self.lost = counter("infer_trace_records_lost", "Trace records that could not be written.", "model")
        self.train_cost = counter("train_cost_usd", "What training cost.", "model")
        self.train_tokens = counter("train_tokens", "Tokens trained on.", "model")
