"""Sort a message's alerts into what is new and what was seen before.

Alertmanager repeats itself, its peers overtake each other, and a resolved notice can be the first that is
ever heard. Per alert of one source:

    firing,   nothing open, newer than what ended   -> a new episode
    firing,   nothing open, not newer               -> late or reordered: ignored, unless we only presumed the end
    firing,   open                                  -> a repeat (its start may only move earlier)
    resolved, open                                  -> the episode ends
    resolved, open, but from before its start       -> about an earlier one: ignored
    resolved, nothing open, never seen              -> an episode that was never seen firing: suppressed
    resolved, nothing open, seen before             -> a repeat: ignored
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from responder.domain.alert import Alert, Status, shortened
from responder.domain.effects import is_side_effect
from responder.domain.escalation import add_update, page_now, raise_to
from responder.domain.failure_mode import FailureMode
from responder.domain.incident import RECONCILE, Disposition, Episode, Incident, Moved, State, incident_id, move
from responder.domain.journal import REMEMBERED, TargetRecord
from responder.domain.message import Message
from responder.domain.plain import stamp, to_plain
from responder.domain.runbook import Escalate

KEPT_ALERTS = 10
KEPT_ENDED = 50  # ended episodes an open incident carries; all of them stand in its journal


@dataclass(frozen=True)
class News:
    """What a message says that was not known."""

    started: tuple[Episode, ...] = ()
    ended: tuple[Episode, ...] = ()
    repeated: tuple[Episode, ...] = ()
    unseen: tuple[Episode, ...] = ()
    ignored: int = 0

    @property
    def anything(self) -> bool:
        return bool(self.started or self.ended or self.unseen)


def sort_out(record: TargetRecord, message: Message, now: datetime) -> News:
    """Compare the message with the open episodes and with those that ended."""
    incident = record.incident
    known = {e.key: e for e in record.past_episodes}
    known |= {e.key: e for e in incident.episodes} if incident and incident.state is not State.CLOSED else {}
    news = News()
    for alert in message.alerts:
        episode = _episode(message, alert, now)
        news = _sort_one(news, known.get(episode.key), episode, message.received_at)
    return news


def receive(
    record: TargetRecord, message: Message, news: News, escalate: Escalate, now: datetime
) -> tuple[TargetRecord, Moved]:
    """Write the news into the open incident, or open one; return the record and what is written down."""
    opening = record.incident is None or record.incident.state is State.CLOSED
    incident = record.incident if record.incident and not opening else _open(record, message, now)
    fresh = _fresh(message, news)
    incident = _take(incident, message, news)
    if not _settling(incident, fresh, now):
        incident = _came_back(incident, news, now)
        incident = _tell(incident, fresh, incident.intent.escalate if incident.intent else escalate, now)
    if opening and not news.started:
        incident = move(
            incident,
            State.CLOSED,
            disposition=Disposition.SUPPRESSED,
            says="resolved, but never seen firing",
            notices=(),
        )
    record = replace(
        record, opened=record.opened + opening, past_episodes=remember(record, (*news.ended, *news.unseen))
    )
    return record, Moved(incident, "received", _facts(message, news, incident, opening))


def remember(record: TargetRecord, episodes: Iterable[Episode]) -> tuple[Episode, ...]:
    """Keep the newest ended episode per alert, so that what arrives late is known to be late."""
    gone = {e.key: e for e in record.past_episodes}
    gone |= {e.key: e for e in episodes if e.ends_at}
    return tuple(gone.values())[-REMEMBERED:]


def _sort_one(news: News, known: Episode | None, seen: Episode, received_at: datetime) -> News:
    if known and _late(known, seen, received_at):
        return replace(news, ignored=news.ignored + 1)
    is_open = known is not None and known.ends_at is None
    if known and is_open and seen.ends_at:
        return replace(news, ended=(*news.ended, replace(known, ends_at=seen.ends_at)))
    if known and is_open:
        again = replace(
            known, repeats=known.repeats + 1, last_seen=seen.last_seen, starts_at=min(known.starts_at, seen.starts_at)
        )
        return replace(news, repeated=(*news.repeated, again))
    if seen.ends_at:
        return replace(news, unseen=(*news.unseen, replace(seen, disposition=Disposition.SUPPRESSED)))
    return replace(news, started=(*news.started, seen))


def _late(known: Episode, seen: Episode, received_at: datetime) -> bool:
    """Say whether it is about a firing period that was over, or was not yet begun, when `known` was last heard of."""
    if known.ends_at is None:
        return seen.ends_at is not None and seen.ends_at < known.starts_at
    if known.presumed and seen.ends_at is None and received_at > known.ends_at:
        return False
    return seen.starts_at <= known.ends_at


def _episode(message: Message, alert: Alert, now: datetime) -> Episode:
    """An ended alert has an end, even where the sender gave none."""
    ends_at = (alert.ends_at or now) if alert.status is Status.RESOLVED else None
    return Episode(message.source, alert.fingerprint, alert.name, alert.severity, alert.starts_at, now, ends_at=ends_at)


def _open(record: TargetRecord, message: Message, now: datetime) -> Incident:
    return Incident(
        id=incident_id(record.resource, record.opened + 1),
        resource=record.resource,
        target=message.target,
        why_no_target=message.why_no_target,
        opened_at=now,
        trace_id=message.trace_id,
    )


def _take(incident: Incident, message: Message, news: News) -> Incident:
    changed = {e.key: e for e in (*news.ended, *news.repeated)}
    episodes = tuple(changed.get(e.key, e) if e.ends_at is None else e for e in incident.episodes)
    alerts = (*incident.alerts, *map(shortened, _fresh(message, news)))
    everything = (*episodes, *news.started, *news.unseen)
    kept = _bounded(everything)
    forgotten = incident.forgotten + len(everything) - len(kept)
    together = max(incident.together, message.together)
    return replace(incident, episodes=kept, forgotten=forgotten, together=together, alerts=alerts[:KEPT_ALERTS])


def _fresh(message: Message, news: News) -> list[Alert]:
    started = {e.fingerprint for e in news.started}
    return [alert for alert in message.alerts if alert.fingerprint in started]


def _bounded(episodes: tuple[Episode, ...]) -> tuple[Episode, ...]:
    """An alert that flaps for a week beside one that fires must not outgrow the item."""
    forgotten = [e for e in episodes if e.ends_at][:-KEPT_ENDED]
    return tuple(e for e in episodes if e not in forgotten)


def _tell(incident: Incident, fresh: list[Alert], escalate: Escalate, now: datetime) -> Incident:
    """A person hears of it unless something better happens first; safety does not wait."""
    if any(is_safety(alert) for alert in fresh):
        return replace(incident, notices=page_now(incident.notices, now))
    if not fresh:
        return incident
    wait = timedelta() if incident.state is State.ESCALATED else escalate.page_after
    notices = raise_to(add_update(incident.notices, now), escalate.urgency(incident.severity), now + wait)
    return replace(incident, notices=notices)


def is_safety(alert: Alert) -> bool:
    """The page the alert names, or its own label, is enough; a diagnosis is not waited for."""
    return FailureMode.SAFETY_VIOLATION in (alert.runbook, alert.labels.get("failure_mode"))


def _settling(incident: Incident, fresh: list[Alert], now: datetime) -> bool:
    """What our own action brings for a while is attached and no news; the incident's own trouble is never that."""
    if incident.intent is None or incident.acted_at is None or incident.state in (State.ESCALATED, State.CLOSED):
        return False
    named = {alert.runbook or "" for alert in fresh}
    own = incident.intent.failure_mode in named
    return not own and is_side_effect(incident.intent.plan.action, named, now - incident.acted_at)


