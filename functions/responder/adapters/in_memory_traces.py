"""In-memory twins of the trace shelf and of whoever starts a re-evaluation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from responder.adapters.in_memory import Twin
from responder.domain.serving.drift import Baseline
from responder.domain.serving.evaluation import Evaluation, Trace


@dataclass
class InMemoryTraces(Twin):
    """`hours` maps the beginning of an hour to its traces; `kept` are the reports in order."""

    hours: dict[datetime, list[Trace]] = field(default_factory=dict)
    frozen: dict[str, dict[str, Baseline]] = field(default_factory=dict)
    kept: list[Evaluation] = field(default_factory=list)

    def read(self, since: datetime, until: datetime) -> list[Trace]:
        self._up()
        return [one for hour in sorted(self.hours) if since <= hour < until for one in self.hours[hour]]

    def baselines(self, model: str) -> dict[str, Baseline] | None:
        self._up()
        return self.frozen.get(model)

    def freeze(self, model: str, baselines: Mapping[str, Baseline]) -> None:
        self._up()
        self.frozen[model] = dict(baselines)

    def keep(self, evaluation: Evaluation) -> None:
        self._up()
        self.kept.append(evaluation)

    def put(self, hour: datetime, traces: Sequence[Trace]) -> None:
        """Let these be the traces of an hour."""
        self.hours[hour.replace(minute=0, second=0, microsecond=0)] = list(traces)


@dataclass
class InMemoryJobs(Twin):
    """`asked` are the re-evaluations that were asked for: model and features."""

    asked: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def start(self, model: str, features: Sequence[str], now: datetime) -> None:  # noqa: ARG002  # a twin has no clock
        self._up()
        self.asked.append((model, tuple(features)))
