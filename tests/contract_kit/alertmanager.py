"""A model of Alertmanager as its source has it: groups, flushes, retries, the notification log, and peers.

a flush of a group notifies when something fires that the log does not have, something ended that it does not
have, everything ended, or the last notification is older than repeat_interval
a 2xx is logged and gossiped; a 5xx is tried again within the flush; a 4xx is final for the flush
what ended stays in its group until a flush of it succeeds
the peer at position p waits p times peer-timeout, then looks at the log; a partition keeps the log to itself
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from responder.domain.alert import fingerprint_of

GROUP_INTERVAL, REPEAT, PEER_TIMEOUT, FLUSH = (timedelta(seconds=s) for s in (60, 3600, 15, 60))
Send = Callable[[bytes, datetime], int]


@dataclass
class Alert:
    """One alert as Prometheus tells of it; `ends` is None while it fires."""

    labels: dict[str, str]
    starts: datetime
    ends: datetime | None = None

    @property
    def fingerprint(self) -> str:
        return fingerprint_of(self.labels)


@dataclass
class Logged:
    """What the notification log remembers of a group."""

    firing: frozenset[str]
    resolved: frozenset[str]
    at: datetime


@dataclass
class Peer:
    """One Alertmanager: its own view of every group, and its copy of the log."""

    position: int
    groups: dict[str, dict[str, Alert]] = field(default_factory=dict)
    log: dict[str, Logged] = field(default_factory=dict)

    def hears(self, alert: Alert) -> None:
        self.groups.setdefault(alert.labels["alertname"], {})[alert.fingerprint] = alert


@dataclass
class Cluster:
    """Peers that each hear everything and gossip what was sent; `max_alerts` cuts, as `webhook_configs` would."""

    peers: list[Peer]
    max_alerts: int = 0
    partitioned: bool = False
    answers: list[int] = field(default_factory=list)

    def fire(self, labels: dict[str, str], now: datetime) -> Alert:
        alert = Alert(labels, now)
        for peer in self.peers:
            peer.hears(alert)
        return alert

    def flush(self, now: datetime, send: Send) -> None:
        """Let every peer flush every group, in the order of their positions."""
        for peer in self.peers:
            for group in list(peer.groups):
                self._flush(peer, group, now + peer.position * PEER_TIMEOUT, send)

    def restart(self, position: int) -> None:
        """Lose the log, as without a disk."""
        self.peers[position].log.clear()

    def _flush(self, peer: Peer, group: str, now: datetime, send: Send) -> None:
        alerts = sorted(peer.groups[group].values(), key=lambda a: sorted(a.labels.items()))
        firing = frozenset(a.fingerprint for a in alerts if a.ends is None)
        resolved = frozenset(a.fingerprint for a in alerts if a.ends)
        if not _needs_update(peer.log.get(group), firing, resolved, now):
            return
        if not self._send(self._body(peer, group, alerts), now, send):
            return
        logged = Logged(firing, resolved, now)
        for each in [peer] if self.partitioned else self.peers:
            each.log[group] = logged
        peer.groups[group] = {f: a for f, a in peer.groups[group].items() if a.ends is None}

    def _send(self, body: bytes, now: datetime, send: Send) -> bool:
        for wait in (0.0, 0.5, 1.3, 3.0, 6.0, 12.0, 25.0):
            self.answers.append(status := send(body, now + timedelta(seconds=wait)))
            if status < 500:
                return 200 <= status < 300
        return False

    def _body(self, peer: Peer, group: str, alerts: list[Alert]) -> bytes:
        sent = alerts[: self.max_alerts] if self.max_alerts else alerts
        return json.dumps(
            {
                "version": "4",
                "receiver": "responder",
                "status": "firing" if any(a.ends is None for a in sent) else "resolved",
                "groupKey": f'{{}}:{{alertname="{group}"}}',
                "truncatedAlerts": len(alerts) - len(sent),
                "externalURL": f"http://alertmanager-{peer.position}",
                "alerts": [_written(alert) for alert in sent],
            }
        ).encode()


def _needs_update(logged: Logged | None, firing: frozenset[str], resolved: frozenset[str], now: datetime) -> bool:
    if logged is None:
        return bool(firing)
    if not firing <= logged.firing:
        return True
    if not firing:
        return bool(logged.firing)
    return not resolved <= logged.resolved or now - logged.at >= REPEAT


def _written(alert: Alert) -> dict[str, object]:
    return {
        "status": "resolved" if alert.ends else "firing",
        "labels": alert.labels,
        "annotations": {"summary": "made up", "value": str(alert.starts.microsecond)},
        "startsAt": alert.starts.isoformat(),
        "endsAt": alert.ends.isoformat() if alert.ends else "0001-01-01T00:00:00Z",
        "fingerprint": alert.fingerprint,
    }


def of_bodies(bodies: list[bytes]) -> Iterator[tuple[str, str, datetime]]:
    """Yield (fingerprint, status, start) of everything that was said in these bodies."""
    for body in bodies:
        for alert in json.loads(body)["alerts"]:
            yield alert["fingerprint"], alert["status"], datetime.fromisoformat(alert["startsAt"])