def _came_back(incident: Incident, news: News, now: datetime) -> Incident:
    if incident.state is not State.RECOVERED or not news.started:
        return incident
    says = "it came back after the recovery was verified"
    return move(incident, State.ESCALATED, says=says, notices=page_now(incident.notices, now), next_at=now + RECONCILE)


def _facts(message: Message, news: News, incident: Incident, opening: bool) -> dict[str, Any]:  # noqa: FBT001  # named where it is called
    return {
        "opened": opening,
        "target": message.target,
        "why_no_target": to_plain(message.why_no_target) if message.why_no_target else None,
        "notification": {
            "source": message.source,
            "receiver": message.receiver,
            "received_at": stamp(message.received_at),
            "trace_id": message.trace_id,
            "truncated": message.truncated,
        },
        "redactions": message.redacted,
        "started": _plain(news.started),
        "ended": _plain(news.ended),
        "never_seen_firing": _plain(news.unseen),
        "repeated": len(news.repeated),
        "alerts": [to_plain(a) for a in incident.alerts] if opening else [],
        "notices_due": [{"kind": n.kind, "due_at": stamp(n.due_at)} for n in incident.notices if n.pending],
        "state": incident.state,
        "disposition": incident.disposition,
    }


def _plain(episodes: Iterable[Episode]) -> list[dict[str, Any]]:
    return [to_plain(e) for e in episodes]
