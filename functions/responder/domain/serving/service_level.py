"""What a service promises, as people write it in `service_levels.yaml`.

An entry without `match` speaks for every model and stands alone; several entries name their models, so that
no series is judged twice.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated

from pydantic import ConfigDict, Field

from responder.domain.duration import Duration
from responder.domain.written import Finding, Written, nearest, read_as, read_yaml, refuse

_STRICT = ConfigDict(extra="forbid")
_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
EDGES_MS = (25, 50, 100, 200, 300, 400, 600, 800, 1000, 1200, 1500, 2000, 3000, 5000, 10000, 30000, 60000)
"""Where the exporter's latency histogram has its edges; a share below one of them is exact."""

Share = Annotated[float, Field(gt=0, lt=1)]
Positive = Annotated[float, Field(gt=0)]


@dataclass(frozen=True)
class Latency:
    """Half of the requests within `p50_ms`, 95 % within `p95_ms`."""

    __pydantic_config__ = _STRICT

    p50_ms: Positive = 400
    p95_ms: Positive = 1200


@dataclass(frozen=True)
class Availability:
    """The share of requests answered well, over a rolling seven days; a caller's own mistakes do not count."""

    __pydantic_config__ = _STRICT

    at_least: Share = 0.999

    @property
    def budget(self) -> float:
        return round(1 - self.at_least, 9)


@dataclass(frozen=True)
class Below:
    """A share that must stay below this."""

    __pydantic_config__ = _STRICT

    below: Share


@dataclass(frozen=True)
class Quality:
    """How far acceptance may fall below its baseline, and optional absolute targets."""

    __pydantic_config__ = _STRICT

    drop_sigmas: Positive = 3
    drop_at_least: Share = 0.02
    judged_at_least: Positive = 100
    good_responses_at_least: Share | None = None
    exact_match_at_least: Share | None = None
    f1_at_least: Share | None = None


@dataclass(frozen=True)
class Safety:
    """The share of requests with a violation, and how many it takes to believe it."""

    __pydantic_config__ = _STRICT

    below: Share = 0.001
    at_least: Positive = 3


@dataclass(frozen=True)
class Cost:
    """How far a week's projection may pass its budget, and what 1000 tokens may cost."""

    __pydantic_config__ = _STRICT

    over_plan: Positive = 1.2
    weekly_budget_usd: Positive | None = None
    infer_usd_per_1k_tokens: Positive | None = None
    train_usd_per_1k_tokens: Positive | None = None
    price_rise: Positive = 1.3


@dataclass(frozen=True)
class Drift:
    """How far inputs may move (population stability index), and how many samples make that a measurement."""

    __pydantic_config__ = _STRICT

    psi_below: Positive = 0.2
    samples_at_least: Positive = 500


@dataclass(frozen=True)
class Shards:
    """How much more than the mean the busiest replica may do; with n replicas it can never be more than n."""

    __pydantic_config__ = _STRICT

    busiest_over_mean: Positive = 1.5


@dataclass(frozen=True)
class ServiceLevel:
    """The promises of one product; a part that is None makes no rule."""

    __pydantic_config__ = _STRICT

    name: str
    match: dict[str, str]
    labels: dict[str, str] = field(default_factory=dict)
    pods: dict[str, str] = field(default_factory=dict)
    sustained: Duration = timedelta(minutes=5)
    latency: Latency | None = None
    availability: Availability | None = None
    timeouts: Below | None = None
    quality: Quality | None = None
    safety: Safety | None = None
    cost: Cost | None = None
    drift: Drift | None = None
    shards: Shards | None = None


def parse_service_levels(text: str, path: str) -> tuple[ServiceLevel, ...]:
    """Read the file written at `path`; raise CannotRead with all its faults."""
    written = read_yaml(text, path)
    if isinstance(written, Finding):
        refuse([written])
        return ()
    entries = _entries(written)
    found = [
        read_as(ServiceLevel, {**entry, "name": name}, written, ("service_levels", name)) for name, entry in entries
    ]
    levels = tuple(one.value for one in found if one.value)
    refuse([*(fault for one in found for fault in one.findings), *_faults(levels, written)])
    return levels


def _entries(written: Written) -> list[tuple[str, dict[str, object]]]:
    listed = written.data.get("service_levels") if isinstance(written.data, dict) else None
    if not isinstance(listed, dict) or not listed or not all(isinstance(e, dict) for e in listed.values()):
        refuse([written.finding((), "no service levels", "write service_levels: and an entry for each product")])
        return []
    if unknown := sorted(written.data.keys() - {"service_levels"}):
        refuse([written.finding((unknown[0],), f"unknown key {unknown[0]}", nearest(unknown[0], ["service_levels"]))])
    return [(str(name), entry) for name, entry in listed.items()]


def _faults(levels: tuple[ServiceLevel, ...], at: Written) -> Iterator[Finding]:
    times = Counter(level.match.get("model") for level in levels)
    for level in levels:
        place = ("service_levels", level.name)
        if level.latency and level.latency.p95_ms not in EDGES_MS:
            yield at.finding(
                (*place, "latency", "p95_ms"),
                f"{level.latency.p95_ms:g} is no edge of the latency histogram",
                f"write one of {', '.join(map(str, EDGES_MS))}",
            )
        if level.match and "model" not in level.match:
            yield at.finding((*place, "match"), "match names no model", "write for example match: {model: chat}")
        if len(levels) > 1 and (not level.match or times[level.match.get("model")] > 1):
            yield at.finding(
                (*place, "match"), "another entry judges the same series", "give each entry a model of its own"
            )
        if level.cost and level.cost.weekly_budget_usd and not level.match:
            what = "a weekly budget, but no model it is for"
            yield at.finding((*place, "cost", "weekly_budget_usd"), what, "write match: {model: chat}, or remove it")
        for name in (*level.match, *level.labels, *level.pods):
            if not _LABEL.fullmatch(name):
                yield at.finding(place, f"{name!r} is not a label name", "use letters, digits and _")
