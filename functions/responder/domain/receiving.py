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

An incident carries the first few of its open episodes; in a storm the others stand apart, each on its own, so that
what one more alert costs does not grow with how many fire already.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from responder.domain.alert import Alert, Status, loudest, shortened
from responder.domain.effects import is_side_effect
from responder.domain.escalation import NoticeKind, add_update, page_now, raise_to
from responder.domain.failure_mode import FailureMode
from responder.domain.incident import (
    RECONCILE,
    Apart,
    Disposition,
    Episode,
    Incident,
    Moved,
    State,
    incident_id,
    move,
)
from responder.domain.journal import MOST_APART, REMEMBERED, REMEMBERED_FOR, TargetRecord
from responder.domain.message import Message
from responder.domain.plain import stamp, to_plain
from responder.domain.runbook import Escalate
from responder.domain.storm import is_as_loud

KEPT_ALERTS = 10  # and as many open episodes: of each that an incident carries it has the alert
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


def sort_out(record: TargetRecord, message: Message, now: datetime, apart: Sequence[Apart] = ()) -> News:
    """Compare the message with the open episodes and with those that ended; `apart` are those of its alerts."""
    known = _known(record, apart)
    sorted_out: dict[str, list[Episode]] = {name: [] for name in ("started", "ended", "repeated", "unseen", "ignored")}
    for alert in {a.fingerprint: a for a in reversed(message.alerts)}.values():  # the front door sends each once
        seen = _episode(message, alert, now)
        what, episode = _sort_one(known.get(seen.key), seen, message.received_at)
        sorted_out[what].append(episode)
    ignored = len(sorted_out.pop("ignored"))
    return News(**{name: tuple(episodes) for name, episodes in sorted_out.items()}, ignored=ignored)


def alert_of(apart: Apart) -> Alert:
    """Return what one can ask for it by."""
    episode = apart.episode
    return Alert(episode.fingerprint, Status.FIRING, episode.starts_at, apart.labels, {})


def keys_beside(record: TargetRecord, message: Message) -> list[tuple[str, str]]:
    """Return the alerts of a message that the record itself does not carry as open."""
    here = {e.key for e in record.incident.firing} if record.incident else set()
    keys = [(message.source, alert.fingerprint) for alert in message.alerts]
    return [key for key in dict.fromkeys(keys) if key not in here]


def in_slices(news: News) -> Iterator[News]:
    """Cut it into what one change can write; mostly it is one."""
    changes = [("started", e) for e in news.started] + [("ended", e) for e in news.ended]
    if len(changes) <= MOST_APART:
        yield news
        return
    for start in range(0, len(changes), MOST_APART):
        part = changes[start : start + MOST_APART]
        started, ended = (tuple(e for what, e in part if what == name) for name in ("started", "ended"))
        yield News(started, ended) if start else replace(news, started=started, ended=ended)


def _known(record: TargetRecord, apart: Sequence[Apart]) -> dict[tuple[str, str], Episode]:
    """Take of every alert the episode that is open, else the newest; what another incident left open apart is none."""
    incident = record.incident if record.incident and record.incident.state is not State.CLOSED else None
    ours = [a.episode for a in apart if a.episode.ends_at or (incident and a.incident == incident.id)]
    known: dict[tuple[str, str], Episode] = {}
    for episode in (*record.past_episodes, *ours, *(incident.episodes if incident else ())):
        other = known.get(episode.key)
        if other is None or _newness(other) <= _newness(episode):
            known[episode.key] = episode
    return known


def _newness(episode: Episode) -> tuple[bool, datetime]:
    return episode.ends_at is None, episode.starts_at


def receive(
    record: TargetRecord, message: Message, news: News, escalate: Escalate, now: datetime
) -> tuple[TargetRecord, Moved]:
    """Write the news into the open incident, or open one; return the record and what is written down."""
    opening = record.incident is None or record.incident.state is State.CLOSED
    incident = record.incident if record.incident and not opening else _open(record, message, now)
    fresh = _fresh(message, news)
    incident, apart = _take(incident, message, news)
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
    beside = {a.key for a in apart}
    past = remember(record, (e for e in (*news.ended, *news.unseen) if e.key not in beside))
    record = remember_apart(replace(record, opened=record.opened + opening, past_episodes=past), apart, now)
    return record, Moved(incident, "received", _facts(message, news, incident, opening), apart)


def remember_apart(record: TargetRecord, apart: Iterable[Apart], now: datetime) -> TargetRecord:
    """Look for what ended apart as long as something late may still come."""
    ended = any(a.episode.ends_at for a in apart)
    return replace(record, apart_until=now + REMEMBERED_FOR) if ended else record


def remember(record: TargetRecord, episodes: Iterable[Episode]) -> tuple[Episode, ...]:
    """Keep the newest ended episode per alert, so that what arrives late is known to be late."""
    gone = {e.key: e for e in record.past_episodes}
    gone |= {e.key: e for e in episodes if e.ends_at}
    return tuple(gone.values())[-REMEMBERED:]


