"""Look at everything that tells how an incident goes, and report each thing once."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from infra.local.house import House
from infra.local.journal import Entry, read_audit, read_journal
from infra.local.seed import ENDPOINT
from infra.local.web import ask

DELIVERED = re.compile(r'^alertmanager_notifications_total\{integration="webhook"\} (\S+)', re.MULTILINE)


@dataclass
class Watch:
    """What was seen so far; `news` returns what is new since."""

    house: House
    seen: set[str] = field(default_factory=set)
    entries: list[Entry] = field(default_factory=list)

    def news(self) -> list[str]:
        """Look everywhere once."""
        lines = [line for look in LOOKS for line in look(self)]
        fresh = [line for line in dict.fromkeys(lines) if line not in self.seen]
        self.seen |= set(fresh)
        return fresh


def _fleet(watch: Watch) -> Iterator[str]:
    version = ask("GET", f"{watch.house.fleet}/release").json()["version"]
    yield f"fleet      answers with release {version}, as the endpoint says"


def _endpoint(watch: Watch) -> Iterator[str]:
    found = watch.house.clouds.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)
    yield f"endpoint   {found['EndpointStatus']} with {found['EndpointConfigName']}"


def _alerts(watch: Watch) -> Iterator[str]:
    if watch.house.metrics:
        for alert in ask("GET", f"{watch.house.metrics.prometheus}/api/v1/alerts").json()["data"]["alerts"]:
            yield f"alert      {alert['labels']['alertname']} is {alert['state']}"


def _deliveries(watch: Watch) -> Iterator[str]:
    if watch.house.metrics:
        metrics = ask("GET", f"{watch.house.metrics.alertmanager}/metrics").body.decode()
        sent = DELIVERED.search(metrics)
        if sent and float(sent[1]):
            yield f"delivered  notification {float(sent[1]):.0f} by Alertmanager"


def _journal(watch: Watch) -> Iterator[str]:
    watch.entries = read_journal(watch.house.clouds, watch.house.stack.outputs["JournalTable"])
    for entry in watch.entries:
        yield f"responder  {entry.kind}{_says(entry)} ({entry.incident[:8]}, step {entry.seq})"


def _audit(watch: Watch) -> Iterator[str]:
    locked = [one for one in read_audit(watch.house.clouds, watch.house.stack.outputs["AuditBucket"]) if one.mode]
    if locked:
        yield f"audit      {len(locked)} objects locked"


def _told(watch: Watch) -> Iterator[str]:
    for notice in watch.house.inbox.read():
        yield f"told       {notice.kind}: {notice.subject}"


def _pages(watch: Watch) -> Iterator[str]:
    for one in ask("GET", f"{watch.house.pagerduty}/incidents").json()["incidents"]:
        yield f"PagerDuty  {one['status']}: {one['summary']}"


def _says(entry: Entry) -> str:
    said = entry.data.get("says") or entry.data.get("reason") or ""
    return f": {said}" if said else ""


LOOKS: tuple[Callable[[Watch], Iterator[str]], ...] = (
    _fleet, _endpoint, _alerts, _deliveries, _journal, _audit, _told, _pages,
)  # fmt: skip
