"""Hold one resource under a lease: the only place that appends to the journal.

- Taking hold raises the epoch; every later write is conditional on it.
- What is decided together is written together: one transaction, one entry, one audit record.
- Personal data and secrets are taken out here, of what is written down and of what an incident carries along.
- A write after which nothing is left to do now gives the lease back by itself, and says when to look again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from responder.domain.audit import Actor, Record, make_record, record_of
from responder.domain.incident import Apart, Incident, Moved
from responder.domain.journal import LEASE, Budget, Chain, Change, TargetRecord
from responder.domain.next_step import next_due_at, next_step
from responder.domain.redaction import redact_fact
from responder.errors import Fenced
from responder.ports import Journal


@dataclass(frozen=True)
class Written:
    """What one append left behind, for the log line and the metrics of the step."""

    kind: str
    facts: Mapping[str, Any]
    incident: Incident | None


class Hold:
    """A resource in our hands; `record` is always what the journal says."""

    def __init__(self, journal: Journal, record: TargetRecord, actor: Actor, now: datetime) -> None:
        self._journal = journal
        self._actor = actor
        self._now = now
        self._fresh: dict[tuple[str, int], Record] = {}
        self._doubt = False
        self.record = record
        self.written: list[Written] = []

    @classmethod
    def take(
        cls, journal: Journal, record: TargetRecord, actor: Actor, now: datetime, moved: Moved | None = None
    ) -> "Hold":
        """Claim the resource, with a first entry in the same transaction; raise Fenced when somebody has it."""
        if record.held(now):
            raise Fenced(f"{record.resource} is held until {record.lease_until}", after_seconds=30)
        hold = cls(journal, record, actor, now)
        claimed = replace(record, epoch=record.epoch + 1, lease_until=now + LEASE)
        hold._commit(claimed, record.epoch, moved)
        return hold

    @property
    def incident(self) -> Incident:
        """The incident in hand; only steps of an incident ask for it."""
        if self.record.incident is None:
            raise AssertionError(f"{self.record.resource} has no incident")
        return self.record.incident

    def write(self, moved: Moved, *, record: TargetRecord | None = None, budgets: Sequence[Budget] = ()) -> None:
        """Append a step; raise Fenced when the lease was lost and TryAgain when the journal is busy."""
        self._commit(record or self.record, self.record.epoch, moved, budgets)

    def note(self, stream: str, kind: str, facts: Mapping[str, Any]) -> None:
        """Append to a named stream of this resource."""
        chain = self.record.chains.get(stream, Chain())
        entry = make_record(
            stream,
            chain.seq + 1,
            chain.last_sha256,
            kind,
            self.record.resource,
            _redacted(facts),
            self._actor,
            "",
            self._now,
        )
        record = replace(
            self.record,
            chains={**self.record.chains, stream: Chain(entry.seq, entry.sha256)},
            unexported={stream: entry.seq, **self.record.unexported},
        )
        self._send(record, record.epoch, (entry,), ())

    def mention(self, kind: str, facts: Mapping[str, Any]) -> None:
        """Leave something for the log and the metrics that is no entry of the journal."""
        self.written.append(Written(kind, _redacted(facts), self.record.incident))

    def unexported(self) -> list[Record]:
        """Return the records the audit does not have yet, oldest first, from memory where we wrote them ourselves."""
        return [entry for stream, first in self.record.unexported.items() for entry in self._entries(stream, first)]

    def exported(self) -> None:
        """Remember that the audit has everything; written with the next step."""
        self.record = replace(self.record, unexported={}, export_not_before=None)

    def save(self) -> None:
        """Write the record as it is in hand, without an entry."""
        self._send(self.record, self.record.epoch, (), ())

    def release(self) -> None:
        """Give the lease back when no write did; after a write nobody knows the end of, let it run out instead.

        What is in hand may then be older than what is written, and to write it would undo a step that was taken.
        """
        if self.record.lease_until is not None and not self._doubt:
            self._send(replace(self.record, lease_until=None), self.record.epoch, (), ())

    def _commit(self, record: TargetRecord, expected: int, moved: Moved | None, budgets: Sequence[Budget] = ()) -> None:
        if moved is None:
            self._send(record, expected, (), budgets)
            return
        apart = moved.apart
        moved = replace(moved, incident=_discreet(moved.incident, self.record.incident), facts=_redacted(moved.facts))
        incident, entry = self._entry(moved)
        record = replace(record, incident=incident)
        if entry:
            record = replace(record, unexported={entry.stream: entry.seq, **record.unexported})
        self._send(record, expected, (entry,) if entry else (), budgets, apart)
        if moved.kind:
            self.written.append(Written(moved.kind, moved.facts, incident))

    def _entry(self, moved: Moved) -> tuple[Incident, Record | None]:
        incident = moved.incident
        if moved.kind is None:
            return incident, None
        seq = incident.seq + 1
        facts = {"incident_id": incident.id, "state": incident.state, **moved.facts}
        entry = make_record(
            incident.id,
            seq,
            incident.last_sha256,
            moved.kind,
            incident.resource,
            facts,
            self._actor,
            incident.trace_id,
            self._now,
        )
        return replace(incident, seq=seq, last_sha256=entry.sha256), entry

    def _send(
        self,
        record: TargetRecord,
        expected: int,
        entries: tuple[Record, ...],
        budgets: Sequence[Budget],
        apart: tuple[Apart, ...] = (),
    ) -> None:
        busy = next_step(record, self._now) is not None
        if not busy:
            record = replace(record, lease_until=None)
        due = next_due_at(record, self._now)
        due_at = due.at if due else None
        self._doubt = True
        self._journal.write(
            Change(
                record=record,
                expected_epoch=expected,
                entries=entries,
                budgets=tuple(budgets),
                due_at=record.lease_until or due_at,  # while it is held, nobody else need look before the lease ends
                due_kind=due.do if due else "",
                apart=apart,
            ),
        )
        self._doubt = False
        self.record = record
        self._fresh |= {(e.stream, e.seq): e for e in entries}

    def _entries(self, stream: str, first: int) -> list[Record]:
        last = self._last(stream)
        known = [self._fresh[stream, seq] for seq in range(first, last + 1) if (stream, seq) in self._fresh]
        if len(known) == last + 1 - first:
            return known
        return [record_of(text) for text in self._journal.entries(stream, first)]

    def _last(self, stream: str) -> int:
        incident = self.record.incident
        if incident and incident.id == stream:
            return incident.seq
        chain = self.record.chains.get(stream)
        return chain.seq if chain else -1


def _redacted(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts as they may be kept, with what was taken out counted beside what the front door took out."""
    clean, counts = redact_fact(dict(facts))
    if counts:
        before = clean.get("redactions", {})
        clean["redactions"] = {kind: counts[kind] + before.get(kind, 0) for kind in sorted({*counts, *before})}
    return clean


def _discreet(incident: Incident, held: Incident | None) -> Incident:
    """Redact what an incident remembers of the outside's words; its intent holds values that are acted on.

    What is the same as in hand was redacted when it got there.
    """
    heard = {name: getattr(incident, name) for name in ("says", "notices", "diagnosis", "drift")}
    news = {name: value for name, value in heard.items() if value is not getattr(held, name, None)}
    clean, counts = redact_fact(news)
    return replace(incident, **clean) if counts else incident
