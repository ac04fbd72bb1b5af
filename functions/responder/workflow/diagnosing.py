"""Gather the evidence for one incident from everywhere at once, and weigh it.

Prometheus answers the questions of the runbooks, CloudWatch tells what SageMaker or Bedrock count and what was
logged around the start, release markers and the model registry tell what was changed. Each is bounded, and each
may fail.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from responder.domain.diagnosis import Diagnosis, diagnose, questions
from responder.domain.evidence import Evidence
from responder.domain.incident import Incident
from responder.domain.plans.registry import part_changed
from responder.domain.release import Release, changes
from responder.domain.runbook import fill
from responder.domain.target import Target
from responder.errors import CannotKnow, ResponderError
from responder.workflow.gather import Ask, promql
from responder.workflow.world import World

MOST_SNAPSHOTS = 5
BEFORE = timedelta(minutes=10)  # what happened shortly before the alert is what made it fire


def diagnose_now(incident: Incident, target: Target | None, world: World, now: datetime) -> Diagnosis:
    """Ask every question once, however many signals read its answer."""
    if target is None:
        return diagnose(incident.alerts, (), (), world.library.book, now)
    asked = {name: fill(query, target.selector) for name, query in questions(world.library.book).items()}
    unique = [(query, query) for query in dict.fromkeys(asked.values())]
    answers = world.ask([*promql(unique, world.metrics, now), *_others(incident, target, world, now)], now)
    of_query = {a.evidence.asked: a.evidence for a in answers if a.evidence.source == "prometheus"}
    evidence = [replace(of_query[query], name=name) for name, query in asked.items()]
    evidence += [a.evidence for a in answers if a.evidence.source != "prometheus"]
    lines = [line for a in answers for line in a.lines]
    return diagnose(incident.alerts, lines, (*evidence, *_releases(target, world, now)), world.library.book, now)


def _others(incident: Incident, target: Target, world: World, now: datetime) -> list[Ask]:
    since = incident.started_at - BEFORE
    logs, counters = world.logs, world.counters
    asks = [Ask(f"logs {g}", "logs", g, partial(logs.lines, target, g, since, now)) for g in target.logs if logs]
    names = counters.names(target) if counters else ()
    if target.touch.registered:
        call = partial(_tokenizer_changed, incident, target, world)
        asks.append(Ask("registry_tokenizer_changed", "registry", "entries against the last good snapshot", call))
    return asks + [Ask(n, "cloudwatch", n, partial(counters.read, target, n, since, now)) for n in names if counters]


def _tokenizer_changed(incident: Incident, target: Target, world: World) -> float:
    """Return 1 when an entry of the target points at another tokenizer than before the trouble began, else 0."""
    good = [s for s in world.snapshots.before(incident.started_at, MOST_SNAPSHOTS) if target.name in s.soaked]
    if not good:
        raise CannotKnow("no snapshot from before the trouble is known to be good")
    return float(part_changed(world.registry.read(target), good[0], target, "tokenizer"))


def _changes(releases: Sequence[Release], target: Target) -> dict[str, datetime]:
    """Compare each release with the one before it of its own sort: an adapter's with the adapter's."""
    adapter = changes([r for r in releases if target.is_adapter(r.config)])
    others = changes([r for r in releases if not target.is_adapter(r.config)])
    kinds = adapter.keys() | others.keys()
    return {kind: max(found[kind] for found in (adapter, others) if kind in found) for kind in kinds}


def _releases(target: Target, world: World, now: datetime) -> tuple[Evidence, ...]:
    """Tell how long ago each kind of artefact was last changed by a release."""
    try:
        releases = world.releases.of(target.name)
    except ResponderError as error:
        return (Evidence("releases", "releases", target.name, now, missing=str(error)),)
    found = {what: (now - at).total_seconds() for what, at in _changes(releases, target).items()}
    return tuple(Evidence(f"{what}_changed_s", "releases", target.name, now, value=age) for what, age in found.items())
