"""Do the books balance? Every alert that got a 2xx must be known to the journal, or to the quarantine.

What was accepted is read from the front door's log lines, never from the journal: the two sides are kept by
different functions in different places, so that no single loss can make both agree. An accepted alert is

    accounted for   its episode is open, or covers its start, or a later one of the same alert is known
    left            it stands in the journal with something to be done, and nobody will ever come back to do it
    in flight       younger than GRACE: it may still be tried again or redriven
    lost            anything else

What the books find is itself an alert, from the source `books`, about a resource of its own: it is paged once,
stands in the audit, and ends when the books balance again.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from responder.domain.alert import Alert, Status, fingerprint_of
from responder.domain.incident import Apart, Episode
from responder.domain.journal import TargetRecord
from responder.domain.message import BOOKS, Message
from responder.domain.next_step import next_step
from responder.domain.plain import stamp

GRACE = timedelta(minutes=15)  # five tries and three redrives, with all their waits
LOOKBACK = timedelta(hours=1)  # so that a run that was missed is made up for by the next
UNSEEN = timedelta(minutes=10)  # how long an alert fires before it should have been notified
SILENCE = timedelta(minutes=15)  # three Watchdog notifications
SKEW = timedelta(seconds=5)  # between the clocks of two functions
NAMED = 20


@dataclass(frozen=True)
class Booked:
    """One alert as the front door accepted it."""

    resource: str
    source: str
    fingerprint: str
    status: Status
    starts_at: datetime
    accepted_at: datetime


class Trouble(StrEnum):
    """What can be wrong with the books; each is one resource, `books/<trouble>`."""

    LOST = "lost"  # accepted, but nobody knows what became of it
    UNSEEN = "unseen"  # fires in Alertmanager, and never came here
    LEFT = "left"  # written down, and nobody comes back to it
    SILENT = "silent"  # Alertmanager's Watchdog is no longer heard


_SAYS = {
    Trouble.LOST: "alerts were accepted, and nothing shows what became of them",
    Trouble.UNSEEN: "alerts fire in Alertmanager and were never notified; they have been taken in now",
    Trouble.LEFT: "incidents have something to be done, and no sweep will come back to them",
    Trouble.SILENT: "Alertmanager's Watchdog is no longer heard: alerts may not arrive at all",
}
DO_FIRST = {
    Trouble.LOST: "look after the alerts named here yourself: they were accepted and nobody works on them.\n"
    "Then look where they went:\n"
    "  responder dead-letters list\n"
    "  responder doctor\n"
    "and into the logs of receive_alerts and respond around that time.",
    Trouble.UNSEEN: "nothing for these alerts, they have been taken in now.\n"
    "Then find out why Alertmanager did not notify: its log, its route to the responder, max_alerts.",
    Trouble.LEFT: "look after the targets named here yourself: what was begun there is gone on with by nobody.\n"
    "  responder incidents\n"
    "The next alert about a target wakes its incident again. Then look whether somebody wrote to the table.",
    Trouble.SILENT: "look at your dashboards yourself until this has ended: alerts may not reach anybody.\n"
    "Then follow the way of the Watchdog: does Prometheus evaluate its rules, does it reach Alertmanager, does\n"
    "Alertmanager's log show the webhook refused, and:\n"
    "  responder doctor",
}
_SEVERITY = {Trouble.LOST: "critical", Trouble.UNSEEN: "warning", Trouble.LEFT: "critical", Trouble.SILENT: "critical"}


def book(message: Message) -> dict[str, Any]:
    """Write the accepted side of a message as short as a log line needs it."""
    alerts = [[a.fingerprint, a.status, stamp(a.starts_at)] for a in message.alerts]
    return {"resource": message.resource, "source": message.source, "alerts": alerts}


def read_book(line: Any, accepted_at: datetime) -> list[Booked]:  # noqa: ANN401  # a log line's JSON
    """Read it back; a line of another shape is not ours."""
    try:
        return [
            Booked(line["resource"], line["source"], f, Status(status), datetime.fromisoformat(starts), accepted_at)
            for f, status, starts in line["alerts"]
        ]
    except (KeyError, TypeError, ValueError):
        return []


def is_accounted_for(booked: Booked, record: TargetRecord, apart: Sequence[Apart] = ()) -> bool:
    """Look among the open and the remembered episodes of the resource; `apart` is what stands beside its record."""
    open_ones = record.incident.episodes if record.incident else ()
    return any(_covers(e, booked) for e in (*record.past_episodes, *open_ones, *(a.episode for a in apart)))


def stands_in(booked: Booked, text: str) -> bool:
    """Say whether a record, written since, tells of this very beginning or end."""
    facts = json.loads(text)["data"]
    told = ("started",) if booked.status is Status.FIRING else ("ended", "never_seen_firing")
    named = {episode["fingerprint"] for name in told for episode in facts.get(name) or [] if isinstance(episode, dict)}
    return booked.fingerprint in named and datetime.fromisoformat(facts["recorded_at"]) >= booked.accepted_at - SKEW


def is_left(record: TargetRecord, due: Collection[str], now: datetime) -> bool:
    """Say whether there is something to do that stands in nobody's agenda; `due` are the resources that do."""
    step = None if record.held(now) else next_step(record, now - SKEW)
    return step is not None and record.resource not in due


def in_flight(booked: Booked, now: datetime) -> bool:
    return now - booked.accepted_at < GRACE


def silent(heard: dict[str, datetime], now: datetime) -> list[str]:
    """Return the sources whose Watchdog was heard once and is not any more."""
    return sorted(source for source, at in heard.items() if now - at > SILENCE)


def finding(trouble: Trouble, details: Sequence[str], since: datetime, now: datetime) -> Message:
    """Say what is wrong, or with no details that it is over, as an alert."""
    labels = {"alertname": f"Responder{trouble.title()}", "severity": _SEVERITY[trouble], "component": "responder"}
    named = "; ".join(details[:NAMED]) + (f"; and {len(details) - NAMED} more" if len(details) > NAMED else "")
    alert = Alert(
        fingerprint=fingerprint_of(labels),
        status=Status.FIRING if details else Status.RESOLVED,
        starts_at=since,
        ends_at=None if details else now,
        labels=labels,
        annotations={"summary": f"{_SAYS[trouble]}: {named}"} if details else {},
    )
    return Message(BOOKS, BOOKS, f"{BOOKS}/{trouble}", (alert,), 0, {}, "", now)


def trouble_of(resource: str) -> Trouble | None:
    """Say which trouble a resource stands for; only the books make resources of this kind."""
    kind, _, name = resource.partition("/")
    return Trouble(name) if kind == BOOKS and name in list(Trouble) else None


def describe(lost: Iterable[Booked]) -> list[str]:
    return [f"{b.resource} {b.fingerprint} {b.status} since {stamp(b.starts_at)}" for b in lost]


def _covers(episode: Episode, booked: Booked) -> bool:
    if episode.key != (booked.source, booked.fingerprint):
        return False
    if episode.starts_at > booked.starts_at:
        return True  # a later one was worked on, and the queue keeps their order
    if episode.ends_at is None:
        return booked.status is Status.FIRING
    return episode.ends_at >= booked.starts_at
