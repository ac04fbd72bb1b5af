"""Rules about requests that fail: the error budget, and calls that run into their deadline."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from responder.domain.duration import write_duration
from responder.domain.failure_mode import FailureMode
from responder.domain.serving.rule import Alarm, Group, Record, Rule, select, series
from responder.domain.serving.service_level import Availability, Below, ServiceLevel

WHY = """
    The factors are for a budget of seven days: 8 % of it spent in 1h is 13.44 times too fast, 12.5 % in 6h is 3.5 times
    (both page), 20 % in 1d is 1.4 times and 42 % in 3d is 0.98 times (both ticket). The short window beside each long
    one ends the alert soon after the errors do; the floor of 100 requests keeps a quiet night quiet.
    A caller's own mistake (client_error) is neither a failure nor a request here; being throttled is a failure.
"""
BY = "model, route"
WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
FAST = ((13.44, "1h", "5m"), (3.5, "6h", "30m"))
SLOW = ((1.4, "1d", "2h"), (0.98, "3d", "6h"))
FLOOR = 100
BAD = 'outcome!~"ok|client_error"'
COUNTED = 'outcome!="client_error"'


def availability(levels: Iterable[ServiceLevel]) -> Group:
    alarms: list[Rule] = []
    for level in levels:
        if level.availability:
            alarms += _budget(level, level.availability)
        if level.timeouts:
            alarms.append(_timeouts(level, level.timeouts))
        if not level.match or level.pods:
            alarms += _gateways(level)
    return Group("availability", WHY, (*_recorded(), *alarms))


def _recorded() -> Iterator[Rule]:
    for window in WINDOWS:
        yield Record(f"infer:errors:ratio_rate{window}", _ratio("rate", window))
    for window in sorted({long for _, long, _ in (*FAST, *SLOW)}, key=WINDOWS.index):
        yield Record(
            f"infer:requests:increase{window}", f"sum by ({BY}) (increase(infer_requests_total{{{COUNTED}}}[{window}]))"
        )
    yield Record("infer:availability:ratio_7d", f"1 - {_ratio('increase', '7d')}")


def _ratio(function: str, window: str) -> str:
    bad, counted = (f"sum by ({BY}) ({function}(infer_requests_total{{{one}}}[{window}]))" for one in (BAD, COUNTED))
    return f"{bad}\n  / {counted}"


def _budget(level: ServiceLevel, target: Availability) -> Iterator[Rule]:
    budget, promised = f"{target.budget:g}", f"{target.at_least * 100:g} %"
    availability_7d = series("infer:availability:ratio_7d", level)
    yield Record("infer:error_budget:left_ratio", f"1 - (1 - {availability_7d}) / {budget}")
    yield Alarm(
        "LLMErrorBudgetBurn",
        _burns(level, FAST, budget),
        "page",
        FailureMode.ERROR_RATE,
        "{{ $value | humanizePercentage }} of the requests to {{ $labels.model }} fail",
        f"""Requests to {{{{ $labels.model }}}} on {{{{ $labels.route }}}} fail so often that the week's error budget
        ({promised}) would be gone within hours to two days.""",
        pending=timedelta(minutes=2),
        keeps=level.sustained,
        names_mode=False,
        labels=level.labels,
    )
    yield Alarm(
        "LLMErrorBudgetLeak",
        _burns(level, SLOW, budget),
        "ticket",
        FailureMode.ERROR_RATE,
        "{{ $value | humanizePercentage }} of the requests to {{ $labels.model }} fail, a little for a long time",
        f"""Requests to {{{{ $labels.model }}}} on {{{{ $labels.route }}}} fail at a rate that spends the week's error
        budget ({promised}) before the week is over.""",
        pending=timedelta(minutes=15),
        names_mode=False,
        labels=level.labels,
    )
    yield _sustained(level, budget, promised)
    yield Alarm(
        "LLMErrorBudgetSpent",
        f"""
        {select("infer:error_budget:left_ratio", level.match)} < 0
          and on ({BY}) infer:requests:increase3d >= {FLOOR}
        """,
        "ticket",
        FailureMode.ERROR_RATE,
        "{{ $labels.model }} has spent its error budget of seven days",
        f"""Over the last seven days {{{{ $labels.model }}}} on {{{{ $labels.route }}}} answered fewer than {promised}
        of its requests well: stop risky changes until it recovers.""",
        pending=timedelta(hours=1),
        names_mode=False,
        labels=level.labels,
    )


def _burns(level: ServiceLevel, pairs: Iterable[tuple[float, str, str]], budget: str) -> str:
    return "\nor\n".join(
        f"({series(f'infer:errors:ratio_rate{long}', level)} > {factor} * {budget}\n"
        f"  and {series(f'infer:errors:ratio_rate{short}', level)} > {factor} * {budget}\n"
        f"  and infer:requests:increase{long} >= {FLOOR})"
        for factor, long, short in pairs
    )


def _sustained(level: ServiceLevel, budget: str, promised: str) -> Alarm:
    """At three nines one failure in a few hundred requests is chance, so a handful is asked for."""
    failed = f"increase({series('infer_requests_total', level, BAD)}[5m])"
    return Alarm(
        "LLMErrorRate",
        f"""
        {series("infer:errors:ratio_rate5m", level)} > {budget}
          and on ({BY}) sum by ({BY}) ({failed}) >= 3
        """,
        "ticket",
        FailureMode.ERROR_RATE,
        f"{{{{ $value | humanizePercentage }}}} of the requests to {{{{ $labels.model }}}} fail; target {promised}",
        f"""For {write_duration(level.sustained)} more requests to {{{{ $labels.model }}}} on {{{{ $labels.route }}}}
        have failed than the promised {promised} leaves room for.""",
        pending=level.sustained,
        names_mode=False,
        labels=level.labels,
    )


def _timeouts(level: ServiceLevel, target: Below) -> Alarm:
    late, every = (
        f"sum by ({BY}) (rate({series('infer_requests_total', level, *m)}[5m]))" for m in (['outcome="timeout"'], [])
    )
    return Alarm(
        "LLMRequestTimeouts",
        f"""
        {late}
          / {every} > {target.below:g}
          and on ({BY}) {every} > 0.1
        """,
        "page",
        FailureMode.API_TIMEOUT,
        "{{ $value | humanizePercentage }} of the requests to {{ $labels.model }} run into their deadline",
        f"""More than {target.below * 100:g} % of the requests to {{{{ $labels.model }}}} on {{{{ $labels.route }}}}
        time out; their callers got nothing and will probably ask again.""",
        pending=level.sustained,
        keeps=level.sustained,
        names_mode=False,
        labels=level.labels,
    )


GATEWAYS = (  # who counts, its label for the upstream, requests that timed out, all requests
    ("nginx", "ingress", 'nginx_ingress_controller_requests{status=~"499|504"}', "nginx_ingress_controller_requests"),
    ("envoy", "envoy_cluster_name", "envoy_cluster_upstream_rq_timeout", "envoy_cluster_upstream_rq_total"),
    (
        "litellm",
        "requested_model",
        'litellm_proxy_failed_requests_metric_total{exception_class=~".*Timeout.*"}',
        "litellm_proxy_total_requests_metric_total",
    ),
)


def _gateways(level: ServiceLevel) -> Iterator[Alarm]:
    """A gateway sees the calls that never reach the exporter; what it calls its upstream is taken for the model."""
    for who, label, late, every in GATEWAYS:
        yield Alarm(
            "LLMGatewayTimeouts",
            f"""
            label_replace(
              sum by ({label}) (rate({late}[5m]))
                / sum by ({label}) (rate({every}[5m])) > 0.01,
              "model", "$1", "{label}", "(.+)")
            """,
            "ticket",
            FailureMode.API_TIMEOUT,
            f"{{{{ $value | humanizePercentage }}}} of the requests through {who} to {{{{ $labels.model }}}} time out",
            f"{who} gives up on more than 1 % of the requests, or their callers do.",
            pending=level.sustained,
            names_mode=False,
            labels={"seen_by": who, **level.labels},
        )
