"""Look at everything that tells how an incident goes, and report what changed."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.local import story
from infra.local.house import House
from infra.local.journal import Entry, read_audit, read_journal
from infra.local.seed import ENDPOINT
from infra.local.web import ask

DELIVERED = re.compile(r'^alertmanager_notifications_total\{integration="webhook"\} (\S+)', re.MULTILINE)


@dataclass
class Watch:
    """What was seen so far."""

    house: House
    last: dict[str, list[str]] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    records: list[Mapping[str, Any]] = field(default_factory=list)

    def news(self) -> list[str]:
        """Look everywhere once; return what is there now and was not there the last time."""
        lines = []
        for subject, look in LOOKS.items():
            now = look(self)
            lines += [f"{subject:11}{line}" for line in now if line not in self.last.get(subject, [])]
            self.last[subject] = now
        return lines


def _fleet(watch: Watch) -> list[str]:
    found = ask("GET", f"{watch.house.fleet}/services/{ENDPOINT}").json()
    return [f"answers as release {found['version']}"]


def _endpoint(watch: Watch) -> list[str]:
    found = watch.house.clouds.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)
    return [f"{found['EndpointStatus']}, configuration {found['EndpointConfigName']}"]


def _alerts(watch: Watch) -> list[str]:
    if watch.house.metrics is None:
        return []
    found = ask("GET", f"{watch.house.metrics.prometheus}/api/v1/alerts").json()["data"]["alerts"]
    return [f"{one['labels']['alertname']} is {one['state']}" for one in found] or ["nothing fires"]


def _deliveries(watch: Watch) -> list[str]:
    if watch.house.metrics is None:
        return []
    sent = DELIVERED.search(ask("GET", f"{watch.house.metrics.alertmanager}/metrics").body.decode())
    return [f"{float(sent[1]):.0f} sent to the front door"] if sent and float(sent[1]) else []


def _journal(watch: Watch) -> list[str]:
    watch.entries = read_journal(watch.house.clouds, watch.house.stack.outputs["JournalTable"])
    return [f"{entry.seq} {entry.kind}: {story.tell(entry.kind, entry.data)}" for entry in watch.entries]


def _audit(watch: Watch) -> list[str]:
    objects = read_audit(watch.house.clouds, watch.house.stack.outputs["AuditBucket"])
    watch.records = [one.record for one in objects]
    locked = sum(one.mode is not None for one in objects)
    return [f"{locked} objects locked"] if locked else []


def _topic(watch: Watch) -> list[str]:
    return [f"{notice.kind}: {notice.subject}" for notice in watch.house.inbox.read()]


def _pages(watch: Watch) -> list[str]:
    found = ask("GET", f"{watch.house.pagerduty}/incidents").json()["incidents"]
    return [f"{one['status']}: {one['summary']}" for one in found]


LOOKS: dict[str, Callable[[Watch], list[str]]] = {
    "fleet": _fleet,
    "endpoint": _endpoint,
    "alert": _alerts,
    "notices": _deliveries,
    "responder": _journal,
    "audit": _audit,
    "topic": _topic,
    "PagerDuty": _pages,
}
