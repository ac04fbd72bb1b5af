"""May this canary advance? Ask the journal, the release markers and Prometheus, then decide.

Of the target the gate only reads. What it decided is written down, in a stream of its own beside the target's, before
it is answered. Whatever cannot be asked, breaks while it is asked, or cannot be written down, holds.
"""

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from responder.domain.audit import Actor
from responder.domain.duration import Duration
from responder.domain.incident import Incident, State
from responder.domain.plain import to_plain
from responder.domain.release import Release, uncleared
from responder.domain.runbook import Library
from responder.domain.serving.canary_questions import questions
from responder.domain.serving.release_gate import SAMPLES, Canary, Gate, Verdict, decide, held
from responder.domain.serving.rule import select
from responder.domain.serving.service_level import ServiceLevel
from responder.domain.target import Target
from responder.errors import ResponderError
from responder.ports import Journal, Metrics, Releases
from responder.workflow.hold import Hold

TRIES = 3  # two pipelines may ask at the same moment


@dataclass(frozen=True)
class Asking:
    """Which version of which target, and over how much of its life it is judged."""

    target: str
    version: str
    window: Duration = timedelta(minutes=10)
    samples: Annotated[float, Field(ge=1)] = SAMPLES


@dataclass(frozen=True)
class Gatehouse:
    """What the gate knows and whom it asks; `actor` is who asks, as the record of the decision names it."""

    library: Library
    levels: Sequence[ServiceLevel]
    journal: Journal
    releases: Releases
    metrics: Metrics | None
    actor: Actor


def gate_release(asking: Asking, here: Gatehouse, now: datetime) -> Gate:
    """Answer advance, hold or roll back, with every number, and write the answer down first."""
    target = here.library.target(asking.target)
    if target is None:
        return held(f"services.yaml has no target {asking.target!r}")
    return _written_down(asking, _judge(asking, target, here, now), here, now)


def _written_down(asking: Asking, gate: Gate, here: Gatehouse, now: datetime) -> Gate:
    """Append the decision to its stream; the sweeper exports it. What nobody can prove later lets nothing through."""
    facts = {"asked": to_plain(asking), **to_plain(gate)}
    why = ""
    for _ in range(TRIES):
        try:
            _note(f"release-gate/{asking.target}", facts, here, now)
        except ResponderError as error:
            why = str(error)
        else:
            return gate
    reason = f"the decision ({gate.verdict}: {gate.reason}) cannot be written down: {why}"
    return replace(gate, verdict=Verdict.HOLD, reason=reason)


def _note(stream: str, facts: Mapping[str, Any], here: Gatehouse, now: datetime) -> None:
    hold = Hold.take(here.journal, here.journal.read(stream), here.actor, now)
    hold.note(stream, "gated", facts)
    with suppress(ResponderError):  # it is written; a lease nobody gives back ends by itself
        hold.release()


def _judge(asking: Asking, target: Target, here: Gatehouse, now: datetime) -> Gate:
    level = level_of(target, here.levels)
    if level is None:
        return held(f"service_levels.yaml promises nothing for {target.name}")
    if here.metrics is None:
        return held("no Prometheus is configured, so nothing can be measured")
    try:
        incident = here.journal.read(target.resource).incident
        releases = here.releases.of(target.name)
    except ResponderError as error:
        return held(f"what happened on {target.name} cannot be read: {error}")
    measured, missing = _measure(asking, level, target, here.metrics, now)
    return decide(level, Canary(measured, missing, _open(incident), _waiting(releases)), asking.samples)


def gate_newcomer(name: str, here: Gatehouse, now: datetime) -> Gate:
    """Answer for a pipeline that cannot say its version: the one that is served and not yet known to be good."""
    target, nobody = here.library.target(name), Asking(name, "")
    if target is None or here.metrics is None:
        return gate_release(nobody, here, now)
    try:
        served = here.metrics.query(f"count by (version) ({select('infer_model_info', target.series)})", now)
        good = {release.version for release in here.releases.of(name) if release.known_good}
    except ResponderError as error:
        return _written_down(nobody, held(f"which version is new on {name} cannot be read: {error}"), here, now)
    new = sorted({sample.labels.get("version", "") for sample in served} - good)
    if len(new) != 1:
        says = f"{len(new)} versions of {name} are served and not known to be good: {', '.join(new) or 'none'}"
        return _written_down(nobody, held(says), here, now)
    return gate_release(Asking(name, new[0]), here, now)


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
