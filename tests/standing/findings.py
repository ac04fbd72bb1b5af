"""What must hold once everything has settled, told from the table, the bucket and PagerDuty, not from the books."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.adapters.cloud import TABLE
from tests.standing.place import Place
from tests.standing.sender import Episode

from responder.adapters import aws
from responder.adapters.journal_table import JournalTable
from responder.domain.audit import check_chain, record_of
from responder.domain.incident import Disposition, State
from responder.domain.journal import TargetRecord

TARGET = "TARGET#"


@dataclass(frozen=True)
class Journal:
    """The whole table: each resource as the responder reads it, and each stream's records in order."""

    resources: list[TargetRecord]
    streams: dict[str, list[str]]


def read(place: Place) -> Journal:
    names, streams = set(), defaultdict(list)
    for item in sorted(place.items(), key=lambda i: str(i["sk"]["S"])):
        if "record" in item:
            streams[item["pk"]["S"]].append(str(item["record"]["S"]))
        elif item["pk"]["S"].startswith(TARGET):
            names.add(str(item["pk"]["S"]).removeprefix(TARGET))
    table = JournalTable(TABLE, aws.client("dynamodb"))
    return Journal([table.read(name) for name in sorted(names)], dict(streams))


def unsettled(journal: Journal) -> Iterator[str]:
    """Name whatever is still to be done for a resource."""
    for record in journal.resources:
        incident = record.incident
        open_ones = incident is not None and incident.state is not State.CLOSED
        pending = [n for n in incident.notices if n.pending] if incident else []
        if open_ones or pending or record.unexported or record.lease_until:
            yield f"{record.resource}: {incident.state if incident else 'no incident'}, {len(pending)} notices pending"


def dispositions(journal: Journal) -> dict[Episode, list[str]]:
    """Say how each episode ended, once for every incident in which it both began and ended."""
    found: dict[Episode, list[str]] = defaultdict(list)
    for texts in journal.streams.values():
        records = [json.loads(text)["data"] for text in texts]
        for episode, disposition in {*_ends(records)}:
            found[episode].append(disposition)
    return dict(found)


def _ends(records: Sequence[dict[str, Any]]) -> Iterator[tuple[Episode, str]]:
    unseen = [e for facts in records for e in facts.get("never_seen_firing") or []]
    yield from ((_episode(e), str(Disposition.SUPPRESSED)) for e in unseen)
    how = [facts["disposition"] for facts in records if facts.get("disposition")]
    listed = [facts.get(name) or [] for facts in records for name in ("ended", "episodes", "started")]
    known = [e for episodes in listed for e in episodes if isinstance(e, dict)]
    over = {e["fingerprint"] for e in known if e.get("ends_at")}
    began = [e for facts in records for e in facts.get("started") or []]
    yield from ((_episode(e), str(d)) for e in began if e["fingerprint"] in over for d in how)


def _episode(written: Mapping[str, Any]) -> Episode:
    return written["fingerprint"], moment(written["starts_at"])


def moment(written: str) -> str:
    return datetime.fromisoformat(written).isoformat(timespec="milliseconds")


def faults(place: Place, journal: Journal, accepted: set[Episode]) -> list[str]:
    """Say everything that is wrong: lost alerts, two ends, two pages, broken chains, an audit that lags."""
    found = aws.client("s3").get_paginator("list_objects_v2").paginate(Bucket="audit", Prefix="audit/")
    kept = {one["Key"] for page in found for one in page.get("Contents", [])}
    return [
        *misplaced(journal, accepted),
        *unsettled(journal),
        *paged_wrongly(journal, place.pages()),
        *unproved(journal, kept),
    ]


def misplaced(journal: Journal, accepted: set[Episode]) -> Iterator[str]:
    """Name what got a 2xx and has no end, or more than one."""
    ends = dispositions(journal)
    for fingerprint, starts in accepted:
        found = ends.get((fingerprint, moment(starts)), [])
        if len(found) != 1:
            yield f"{fingerprint} since {starts} ended as {found or 'nothing'}"


def paged_wrongly(journal: Journal, pages: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Name what rang twice, and where PagerDuty and the journal do not agree."""
    told = Counter(record["data"]["incident_id"] for record in _records(journal) if _tells_of_a_page(record))
    yield from (f"{incident} was told {times} times" for incident, times in told.items() if times != 1)
    rung = {str(page["dedup_key"]): int(page["opened"]) for page in pages}
    yield from (f"{incident} paged {times} times" for incident, times in rung.items() if times != 1)
    yield from (f"{incident} was paged and the journal does not know" for incident in rung.keys() - told.keys())
    yield from (f"{incident} was told and nobody was paged" for incident in told.keys() - rung.keys())


def unproved(journal: Journal, kept: Collection[str]) -> Iterator[str]:
    """Name what breaks a chain, and what the audit does not have."""
    for stream, texts in journal.streams.items():
        yield from (f"{stream}: {fault}" for fault in check_chain(texts))
        missing = [record.key for record in map(record_of, texts) if record.key not in kept]
        yield from (f"{key} is not in the audit" for key in missing)


def _records(journal: Journal) -> Iterator[dict[str, Any]]:
    return (json.loads(text) for texts in journal.streams.values() for text in texts)


def _tells_of_a_page(record: Mapping[str, Any]) -> bool:
    notice = record["data"].get("notice", {})
    return (notice.get("kind"), notice.get("told_as") or "page", notice.get("via")) == ("page", "page", "pagerduty")
