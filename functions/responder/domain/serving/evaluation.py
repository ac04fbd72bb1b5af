"""One model's evaluation: what its traces of a window say about its inputs, its shadow and its money."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from responder.domain.serving.budget import Projection
from responder.domain.serving.drift import Baseline, Drift, compare, freeze
from responder.domain.serving.shadow import Gap, Pair

NUMBERS = ("input_len", "output_len", "toxicity")
NAMES = ("language",)
Trace = Mapping[str, Any]


@dataclass(frozen=True)
class Evaluation:
    """What was found; `behind` names the slices on which the shadow is worse.

    `findings` are for people, `missing` says what could not be judged.
    """

    model: str
    at: datetime
    traces: int
    drift: tuple[Drift, ...]
    shadow: tuple[Gap, ...]
    budget: Projection | None
    findings: tuple[str, ...]
    missing: tuple[str, ...]
    behind: tuple[str, ...] = ()

    @property
    def drifted(self) -> tuple[str, ...]:
        return tuple(one.feature for one in self.drift if one.drifted)


def values(traces: Iterable[Trace], feature: str) -> list[float | str]:
    """Return what a feature was in the requests of users; a shadow's copies would count them twice."""
    kinds = (int, float) if feature in NUMBERS else (str,)
    seen = (trace.get(feature) for trace in traces if not trace.get("shadow"))
    return [one for one in seen if isinstance(one, kinds) and not isinstance(one, bool)]


def freeze_all(traces: Sequence[Trace]) -> dict[str, Baseline]:
    """Make the baseline of every feature the traces have."""
    found = {feature: values(traces, feature) for feature in (*NUMBERS, *NAMES)}
    return {feature: freeze(seen) for feature, seen in found.items() if seen}


def drifts(baselines: Mapping[str, Baseline], traces: Sequence[Trace]) -> tuple[Drift, ...]:
    return tuple(compare(feature, baseline, values(traces, feature)) for feature, baseline in baselines.items())


def pairs(traces: Iterable[Trace]) -> list[Pair]:
    """Find the requests that both answered and somebody judged; they share a trace."""
    judged: dict[tuple[str, str], dict[bool, bool]] = {}
    for trace in traces:
        if isinstance(trace.get("accepted"), bool):
            both = judged.setdefault((str(trace.get("dataset", "live")), str(trace.get("trace_id"))), {})
            both[bool(trace.get("shadow"))] = trace["accepted"]
    return [Pair(dataset, both[False], both[True]) for (dataset, _), both in judged.items() if len(both) == 2]  # noqa: PLR2004  # one of each