def _sort_one(known: Episode | None, seen: Episode, received_at: datetime) -> tuple[str, Episode]:
    if known and _late(known, seen, received_at):
        return "ignored", known
    is_open = known is not None and known.ends_at is None
    if known and is_open and seen.ends_at:
        return "ended", replace(known, ends_at=seen.ends_at)
    if known and is_open:
        again = replace(
            known, repeats=known.repeats + 1, last_seen=seen.last_seen, starts_at=min(known.starts_at, seen.starts_at)
        )
        return "repeated", again
    if seen.ends_at:
        return "unseen", replace(seen, disposition=Disposition.SUPPRESSED)
    return "started", seen


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


def _take(incident: Incident, message: Message, news: News) -> tuple[Incident, tuple[Apart, ...]]:
    """Put what is new into the incident as long as there is room, and the rest beside it."""
    here = {e.key for e in incident.firing}
    changed = {e.key: e for e in (*news.ended, *news.repeated)}
    episodes = tuple(changed.get(e.key, e) if e.ends_at is None else e for e in incident.episodes)
    room = max(0, KEPT_ALERTS - sum(e.ends_at is None for e in episodes))
    everything = (*episodes, *news.started[:room], *news.unseen)
    kept = _bounded(everything)
    begun, over = news.started[room:], [e for e in news.ended if e.key not in here]
    after = replace(
        incident,
        episodes=kept,
        forgotten=incident.forgotten + len(everything) - len(kept) + len(over),
        together=max(incident.together, message.together),
        alerts=_of_alerts(incident, _fresh(message, news), kept),
    )
    labels = {alert.fingerprint: shortened(alert).labels for alert in message.alerts} if begun or over else {}
    apart = tuple(Apart(incident.id, e, labels[e.fingerprint]) for e in (*begun, *over))
    return _with_apart(after, begun, len(over)), apart


def _with_apart(incident: Incident, begun: Sequence[Episode], over: int) -> Incident:
    if not begun:
        return replace(incident, apart=incident.apart - over)
    known = [incident.loudest] if incident.loudest else []
    starts = [incident.earliest] if incident.earliest else []
    return replace(
        incident,
        apart=incident.apart + len(begun) - over,
        loudest=loudest([*known, *(e.severity for e in begun)]),
        earliest=min([*starts, *(e.starts_at for e in begun)]),
    )


def _of_alerts(incident: Incident, fresh: Sequence[Alert], kept: Sequence[Episode]) -> tuple[Alert, ...]:
    """Keep as many alerts as an incident carries, before all others those whose open episode it carries."""
    known = {alert.fingerprint: alert for alert in (*incident.alerts, *fresh)}
    is_open = {e.fingerprint for e in kept if e.ends_at is None}
    first = sorted(known.values(), key=lambda alert: alert.fingerprint not in is_open)[:KEPT_ALERTS]
    chosen = {alert.fingerprint for alert in first}
    return tuple(shortened(alert) for fingerprint, alert in known.items() if fingerprint in chosen)


def _fresh(message: Message, news: News) -> list[Alert]:
    started = {e.fingerprint for e in news.started}
    return [alert for alert in message.alerts if alert.fingerprint in started]


def _bounded(episodes: tuple[Episode, ...]) -> tuple[Episode, ...]:
    """An alert that flaps for a week beside one that fires must not outgrow the item."""
    ended = [number for number, e in enumerate(episodes) if e.ends_at]
    forgotten = set(ended[:-KEPT_ENDED])
    return tuple(e for number, e in enumerate(episodes) if number not in forgotten)


def _tell(incident: Incident, fresh: list[Alert], escalate: Escalate, now: datetime) -> Incident:
    """A person hears of it unless something better happens first; safety does not wait."""
    if any(is_safety(alert) for alert in fresh):
        return replace(incident, notices=page_now(incident.notices, now))
    if not fresh:
        return incident
    after_all = incident.recovered_at and incident.state is not State.ESCALATED  # it is well: only the news count
    urgency = escalate.urgency(loudest([a.severity for a in fresh]) if after_all else incident.severity)
    if incident.spoken_for and is_as_loud(incident.spoken_for.kind, NoticeKind(urgency)):
        return replace(incident, notices=add_update(incident.notices, now))
    wait = timedelta() if incident.state is State.ESCALATED else escalate.page_after
    notices = raise_to(add_update(incident.notices, now), urgency, now + wait)
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
    """What began before the recovery is late news: it ends by itself, or is found still firing at the next look.

    What is quieter than the incident is told as it asks and takes nothing back: budgets remember an outage for days.
    """
    since = incident.recovered_at
    quiet = incident.state in (State.RECOVERED, State.FOLLOWING)
    as_bad = [e for e in news.started if e.severity is incident.severity]
    if not quiet or not any(since is None or e.starts_at >= since for e in as_bad):
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
