"""May this canary advance? Ask the journal, the release markers and Prometheus, then decide.

The gate only reads. Whatever cannot be asked, or breaks while it is asked, holds.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from responder.domain.incident import Incident, State
from responder.domain.release import Release, uncleared
from responder.domain.serving.canary_questions import questions
from responder.domain.serving.release_gate import SAMPLES, Canary, Gate, decide, held
from responder.domain.serving.service_level import ServiceLevel
from responder.domain.target import Target
from responder.errors import ResponderError
from responder.ports import Metrics
from responder.workflow.world import World


@dataclass(frozen=True)
class Asking:
    """Which version of which target, and over how much of its life it is judged."""

    target: str
    version: str
    window: timedelta = timedelta(minutes=10)
    samples: float = SAMPLES


def gate_release(asking: Asking, levels: Sequence[ServiceLevel], world: World, now: datetime) -> Gate:
    """Answer advance, hold or roll back, with every number."""
    target = world.library.target(asking.target)
    if target is None:
        return held(f"services.yaml has no target {asking.target!r}")
    level = level_of(target, levels)
    if level is None:
        return held(f"service_levels.yaml promises nothing for {target.name}")
    if world.metrics is None:
        return held("no Prometheus is configured, so nothing can be measured")
    try:
        incident = world.journal.read(target.resource).incident
        releases = world.releases.of(target.name)
    except ResponderError as error:
        return held(f"what happened on {target.name} cannot be read: {error}")
    measured, missing = _measure(asking, level, target, world.metrics, now)
    canary = Canary(measured, missing, _open(incident), _waiting(releases))
    return decide(level, canary, asking.samples)


def level_of(target: Target, levels: Sequence[ServiceLevel]) -> ServiceLevel | None:
    """Find the promises that speak for the target's series; those for every model come last."""
    named = [one for one in levels if one.match and one.match.items() <= target.series.items()]
    return next(iter([*named, *(one for one in levels if not one.match)]), None)


def _measure(
    asking: Asking, level: ServiceLevel, target: Target, metrics: Metrics, now: datetime
) -> tuple[dict[str, float], dict[str, str]]:
    measured: dict[str, float] = {}
    missing: dict[str, str] = {}
    for name, query in questions(level, target.series, asking.version, asking.window).items():
        try:
            samples = metrics.query(query, now)
        except ResponderError as error:
            missing[name] = str(error)
            continue
        if len(samples) == 1 and math.isfinite(samples[0].value):
            measured[name] = samples[0].value
        else:
            missing[name] = f"no number for {asking.version}; does the exporter tell its version?"
    return measured, missing


def _open(incident: Incident | None) -> str | None:
    if incident is None or incident.state is State.CLOSED:
        return None
    return f"incident {incident.id} is open on this target"


def _waiting(releases: Sequence[Release]) -> str | None:
    blamed = uncleared(releases)
    if blamed is None:
        return None
    clear = f"responder releases clear {blamed.target} --version {blamed.version}"
    return f"{blamed.version} was rolled back ({blamed.blamed}) and nobody cleared it; once understood: {clear}"
