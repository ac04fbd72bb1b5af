"""What no recording tells: how a limit, a circuit, a weight, a queue or a registry stood at the time."""

from collections.abc import Mapping
from dataclasses import dataclass

from responder.domain.remediation import Outcome, Snapshot
from responder.domain.target import Target
from responder.errors import CannotKnow


@dataclass(frozen=True)
class Untold:
    """The remediator of everything but releases: nobody can look at it, so nothing is planned on it or changed."""

    def observe(self, target: Target) -> Snapshot:
        raise CannotKnow(
            f"backtest does not know how it stood, no recording of {target.name} holds a snapshot of it;"
            " `responder gameday` plays such a change"
        )

    def apply(self, target: Target, seen: Snapshot, desired: Mapping[str, str], token: str) -> Outcome:  # noqa: ARG002  # as every remediator
        return Outcome("refused", "nothing is changed in a backtest whose start is not known")
