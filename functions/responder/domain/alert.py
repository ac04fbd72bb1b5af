"""Alerts as Alertmanager sends them, and how much each hurts.

The severity is read from the alert and never re-mapped silently: what was written stays in the labels.
A severity that nobody knows is treated as the loudest one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

KEPT_TEXT = 2000  # characters of an alert's labels, and of its annotations, that an incident carries along
SEVERITY_LABELS = ("severity", "sloth_severity", "priority", "level")


class Severity(StrEnum):
    """From loud to silent; the first four are also PagerDuty's."""

    CRITICAL = "critical"
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    NONE = "none"


class Urgency(StrEnum):
    """How a person is brought in, the loudest first."""

    PAGE = "page"
    TICKET = "ticket"
    NOTE = "note"


_WRITTEN = {
    Severity.CRITICAL: "critical crit page p0 p1 sev0 sev1 emergency emerg fatal disaster blocker urgent",
    Severity.ERROR: "error err high major p2 sev2",
    Severity.WARNING: "warning warn ticket medium moderate p3 sev3 average",
    Severity.INFO: "info information informational low minor p4 notice sev4",
    Severity.NONE: "none p5 sev5 debug trivial",
}
_KNOWN = {word: severity for severity, words in _WRITTEN.items() for word in words.split()}
LOUDNESS = tuple(Severity)


class Status(StrEnum):
    """The two things Alertmanager says of an alert."""

    FIRING = "firing"
    RESOLVED = "resolved"


@dataclass(frozen=True)
class Alert:
    """One firing or resolved notice; `ends_at` is None while it fires."""

    fingerprint: str
    status: Status
    starts_at: datetime
    labels: dict[str, str]
    annotations: dict[str, str]
    ends_at: datetime | None = None

    @property
    def name(self) -> str:
        return self.labels.get("alertname", "(no alertname)")

    @property
    def severity(self) -> Severity:
        return severity_of(self.labels)

    @property
    def is_watchdog(self) -> bool:
        """The alert that always fires, so that its silence says that nothing arrives."""
        return self.name == "Watchdog" and self.severity is Severity.NONE

    @property
    def runbook(self) -> str | None:
        """The stem of the page the alert names, without trusting the rest of the link."""
        link = self.annotations.get("runbook") or self.annotations.get("runbook_url") or ""
        return link.rstrip("/").split("/")[-1].split("#")[0].removesuffix(".md") or None


@dataclass(frozen=True)
class Notification:
    """One delivery: a group of alerts from one sender."""

    source: str
    receiver: str
    alerts: tuple[Alert, ...]
    truncated: int
    trace_id: str
    received_at: datetime


def severity_of(labels: Mapping[str, str]) -> Severity:
    written = next((labels[name] for name in SEVERITY_LABELS if labels.get(name)), "")
    return _KNOWN.get(re.sub(r"[\s_-]", "", written.lower()), Severity.CRITICAL)


def loudest(severities: list[Severity]) -> Severity:
    return min(severities, key=LOUDNESS.index, default=Severity.CRITICAL)


def shortened(alert: Alert) -> Alert:
    """Cut texts that would outgrow the journal, the longest first: names and links outlive stories."""
    return replace(alert, labels=_fitting(alert.labels), annotations=_fitting(alert.annotations))


def _fitting(texts: Mapping[str, str]) -> dict[str, str]:
    kept: dict[str, str] = {}
    room = KEPT_TEXT
    for name, text in sorted(texts.items(), key=lambda pair: len(pair[1])):
        if len(name) < room:
            kept[name] = text[: room - len(name)]
            room -= len(name) + len(kept[name])
    return {name: kept[name] for name in texts if name in kept}


def fingerprint_of(labels: Mapping[str, str]) -> str:
    """Compute Alertmanager's fingerprint: FNV-1a 64 over the sorted label pairs, each part ended by 0xFF."""
    value = 0xCBF29CE484222325
    for name, text in sorted(labels.items()):
        for byte in name.encode() + b"\xff" + text.encode() + b"\xff":
            value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"
