"""Many in trouble together have one cause, and it is none of them; one person is paged and one summary names them all.

It is a storm once so many targets had an incident opened within a time (`storm` in services.yaml, three within ten
minutes where it says nothing), or one notification was about so many; then no target is touched any more. Alerts that
match no target are counted apart from them in the same way.

    the first that finds itself in a storm   leads: it pages, unless one before it did, and sends the summary once the
                                             time is over, which names everybody
    who joins within the time                tells nobody: the lead speaks for it, as loudly as it would have
    who would be louder than the lead        leads in its place
    a safety violation, a second try         is told by itself

Each team that is concerned has its own lead. Whoever is spoken for looks every quarter of an hour whether it still is:
when its lead has ended and it still fires, a person hears of it, and the next one speaks for those who are left.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from responder.domain.alert import Alert, Urgency
from responder.domain.escalation import Notice, NoticeKind, raise_to
from responder.domain.guard import Reason, Verdict, allow, refuse
from responder.domain.message import ALONE
from responder.domain.runbook import STORM, Quota, write_quota

RESOURCE = "storm"  # where it stands who leads; no alert is about it
NAMED = 100  # incidents that a summary lists
_OURS = ("books/", "quarantine/")  # the responder's own troubles are no part of anybody's storm
Opened = tuple[str, str, datetime]
"""Incident, resource and when it was opened."""


@dataclass(frozen=True)
class Storm:
    """Which incidents were opened together, oldest first; `alone` are those without a target.

    `firing` are the resources whose alert of the same name fires or is about to, whether we were notified or not:
    the first one to be decided about would otherwise be the only one that is known. `doubt` is why that is not known.
    """

    incidents: tuple[Opened, ...] = ()
    alone: tuple[Opened, ...] = ()
    rule: Quota = STORM
    firing: frozenset[str] = frozenset()
    doubt: str = ""

    @property
    def targets(self) -> int:
        return len({resource for _, resource, _ in self.incidents} | self.firing)


@dataclass(frozen=True)
class Speaker:
    """The incident that tells people of another, and how loudly."""

    incident: str
    resource: str
    kind: NoticeKind


@dataclass(frozen=True)
class Lead:
    """Who speaks for a storm to one team, since when, and when the storm's first incident was opened."""

    speaker: Speaker
    since: datetime
    began: datetime


@dataclass(frozen=True)
class Part:
    """What an incident is in a storm: spoken for, or its lead since it `began`, beside one that pages already."""

    speaker: Speaker | None = None
    began: datetime | None = None


@dataclass(frozen=True)
class Member:
    """One incident of a storm, for the summary."""

    incident: str
    resource: str
    opened_at: datetime
    name: str


def name_in(record: str) -> str:
    """Read the name of the alert that opened an incident from its first record; empty when it says none."""
    alerts = json.loads(record)["data"].get("alerts") or [{}]
    return str((alerts[0].get("labels") or {}).get("alertname", ""))


def gather_storm(opened: Sequence[Opened], resources: Collection[str], now: datetime, rule: Quota = STORM) -> Storm:
    """Take the incidents opened within the span; the responder's own troubles do not count."""
    recent = sorted((o for o in opened if now - o[2] < rule.span), key=lambda o: (o[2], o[0]))
    return Storm(
        tuple(one for one in recent if one[1] in resources),
        tuple(one for one in recent if one[1].startswith(ALONE)),
        rule,
    )


def storm_guard(storm: Storm, together: int = 1) -> Verdict:
    """`together` is how many targets one notification was about: then nobody has to wait for the others to come in."""
    count = max(storm.targets, together)
    says = f"{count} targets in trouble together, a storm is {write_quota(storm.rule)}"
    if storm.doubt and count < storm.rule.times:
        return Verdict("storm", "unknown", f"cannot tell where else it fires: {storm.doubt}", Reason.CANNOT_ASK)
    if count < storm.rule.times:
        return allow("storm", says)
    return refuse("storm", Reason.STORM, f"{says}: look for what they share before anything is touched")


def labels_of_series(alert: Alert, series: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Give Prometheus' own series of an alert the labels it only adds on sending, as it added them to this one."""
    known = {name for labels in series for name in labels}
    added = {name: value for name, value in alert.labels.items() if name not in known}
    return [{**added, **labels} for labels in series]


def kin(storm: Storm, resource: str) -> tuple[Opened, ...]:
    """Return whom this one is counted with: targets with targets, alerts without a target with their like."""
    return storm.alone if resource.startswith(ALONE) else storm.incidents


def is_kin(resource: str, other: str) -> bool:
    return resource.startswith(ALONE) == other.startswith(ALONE) and not resource.startswith(_OURS)


def is_in(storm: Storm, resource: str, together: int) -> bool:
    return max(len({r for _, r, _ in kin(storm, resource)}), together) >= storm.rule.times


def began(storm: Storm, resource: str, opened_at: datetime) -> datetime:
    return min([opened_at, *(at for _, _, at in kin(storm, resource))])


def has_paged(notices: Sequence[Notice]) -> bool:
    """Only a page that was sent counts: of one that is due another may yet be asked to speak, and then nobody would."""
    return any(n.kind is NoticeKind.PAGE and n.told_at is not None for n in notices)


def loudest_of(notices: Sequence[Notice]) -> NoticeKind | None:
    """Return how loudly it will be told, when nothing changes."""
    kinds = [n.kind for n in notices if n.cancelled is None]
    return next((kind for kind in map(NoticeKind, Urgency) if kind in kinds), None)


def time_to_join(rule: Quota) -> timedelta:
    """However slowly a storm may gather, nobody waits longer for its summary."""
    return min(rule.span, STORM.span)


def may_speak(lead: Lead, kind: NoticeKind, now: datetime, rule: Quota) -> bool:
    """A lead speaks for who joins in time, and not for who would be louder."""
    return now - lead.since < time_to_join(rule) and is_as_loud(lead.speaker.kind, kind)


def is_as_loud(one: NoticeKind, other: NoticeKind) -> bool:
    order = list(NoticeKind)
    return order.index(one) <= order.index(other)


def as_part(notices: tuple[Notice, ...], part: Part, rule: Quota, now: datetime) -> tuple[Notice, ...]:
    """Leave it to the one that speaks; a lead adds the summary, due when everybody has come in."""
    if part.began is None:
        why = f"incident {part.speaker.incident} speaks for the whole storm" if part.speaker else ""
        return tuple(replace(n, cancelled=why) if n.pending else n for n in notices)
    if part.speaker:
        why = f"incident {part.speaker.incident} pages for the whole storm"
        notices = tuple(replace(n, cancelled=why) if n.pending and n.kind is NoticeKind.PAGE else n for n in notices)
    others = tuple(
        replace(n, cancelled="the summary says it") if n.pending and n.kind is not NoticeKind.PAGE else n
        for n in notices
    )
    kind = NoticeKind.NOTE if loudest_of(notices) is NoticeKind.NOTE else NoticeKind.TICKET
    return (*others, Notice(kind, now + time_to_join(rule), summary=True))


def speak_again(notices: tuple[Notice, ...], kind: NoticeKind, now: datetime) -> tuple[Notice, ...]:
    """Tell what the one that spoke for it has left behind."""
    return raise_to(notices, Urgency(kind), now)
