"""Rules about speed: how fast answers come, and whether requests queue."""

from collections.abc import Iterable, Iterator

from responder.domain.duration import write_duration
from responder.domain.failure_mode import FailureMode
from responder.domain.serving.rule import Alarm, Group, Record, Rule, series
from responder.domain.serving.service_level import Latency, ServiceLevel

WHY = """
    The exporter counts milliseconds; everything recorded here is in seconds, so that a threshold in seconds is compared
    with seconds (tests/latency.test.yml shows what happens otherwise). The histogram has an edge at each target, so
    that the share above it is exact; only quantiles are interpolated.
    The floor of traffic keeps a single slow request at night from waking anybody; keep_firing_for keeps one incident
    from becoming five while the latency swings around the target.
"""
BY = "model, adapter, route"


def latency(levels: Iterable[ServiceLevel]) -> Group:
    targets = [(level, level.latency) for level in levels if level.latency]
    shares = [_share_over(edge) for edge in sorted({target.p95_ms for _, target in targets})]
    alarms = [alarm for level, target in targets for alarm in _alarms(level, target)]
    return Group("latency", WHY, (*_recorded(), *shares, *alarms))


def _recorded() -> Iterator[Rule]:
    yield Record("route:infer_requests:rate5m", f"sum by ({BY}) (rate(infer_latency_ms_count[5m]))")
    for quantile in (50, 95):
        yield Record(
            f"route:infer_latency_seconds:p{quantile}_5m",
            f"histogram_quantile(0.{quantile}, sum by (le, {BY}) (rate(infer_latency_ms_bucket[5m]))) / 1000",
        )


def _share_over(edge_ms: float) -> Record:
    """Prometheus 3 writes the edge 1200 as 1200.0."""
    return Record(
        f"route:infer_latency_over_{edge_ms:g}ms:ratio5m",
        rf"""
        1 - sum by ({BY}) (rate(infer_latency_ms_bucket{{le=~"{edge_ms:g}(\\.0)?"}}[5m]))
          / sum by ({BY}) (rate(infer_latency_ms_count[5m]))
        """,
    )


def _alarms(level: ServiceLevel, target: Latency) -> Iterator[Alarm]:
    yield _slow(level, "LLMHighP95", 95, target.p95_ms)
    yield _slow(level, "LLMHighP50", 50, target.p50_ms)


def _slow(level: ServiceLevel, name: str, quantile: int, target_ms: float) -> Alarm:
    seconds, sustained = f"{target_ms / 1000:g}", write_duration(level.sustained)
    measured = series(f"route:infer_latency_seconds:p{quantile}_5m", level)
    return Alarm(
        name,
        f"""
        {measured} > {seconds}
          and on ({BY}) route:infer_requests:rate5m > 0.1
        """,
        "page" if quantile == 95 else "ticket",  # noqa: PLR2004  # the tail is what callers wait for
        FailureMode.LATENCY_SPIKE,
        f"p{quantile} latency of {{{{ $labels.model }}}} is {{{{ $value | humanizeDuration }}}}, target {seconds}s",
        f"""{quantile} % of the requests to {{{{ $labels.model }}}} on {{{{ $labels.route }}}} (adapter
        {{{{ $labels.adapter }}}}) should end within {seconds} s; for {sustained} they have not.""",
        pending=level.sustained,
        keeps=level.sustained,
        names_mode=False,
        labels=level.labels,
    )
