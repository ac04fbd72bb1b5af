"""Watch a marked release until it may be called known good."""

from dataclasses import replace
from datetime import datetime, timedelta

from responder.domain.incident import State
from responder.domain.journal import Soaking, TargetRecord
from responder.domain.plain import stamp
from responder.domain.remediation import Snapshot
from responder.domain.runbook import Action, Autonomy, Runbook, fill
from responder.domain.target import Target
from responder.domain.verification import condition_holds, flows
from responder.errors import ActionFailed, CannotKnow
from responder.workflow.gather import gather
from responder.workflow.hold import Hold
from responder.workflow.releasing import see_running
from responder.workflow.world import World

LOOK_AGAIN = timedelta(minutes=5)


def soak(hold: Hold, world: World, now: datetime) -> None:
    """Call the release known good when it still runs, no incident opened since, and it measures well."""
    watched = hold.record.soaking
    target = next((t for t in world.library.targets if t.resource == hold.record.resource), None)
    if watched is None or target is None:
        hold.record = replace(hold.record, soaking=None)
        hold.save()
        return
    try:
        fault = soak_fault(hold.record, watched, _see(target, watched, world)) or _badly(target, world, now)
    except ActionFailed:
        hold.record = replace(hold.record, soaking=replace(watched, until=now + LOOK_AGAIN))
        hold.save()
        return
    if fault is None:
        _save_as_good(target, watched, world, now)
    hold.record = replace(hold.record, soaking=None)
    facts = {
        "version": watched.version,
        "config": watched.config,
        "since": stamp(watched.since),
        "says": fault or "ran without an incident",
    }
    hold.note(f"release/{target.name}", "not_soaked" if fault else "soaked", facts)


def _see(target: Target, watched: Soaking, world: World) -> Snapshot:
    return see_running(target, world, adapter=target.is_adapter(watched.config))


def soak_fault(record: TargetRecord, watched: Soaking, seen: Snapshot) -> str | None:
    """Return why the release cannot be called good, None when it can."""
    incident = record.incident
    if incident and (incident.state is not State.CLOSED or incident.opened_at >= watched.since):
        return f"incident {incident.id} was open while it ran"
    if seen.release != watched.config or not seen.settled:
        return f"the target no longer runs {watched.config}"
    return None


def _badly(target: Target, world: World, now: datetime) -> str | None:
    """Return which verification the release does not meet; raise CannotKnow when one of them cannot be measured.

    Only the pages that roll back by themselves are asked: they are the ones that would come back to this release.
    A service need not have everything they measure: without its traffic a rule says nothing here. But one at least
    has to hold, and where there is traffic a missing answer is never a good one.
    """
    rules = [page.policy.verify for page in world.library.book.runbooks.values() if _rolls_back(page)]
    asked = [q for rule in rules if rule for q in (rule.query, rule.traffic.query)]
    filled = {query: fill(query, target.selector) for query in asked}
    answers = {e.name: e for e in gather(list(filled.items()), world.metrics, now, world.ask)}
    measured = [rule for rule in rules if rule and flows(rule, answers[rule.traffic.query])]
    for rule in measured:
        holding = condition_holds(rule, answers[rule.query], answers[rule.traffic.query])
        if holding is None:
            raise CannotKnow(f"{rule.query} cannot be measured")
        if not holding:
            return f"{rule.condition} does not hold: {rule.query} is {answers[rule.query].value}"
    if rules and not measured:
        raise CannotKnow("there is no traffic to tell a good release from a bad one")
    return None


def _rolls_back(page: Runbook) -> bool:
    steps = {step.action for step in page.policy.remediation}
    return page.policy.autonomy is Autonomy.AUTO and Action.ROLLBACK in steps


def _save_as_good(target: Target, watched: Soaking, world: World, now: datetime) -> None:
    for release in world.releases.of(target.name):
        same = (release.version, release.config) == (watched.version, watched.config)
        if same and not release.known_good and not release.blamed:
            world.releases.save(
                replace(release, known_good="soaked", known_good_at=now, known_good_by=world.actor.name)
            )
