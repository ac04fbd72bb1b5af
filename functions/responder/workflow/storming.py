"""Find out who speaks for a storm to a team: one look at where it stands, one at whether that incident still speaks.

Whoever finds nobody writes itself down there; of two at the same moment one is refused, and takes the other's word.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from responder.domain.escalation import NoticeKind, capped
from responder.domain.failure_mode import FailureMode
from responder.domain.incident import Incident, Moved, State
from responder.domain.journal import TargetRecord
from responder.domain.message import ALONE
from responder.domain.plain import stamp, to_plain
from responder.domain.receiving import is_safety
from responder.domain.runbook import Quota
from responder.domain.storm import (
    RESOURCE,
    Lead,
    Part,
    Speaker,
    Storm,
    as_part,
    began,
    has_paged,
    is_as_loud,
    is_in,
    is_kin,
    kin,
    loudest_of,
    may_speak,
    speak_again,
)
from responder.domain.target import Target
from responder.errors import Fenced, TryAgain
from responder.workflow.hold import Hold
from responder.workflow.survey import look_for_storm
from responder.workflow.world import World

FIRST = 3  # incidents looked at for a page that went out before it was known to be a storm
SOON = timedelta(minutes=1)


def join(incident: Incident, target: Target | None, world: World, now: datetime) -> Moved | None:
    """Ask before a first notice goes out whether another speaks for it; None when it is told by itself.

    What cannot be counted is told by itself. Asked once: what comes later, or is louder, is told by itself as well.
    """
    kind = loudest_of(incident.notices)
    if kind is None or not _may_share(incident):
        return None
    try:
        storm = look_for_storm(world, now)
    except TryAgain:
        return None
    if not is_in(storm, incident.resource, incident.together):
        return None
    part = _part(incident, capped(kind, target.tell) if target else kind, target, storm, world, now)
    if part is None:
        return None
    notices = as_part(incident.notices, part, storm.rule, now)
    after = replace(incident, notices=notices, spoken_for=part.speaker, leads_since=part.began)
    together = max(len(kin(storm, incident.resource)), incident.together)
    return Moved(after, "joined", {"storm": to_plain(part), "together": together, "says": _says(part)})


def _part(
    incident: Incident, kind: NoticeKind, target: Target | None, storm: Storm, world: World, now: datetime
) -> Part | None:
    record = world.journal.read(RESOURCE)
    part = _as_written(record, incident, kind, target, storm, world, now)
    if part:
        return part
    before = _pages_already(storm, incident, target, kind, world)
    since = began(storm, incident.resource, incident.opened_at)
    lead = Lead(Speaker(incident.id, incident.resource, kind), now, since)
    if _claim(record, _key(incident, target), lead, world, now):
        return Part(before, since)
    return _as_written(world.journal.read(RESOURCE), incident, kind, target, storm, world, now)


def _as_written(
    record: TargetRecord,
    incident: Incident,
    kind: NoticeKind,
    target: Target | None,
    storm: Storm,
    world: World,
    now: datetime,
) -> Part | None:
    """Take what stands there: it may be this one, from before a crash or a refusal that came after the write."""
    lead = record.leads.get(_key(incident, target))
    if lead and lead.speaker.incident == incident.id:
        return Part(_pages_already(storm, incident, target, kind, world), lead.began)
    return Part(lead.speaker) if lead and _speaks_for_it(lead, kind, storm.rule, world, now) else None


def or_speak(moved: Moved, target: Target | None, world: World, now: datetime) -> Moved:
    """Let what is spoken for, and still fires, be told to a person once whoever spoke for it has ended."""
    incident = moved.incident
    spoken = incident.spoken_for
    if spoken is None or not incident.still_firing or _speaks(spoken, world):
        return moved
    record, key = world.journal.read(RESOURCE), _key(incident, target)
    lead = record.leads.get(key)
    follows = lead is not None and lead.began <= incident.opened_at and is_as_loud(lead.speaker.kind, spoken.kind)
    other = lead.speaker if lead and lead.speaker.incident not in (spoken.incident, incident.id) else None
    if lead and other and follows and _speaks(other, world):
        return _reconciled(moved, replace(incident, spoken_for=lead.speaker))
    since = lead.began if lead and follows else incident.leads_since or incident.opened_at
    mine = Lead(Speaker(incident.id, incident.resource, spoken.kind), now, since)
    if not _claim(record, key, mine, world, now):
        return replace(moved, incident=replace(incident, next_at=now + SOON))
    says = f"incident {spoken.incident} spoke for this storm and has ended; this one still fires"
    after = replace(incident, spoken_for=None, leads_since=since, says=says)
    return _reconciled(moved, replace(after, notices=speak_again(incident.notices, spoken.kind, now)))


def _reconciled(moved: Moved, after: Incident) -> Moved:
    part = Part(after.spoken_for, after.leads_since)
    facts = {"ended": [], "seen": [], **moved.facts, "storm": to_plain(part), "says": _says(part)}
    return replace(moved, incident=after, kind="reconciled", facts=facts)


def _says(part: Part) -> str:
    if part.began is None:
        return f"incident {part.speaker.incident} tells people of this one" if part.speaker else ""
    beside = f", which incident {part.speaker.incident} has paged for" if part.speaker else ""
    return f"this one tells people of the whole storm since {stamp(part.began)}{beside}"


def _may_share(incident: Incident) -> bool:
    """A safety violation and what was tried in vain are told by themselves, and so are the responder's own troubles."""
    is_unsafe = incident.diagnosis is not None and incident.diagnosis.failure_mode is FailureMode.SAFETY_VIOLATION
    by_itself = is_unsafe or any(map(is_safety, incident.alerts)) or incident.attempts > 0
    told = any(n.told_at or n.tries for n in incident.notices)
    asked = incident.spoken_for is not None or incident.leads_since is not None
    is_asking = incident.state is State.PROPOSED
    return not (by_itself or told or asked or is_asking) and is_kin(incident.resource, incident.resource)


