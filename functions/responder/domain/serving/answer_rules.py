"""Rules about what is answered: is it accepted, is it safe, is it still asked the same things."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from responder.domain.failure_mode import FailureMode
from responder.domain.serving.rule import Alarm, Group, Record, series
from responder.domain.serving.service_level import Drift, Quality, Safety, ServiceLevel

QUALITY_WHY = """
    Acceptance is accepted / judged answers. Its baseline is what the exporter was told at the last good release
    (infer_acceptance_baseline_ratio), else the seven days up to yesterday. A drop must be more than chance explains and
    more than a few points, over two windows of half an hour: three sigmas alone raise three false alarms a day on fifty
    healthy series.
"""
SAFETY_WHY = """
    A share of requests, not a rate: rate(safety_violations_total[5m]) > 0.001 would mean 3.6 violations an hour
    whatever the traffic (tests/safety.test.yml shows it). Requests with at least one violation are counted, so the
    share is at most 1; three of them are asked for, because at a true share of one in a thousand already 63 % of all
    windows of 1000 requests hold one.
"""
DRIFT_WHY = """
    The population stability index of a feature against its frozen baseline. Below 500 samples it is noise: healthy
    windows of 100 samples pass 0.2 in 3 % of the cases.
"""
BY = "model, adapter, route"
HALF_AN_HOUR = timedelta(minutes=30)
QUARTER = timedelta(minutes=15)


def quality(levels: Iterable[ServiceLevel]) -> Group:
    judged = [(level, level.quality) for level in levels if level.quality]
    return Group(
        "quality", QUALITY_WHY, (*_acceptance(), *(a for level, target in judged for a in _quality(level, target)))
    )


def safety(levels: Iterable[ServiceLevel]) -> Group:
    share = Record(
        "route:safety_violations:ratio5m",
        f"""
        sum by ({BY}) (rate(safety_violations_total[5m]))
          / sum by ({BY}) (rate(infer_latency_ms_count[5m]))
        """,
    )
    watched = [(level, level.safety) for level in levels if level.safety]
    return Group("safety", SAFETY_WHY, (share, *(a for level, target in watched for a in _safety(level, target))))


def drift(levels: Iterable[ServiceLevel]) -> Group:
    return Group("drift", DRIFT_WHY, tuple(_drift(level, level.drift) for level in levels if level.drift))


def _acceptance() -> Iterator[Record]:
    def ratio(window: str, offset: str = "") -> str:
        parts = (f"sum by ({BY}) (increase(infer_{one}_total[{window}]{offset}))" for one in ("accepted", "judged"))
        return "\n    / ".join(parts)

    yield Record("infer:judged:increase30m", f"sum by ({BY}) (increase(infer_judged_total[30m]))")
    yield Record("infer:acceptance:ratio_30m", ratio("30m"))
    yield Record(
        "infer:acceptance_baseline:ratio",
        f"""
        max by ({BY}) (infer_acceptance_baseline_ratio)
          or {ratio("7d", " offset 1d")}
        """,
    )


def _quality(level: ServiceLevel, target: Quality) -> Iterator[Alarm]:
    enough = f"and on ({BY}) infer:judged:increase30m >= {target.judged_at_least:g}"
    base, now = series("infer:acceptance_baseline:ratio", level), series("infer:acceptance:ratio_30m", level)
    yield Alarm(
        "LLMAcceptanceDrop",
        f"""
        ({base} - {now})
            > {target.drop_sigmas:g} * sqrt({base} * (1 - {base}) / infer:judged:increase30m)
          and ({base} - {now}) > {target.drop_at_least:g}
          {enough}
        """,
        "page",
        FailureMode.QUALITY_REGRESSION,
        "acceptance of {{ $labels.model }} fell by {{ $value | humanizePercentage }} of all answers",
        """Fewer answers of {{ $labels.model }} on {{ $labels.route }} (adapter {{ $labels.adapter }}) are accepted than
        before, by more than chance explains, in two windows in a row.""",
        pending=HALF_AN_HOUR,
        labels=level.labels,
    )
    if target.good_responses_at_least:
        yield _below_target(level, "good responses", f"{now} < {target.good_responses_at_least:g}\n  {enough}")
    for measure in ("exact_match", "f1"):
        wanted = getattr(target, f"{measure}_at_least")
        if wanted:
            score = series("infer_eval_score", level, f'measure="{measure}"')
            yield _below_target(level, measure.replace("_", " "), f"min by (model, adapter) ({score}) < {wanted:g}")


def _below_target(level: ServiceLevel, what: str, expression: str) -> Alarm:
    return Alarm(
        "LLMQualityBelowTarget",
        expression,
        "ticket",
        FailureMode.QUALITY_REGRESSION,
        f"{what} of {{{{ $labels.model }}}}: {{{{ $value | humanizePercentage }}}}, below target",
        f"The {what} of {{{{ $labels.model }}}} (adapter {{{{ $labels.adapter }}}}) is below what was promised.",
        pending=QUARTER,
        labels={"measure": what.replace(" ", "_"), **level.labels},
    )


def _safety(level: ServiceLevel, target: Safety) -> Iterator[Alarm]:
    counted = f"sum by ({BY}) (increase({series('safety_violations_total', level)}[5m]))"
    yield Alarm(
        "LLMSafetyViolations",
        f"""
        {series("route:safety_violations:ratio5m", level)} > {target.below:g}
          and on ({BY}) {counted} >= {target.at_least:g}
        """,
        "page",
        FailureMode.SAFETY_VIOLATION,
        "{{ $value | humanizePercentage }} of the answers of {{ $labels.model }} violate safety",
        f"""More than {target.below * 100:g} % of the requests to {{{{ $labels.model }}}} on {{{{ $labels.route }}}}
        (adapter {{{{ $labels.adapter }}}}) got an answer that the safety classifier flags.""",
        pending=level.sustained,
        keeps=level.sustained,
        labels=level.labels,
    )
    yield Alarm(
        "LLMSevereSafetyViolation",
        f"sum by ({BY}, category) (increase({series('safety_severe_violations_total', level)}[5m])) > 0",
        "page",
        FailureMode.SAFETY_VIOLATION,
        "{{ $labels.model }} gave an answer of the category {{ $labels.category }}",
        "In these categories a single answer is one too many, whatever the share.",
        keeps=level.sustained,
        labels=level.labels,
    )


def _drift(level: ServiceLevel, target: Drift) -> Alarm:
    by = "model, route, feature"
    return Alarm(
        "LLMDataDrift",
        f"""
        max by ({by}) ({series("infer_input_psi", level)}) > {target.psi_below:g}
          and on ({by}) min by ({by}) (infer_input_psi_samples) >= {target.samples_at_least:g}
        """,
        "ticket",
        FailureMode.DATA_DRIFT,
        "what {{ $labels.model }} is asked has changed: {{ $labels.feature }}, PSI {{ $value | humanize }}",
        """The distribution of {{ $labels.feature }} on {{ $labels.route }} is no longer the one {{ $labels.model }} was
        evaluated with: evaluate it again before trusting its quality figures.""",
        pending=QUARTER,
        labels=level.labels,
    )
