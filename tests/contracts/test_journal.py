"""The journal and the agenda: what the whole response rests on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.adapters.cloud import TABLE, a_table
from tests.world import CHAT, NOON, an_alert

from responder.adapters.agenda_table import AgendaTable
from responder.adapters.in_memory import InMemoryJournal
from responder.adapters.journal_table import JournalTable
from responder.domain.alert import Severity
from responder.domain.audit import GENESIS, Actor, Record, make_record
from responder.domain.incident import Apart, Episode, Incident
from responder.domain.journal import MOST_APART, Budget, Change, TargetRecord, read_state, write_state
from responder.domain.storm import NAMED, Member
from responder.errors import Fenced
from responder.ports import Journal

RESPOND = Actor("function", "respond", "test")


@dataclass
class Books:
    """A journal and what is asked of its agenda: the twin is both in one."""

    journal: Journal
    agenda: Any  # the port's two questions, and the command line's

    def write(self, epoch: int, *entries: Record, was: int | None = None, **changes: Any) -> None:  # noqa: ANN401  # fields of Change
        record = changes.pop("record", None) or replace(TargetRecord(CHAT.resource), epoch=epoch)
        expected = epoch - 1 if was is None else was
        self.journal.write(Change(record, expected, entries, **changes))


@pytest.fixture(params=["twin", "table"])
def books(request: pytest.FixtureRequest) -> Books:
    if request.param == "twin":
        twin = InMemoryJournal()
        return Books(twin, twin)
    request.getfixturevalue("cloud")
    client = a_table()
    return Books(JournalTable(TABLE, client), AgendaTable(TABLE, client))


def an_entry(seq: int, stream: str = "incident-1", **facts: Any) -> Record:  # noqa: ANN401  # plain data
    return make_record(stream, seq, GENESIS, "received", CHAT.resource, facts, RESPOND, "trace-1", NOON)


def an_incident(name: str = "incident-1", opened_at: datetime = NOON) -> Incident:
    return Incident(name, CHAT.resource, opened_at, "trace-1", target="chat", alerts=(an_alert(),))


def texts(entries: Sequence[Record]) -> list[str]:
    return [entry.text for entry in entries]


def test_a_resource_never_seen_has_epoch_zero(books: Books) -> None:
    assert books.journal.read("somewhere/else") == TargetRecord("somewhere/else")


def test_what_is_written_is_read_back(books: Books) -> None:
    lease = NOON + timedelta(seconds=90, microseconds=5)
    record = TargetRecord(CHAT.resource, 1, lease, incident=an_incident(), unexported={"incident-1": 1})

    books.write(1, record=record)

    assert books.journal.read(CHAT.resource) == record


def test_keys_of_a_newer_responder_survive(books: Books) -> None:
    newer = read_state({**write_state(TargetRecord(CHAT.resource, 1)), "mood": "calm"})

    books.write(1, record=newer)

    assert write_state(books.journal.read(CHAT.resource))["mood"] == "calm"


def test_a_claim_fences_whoever_held_it_before(books: Books) -> None:
    books.write(1)
    books.write(2)

    with pytest.raises(Fenced):
        books.write(1, an_entry(1), was=1)
    assert books.journal.entries("incident-1", 1) == []


def test_the_holder_writes_as_often_as_it_likes(books: Books) -> None:
    books.write(1)
    books.write(1, an_entry(1), was=1)
    books.write(1, an_entry(2), was=1)

    assert len(books.journal.entries("incident-1", 1)) == 2


def test_two_first_claims_are_one(books: Books) -> None:
    books.write(1)

    with pytest.raises(Fenced):
        books.write(1)


def test_an_entry_is_never_written_over(books: Books) -> None:
    books.write(1, an_entry(1, says="first"))

    with pytest.raises(Fenced):
        books.write(1, an_entry(1, says="second"), was=1)
    assert books.journal.entries("incident-1", 1) == [an_entry(1, says="first").text]


def test_a_refused_change_leaves_nothing_behind(books: Books) -> None:
    books.write(1, budgets=(Budget("fleet").spend(NOON),))

    with pytest.raises(Fenced):
        books.write(2, an_entry(1), budgets=(Budget("fleet", version=7).spend(NOON),), due_at=NOON, due_kind="tell")
    assert books.journal.read(CHAT.resource).epoch == 1
    assert books.journal.entries("incident-1", 1) == []
    assert books.agenda.due(NOON) == []


def test_entries_come_in_order_from_the_number_asked(books: Books) -> None:
    entries = [an_entry(seq) for seq in range(1, 13)]
    books.write(1, *entries)

    assert books.journal.entries("incident-1", 3) == texts(entries[2:])


def an_apart(number: int, ends_at: datetime | None = None) -> Apart:
    labels = {"alertname": "Slow", "pod": str(number)}
    episode = Episode("alertmanager", f"{number:016x}", "Slow", Severity.CRITICAL, NOON, NOON, ends_at=ends_at)
    return Apart("incident-1", episode, labels)


def test_what_stands_apart_is_read_by_its_key_however_many_are_asked(books: Books) -> None:
    many = tuple(an_apart(number) for number in range(2 * MOST_APART))
    books.write(1, apart=many[:MOST_APART])
    books.write(1, was=1, apart=many[MOST_APART:])

    found = books.journal.apart(CHAT.resource, [one.key for one in many] + [("grafana", "unknown")])

    assert sorted(found, key=lambda one: one.key) == list(many)
    assert books.journal.apart("somewhere/else", [many[0].key]) == []
    assert books.journal.apart(CHAT.resource, []) == []


def test_a_change_of_the_most_that_may_stand_apart_holds_everything_else_as_well(books: Books) -> None:
    many = tuple(an_apart(number) for number in range(MOST_APART))
    budgets = (Budget("fleet").spend(NOON), Budget("runbook#latency_spike").spend(NOON))

    books.write(1, an_entry(1), an_entry(1, "control"), budgets=budgets, apart=many)

    assert len(books.journal.apart(CHAT.resource, [one.key for one in many])) == MOST_APART


def test_a_refused_change_leaves_nothing_apart(books: Books) -> None:
    books.write(1)

    with pytest.raises(Fenced):
        books.write(1, apart=(an_apart(1),))
    assert books.journal.apart(CHAT.resource, [an_apart(1).key]) == []


def test_an_episode_apart_has_one_place_whatever_becomes_of_it(books: Books) -> None:
    books.write(1, apart=(an_apart(1),))
    books.write(1, was=1, apart=(an_apart(1, ends_at=NOON),))

    assert books.journal.apart(CHAT.resource, [an_apart(1).key]) == [an_apart(1, ends_at=NOON)]


def test_what_is_open_apart_is_gone_through_piece_by_piece(books: Books) -> None:
    for start in range(0, 3 * MOST_APART, MOST_APART):
        ends = [NOON if number % 3 == 0 else None for number in range(start, start + MOST_APART)]
        written = tuple(an_apart(start + place, ends_at) for place, ends_at in enumerate(ends))
        books.write(1, was=min(start, 1), apart=written)

    first, place = books.journal.open_apart(CHAT.resource, "")
    seen, rounds = list(first), 1
    while place:
        some, place = books.journal.open_apart(CHAT.resource, place)
        seen, rounds = seen + some, rounds + 1

    assert len(first) == MOST_APART
    assert sorted(one.labels["pod"] for one in seen) == sorted(str(n) for n in range(3 * MOST_APART) if n % 3)
    assert rounds <= 4
    assert books.journal.open_apart("somewhere/else", "") == ([], "")


def test_streams_do_not_mix(books: Books) -> None:
    control, release = an_entry(1, "control"), an_entry(1, "release/chat")
    books.write(1, control, release, an_entry(1))

    assert books.journal.entries("control", 1) == [control.text]
    assert books.journal.entries("release/chat", 1) == [release.text]


def test_a_budget_never_spent_is_empty(books: Books) -> None:
    assert books.agenda.budgets(["fleet", "runbook#latency_spike"]) == [
        Budget("fleet"),
        Budget("runbook#latency_spike"),
    ]


def test_what_is_spent_is_read_in_the_order_asked(books: Books) -> None:
    books.write(1, budgets=(Budget("fleet").spend(NOON), Budget("runbook#latency_spike").spend(NOON)))

    mode, fleet = books.agenda.budgets(["runbook#latency_spike", "fleet"])

    assert (mode.name, fleet.name, fleet.spent, fleet.version) == ("runbook#latency_spike", "fleet", (NOON,), 1)


def test_a_budget_that_moved_since_it_was_read_is_refused(books: Books) -> None:
    read = books.agenda.budgets(["fleet"])[0]
    books.write(1, budgets=(read.spend(NOON),))

    with pytest.raises(Fenced):
        books.write(1, budgets=(read.spend(NOON),), was=1)
    assert books.agenda.budgets(["fleet"])[0].spent == (NOON,)


def test_what_is_due_comes_earliest_first(books: Books) -> None:
    for minutes, resource in ((3, "c"), (1, "a"), (2, "b"), (9, "later")):
        due_at = NOON + timedelta(minutes=minutes)
        books.write(1, record=TargetRecord(resource, 1), due_at=due_at, due_kind=f"kind-{resource}")

    due = books.agenda.due(NOON + timedelta(minutes=3))

    assert due == [("a", "kind-a"), ("b", "kind-b"), ("c", "kind-c")]


def test_what_is_no_longer_due_is_off_the_agenda(books: Books) -> None:
    books.write(1, due_at=NOON, due_kind="tell")
    books.write(1, was=1)

    assert books.agenda.due(NOON) == []


def test_a_storms_incidents_are_named_oldest_first_and_counted(books: Books) -> None:
    for number in range(1, NAMED + 3):
        name, opened_at = f"incident-{number}", NOON + timedelta(seconds=number)
        record = TargetRecord(CHAT.resource, number, incident=an_incident(name, opened_at))
        alerts = [{"labels": {"alertname": f"Slow{number}"}}]
        books.write(number, an_entry(1, name, alerts=alerts), record=record)

    members, count = books.agenda.opened_since(NOON + timedelta(seconds=2))

    assert (len(members), count) == (NAMED, NAMED + 1)
    assert members[0] == Member("incident-2", CHAT.resource, NOON + timedelta(seconds=2), "Slow2")
    assert books.agenda.opened_since(NOON + timedelta(hours=1)) == ([], 0)


def test_incidents_are_listed_newest_first(books: Books) -> None:
    for number in (1, 2, 3):
        name, opened_at = f"incident-{number}", NOON + timedelta(minutes=number)
        record = TargetRecord(CHAT.resource, number, incident=an_incident(name, opened_at))
        books.write(number, an_entry(1, name), an_entry(2, name), record=record)

    listed = books.agenda.incidents(2)

    assert listed == [
        ("incident-3", CHAT.resource, NOON + timedelta(minutes=3)),
        ("incident-2", CHAT.resource, NOON + timedelta(minutes=2)),
    ]