def _key(incident: Incident, target: Target | None) -> str:
    """One lead for each team, and one for the alerts that match no target."""
    return ALONE if incident.resource.startswith(ALONE) else f"team/{target.team if target else ''}"


def _claim(record: TargetRecord, key: str, lead: Lead, world: World, now: datetime) -> bool:
    """Write it down unless somebody has written since it was read."""
    try:
        Hold.take(world.journal, replace(record, leads={**record.leads, key: lead}), world.actor, now)
    except Fenced:
        return False
    return True


def _speaks_for_it(lead: Lead, kind: NoticeKind, rule: Quota, world: World, now: datetime) -> bool:
    return may_speak(lead, kind, now, rule) and _speaks(lead.speaker, world)


def _speaks(speaker: Speaker, world: World) -> bool:
    """Say whether it goes on, and somebody was told of it as loudly, or will be."""
    found = world.journal.read(speaker.resource).incident
    if found is None or found.id != speaker.incident or found.state is State.CLOSED:
        return False
    told = loudest_of(found.notices)
    loud = told is not None and is_as_loud(told, speaker.kind)
    return loud or found.state is State.RECEIVED or found.spoken_for is not None


def _pages_already(
    storm: Storm, incident: Incident, target: Target | None, kind: NoticeKind, world: World
) -> Speaker | None:
    """Find a page to the same people that went out before anybody knew that it is a storm."""
    if kind is not NoticeKind.PAGE:
        return None
    for name, resource, _ in kin(storm, incident.resource)[:FIRST]:
        found = world.journal.read(resource).incident
        same = found and found.id == name != incident.id and _team(found, world) == (target.team if target else "")
        if found and same and has_paged(found.notices):
            return Speaker(name, resource, NoticeKind.PAGE)
    return None


def _team(incident: Incident, world: World) -> str:
    target = world.library.target(incident.target)
    return target.team if target else ""
