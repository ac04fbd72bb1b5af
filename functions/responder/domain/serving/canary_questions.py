"""What is asked of Prometheus about a canary: the same series as the alert rules, for one version and one window."""

from collections.abc import Mapping
from datetime import timedelta

from responder.domain.duration import write_duration
from responder.domain.serving.rule import quote, select
from responder.domain.serving.service_level import ServiceLevel

BAD = 'outcome!~"ok|client_error"'
COUNTED = 'outcome!="client_error"'


def questions(level: ServiceLevel, series: Mapping[str, str], version: str, window: timedelta) -> dict[str, str]:
    """Return the queries by what they measure; the version is a value, whatever it holds."""
    its, others = f"version={quote(version)}", f"version!={quote(version)}"

    def grown(name: str, *matchers: str) -> str:
        return f"sum(increase({select(name, series, *matchers)}[{write_duration(window)}]))"

    requests = grown("infer_latency_ms_count", its)
    asked = {
        "requests": requests,
        "failed": f"{grown('infer_requests_total', its, BAD)} / {grown('infer_requests_total', its, COUNTED)}",
        "unsafe": f"{grown('safety_violations_total', its)} / {requests}",
        "severe": f"{grown('safety_severe_violations_total', its)} or vector(0)",
        "price": f"1000 * {grown('infer_cost_usd_total', its)} / {grown('infer_tokens_total', its)}",
        "control_price": f"1000 * {grown('infer_cost_usd_total', others)} / {grown('infer_tokens_total', others)}",
    }
    if level.latency:
        edge = rf'le=~"{level.latency.p95_ms:g}(\\.0)?"'
        asked["slow"] = f"1 - {grown('infer_latency_ms_bucket', its, edge)} / {requests}"
    return asked
