"""What the responder did about one service, and whom it told: read where it stands, never taken from the code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.local import story
from infra.local.clouds import Clouds
from infra.local.house import House
from infra.local.journal import Entry, read_journal
from infra.local.web import ask
from responder.domain.audit import check_chain, record_of
from responder.rehearsal.verdict import Fact


@dataclass(frozen=True)
class Trail:
    """The records of the incidents of one service, one incident after another."""

    entries: tuple[Entry, ...] = ()

    @property
    def incidents(self) -> list[str]:
        """Name the incidents, the first opened first."""
        return list(dict.fromkeys(entry.incident for entry in self.entries))

    @property
    def facts(self) -> list[Fact]:
        """Give what each record holds, and its kind."""
        return [{**entry.data, "kind": entry.kind} for entry in self.entries]

    def has(self, kind: str) -> bool:
        """Tell whether a record of this kind was written."""
        return self.count(kind) > 0

    def count(self, kind: str) -> int:
        """Count the records of this kind."""
        return sum(entry.kind == kind for entry in self.entries)


def read_trails(house: House) -> dict[str, Trail]:
    """Read the table once, and sort its incidents by service."""
    entries = read_journal(house.clouds, house.stack.outputs["JournalTable"])
    named = {one.incident: str(one.data["target"]) for one in entries if one.data.get("target")}
    opened = list(dict.fromkeys(one.incident for one in entries if one.incident in named))
    of = {incident: [one for one in entries if one.incident == incident] for incident in opened}
    return {
        service: Trail(tuple(one for incident in opened if named[incident] == service for one in of[incident]))
        for service in set(named.values())
    }


def who_was_told(house: House, incidents: Sequence[str]) -> list[str]:
    """List the kinds of what arrived about these incidents: pages in PagerDuty, everything in the inbox."""
    pages = ask("GET", f"{house.pagerduty}/incidents").json()["incidents"]
    notices = [n for n in house.inbox.read() if any(f"{incident} number" in n.body for incident in incidents)]
    return ["page" for one in pages if one["dedup_key"] in incidents] + [notice.kind for notice in notices]


def is_in_the_audit(clouds: Clouds, bucket: str, trail: Trail) -> bool:
    """Tell whether each record stands in the bucket with the same bytes and locked, and each chain holds."""
    s3 = clouds.client("s3")
    chains = [[one.text for one in trail.entries if one.incident == name] for name in trail.incidents]
    return all(_is_locked(s3, bucket, text) for chain in chains for text in chain) and not any(map(check_chain, chains))


def _is_locked(s3: Any, bucket: str, text: str) -> bool:  # noqa: ANN401  # boto3 has no types
    try:
        found: Mapping[str, Any] = s3.get_object(Bucket=bucket, Key=record_of(text).key)
    except s3.exceptions.NoSuchKey:
        return False
    return found["Body"].read().decode() == text and bool(found.get("ObjectLockMode"))


def word(entry: Entry) -> str:
    """Say what a record is, for somebody who watches."""
    return f"{entry.kind} {story.tell(entry.kind, entry.data)}".strip()
