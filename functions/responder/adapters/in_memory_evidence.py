"""In-memory twins of the evidence that is not Prometheus: log groups and what the platform counts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from responder.adapters.in_memory import Twin
from responder.domain.target import Target
from responder.errors import CannotKnow


@dataclass
class InMemoryLogs(Twin):
    """`groups` maps a log group to its lines; a group not in it cannot be read."""

    groups: dict[str, list[str]] = field(default_factory=dict)

    def lines(self, target: Target, group: str, since: datetime, until: datetime) -> list[str]:  # noqa: ARG002  # one world, one time
        self._up()
        if group not in self.groups:
            raise CannotKnow(f"log group {group}: ResourceNotFoundException")
        return self.groups[group]


@dataclass
class InMemoryCounters(Twin):
    """`values` maps a measurement to its value; None is a measurement without data."""

    values: dict[str, float | None] = field(default_factory=dict)

    def names(self, target: Target) -> Sequence[str]:  # noqa: ARG002  # one world, one target
        return list(self.values)

    def read(self, target: Target, name: str, since: datetime, until: datetime) -> float:  # noqa: ARG002  # as above
        self._up()
        value = self.values[name]
        if value is None:
            raise CannotKnow(f"{name}: CloudWatch has no data for it")
        return value
