"""The books: silent loss at any stage is found within one run, and what is in order stays silent."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.world import CHAT, NOON, Practice, a_message, an_alert, broken, failing

from responder.adapters.in_memory import InMemoryAlertList, InMemoryLedger, InMemoryQuarantine, InMemoryQueue
from responder.domain.alert import Alert, Notification, Status, fingerprint_of
from responder.domain.books import GRACE, SILENCE, book, read_book
from responder.domain.incident import State
from responder.domain.journal import write_state
from responder.domain.message import Message, encode, to_messages
from responder.domain.plain import canonical, stamp
from responder.errors import CannotKnow, TryAgain
from responder.ports import Fires
from responder.workflow.balance_books import Balanced, Books, balance
from responder.workflow.drain_dead_letters import drain

LATER = GRACE + timedelta(minutes=1)
BEAT = {"alertname": "Watchdog", "severity": "none"}


@dataclass
class Kept:
    """A practice world whose front door keeps a ledger, and the books over both."""

    practice: Practice = field(default_factory=Practice)
    ledger: InMemoryLedger = field(default_factory=InMemoryLedger)
    listed: InMemoryAlertList = field(default_factory=InMemoryAlertList)
    queue: InMemoryQueue = field(default_factory=InMemoryQueue)

    def accept(self, message: Message) -> None:
        self.ledger.lines += read_book(book(message), self.practice.now)

    def lists(self, alert: Alert, *, active: bool = True, receiver: str = "responder") -> None:
        self.listed.fires.append(Fires(alert, (receiver,), active))

    def run(self, after: timedelta = LATER) -> Balanced:
        self.practice.now += after
        books = Books(self.ledger, self.listed, self.queue, "responder")
        return balance(books, self.practice.world(), self.practice.now)


def _beat(at: datetime) -> Message:
    alert = Alert(fingerprint_of(BEAT), Status.FIRING, NOON - timedelta(days=1), BEAT, {})
    (message,) = to_messages(replace(_notification(alert), received_at=at), ())
    return message


def _notification(*alerts: Alert) -> Notification:
    return Notification("alertmanager", "responder", alerts, 0, "trace-1", NOON)


def test_what_was_accepted_and_answered_balances_in_silence() -> None:
    kept = Kept()
    kept.accept(a_message())
    kept.practice.deliver()

    assert kept.run().lost == ()
    assert kept.practice.told("page") == []


def test_an_accepted_alert_that_nothing_knows_of_is_found_and_pages_once() -> None:
    kept = Kept()
    kept.accept(a_message())

    found = [kept.run(), kept.run(timedelta(minutes=5)), kept.run(timedelta(minutes=5))]

    assert [[b.fingerprint for b in run.lost] for run in found] == [[an_alert().fingerprint]] * 3
    (page,) = kept.practice.told("page")
    assert "accepted, and nothing shows what became of them" in page.body
    assert an_alert().fingerprint in page.body


def test_what_is_still_on_its_way_is_not_lost() -> None:
    kept = Kept()
    kept.accept(a_message())

    assert kept.run(GRACE - timedelta(minutes=1)).lost == ()


def test_a_loss_that_was_found_ends_when_the_alert_turns_up() -> None:
    kept = Kept()
    kept.accept(a_message())
    kept.run()
    kept.practice.deliver()

    kept.run(timedelta(minutes=5))
    kept.practice.sweep()

    assert kept.practice.journal.read("books/lost").incident.state is State.CLOSED  # type: ignore[union-attr]  # it was opened above


def test_a_lost_end_is_as_lost_as_a_beginning() -> None:
    kept = Kept()
    kept.practice.deliver()
    kept.accept(a_message(an_alert("resolved", ends=NOON)))

    assert [b.status for b in kept.run().lost] == ["resolved"]


def test_a_second_episode_is_not_covered_by_the_first() -> None:
    kept = Kept()
    kept.practice.deliver()
    kept.practice.resolve(an_alert("resolved", ends=NOON + timedelta(minutes=1)))
    kept.practice.now += timedelta(minutes=5)
    kept.accept(a_message(an_alert(at=NOON + timedelta(minutes=5))))

    assert len(kept.run().lost) == 1


def test_what_was_quarantined_is_not_lost() -> None:
    kept = Kept()
    message = replace(a_message(), redrives=3)
    kept.accept(message)
    drain(encode(message), kept.practice.world(), kept.queue, InMemoryQuarantine(), NOON)

    assert kept.run().lost == ()


def test_what_the_record_has_forgotten_stands_in_the_entries() -> None:
    kept = Kept()
    kept.accept(a_message())
    kept.practice.deliver()
    record = kept.practice.journal.read(CHAT.resource)
    forgetful = replace(record, incident=replace(kept.practice.incident, episodes=()))
    kept.practice.journal.states[CHAT.resource] = canonical(write_state(forgetful))

    assert kept.run().lost == ()


def test_what_stands_in_the_journal_and_in_nobodys_agenda_is_found_and_pages_once() -> None:
    kept = Kept()
    kept.accept(a_message())
    kept.practice.between = failing("modes.read", TryAgain("busy"))
    with pytest.raises(TryAgain):
        kept.practice.deliver()
    kept.practice.between = None
    kept.practice.journal.dues.clear()

    found = [kept.run(), kept.run(timedelta(minutes=5))]

    assert [run.left for run in found] == [(CHAT.resource,)] * 2
    (page,) = kept.practice.told("page")
    assert "no sweep will come back to them" in page.body
    assert CHAT.resource in page.body


def test_what_stands_in_an_agenda_is_the_sweepers_business() -> None:
    kept = Kept()
    kept.accept(a_message())
    kept.practice.between = failing("modes.read", TryAgain("busy"))
    with pytest.raises(TryAgain):
        kept.practice.deliver()
    kept.practice.between = None

    assert kept.run().left == ()


def test_what_was_gone_on_with_between_two_looks_is_not_left() -> None:
    kept = Kept()
    kept.accept(a_message())
    kept.practice.between = failing("modes.read", TryAgain("busy"))
    with pytest.raises(TryAgain):
        kept.practice.deliver()
    dues = dict(kept.practice.journal.dues)
    kept.practice.journal.dues.clear()

    def between(name: str, call: Callable[[], Any]) -> Any:  # noqa: ANN401  # whatever the port returns
        answer = call()
        if name == "agenda.due":  # the index has caught up
            kept.practice.journal.dues |= dues
        return answer

    kept.practice.between = between
    assert kept.run().left == ()


def test_what_fires_and_was_never_notified_is_taken_in_and_told() -> None:
    kept = Kept()
    kept.lists(an_alert())

    run = kept.run()

    assert [a.fingerprint for a in run.unseen] == [an_alert().fingerprint]
    (message,) = kept.queue.messages
    assert (message.resource, message.source) == (CHAT.resource, "alertmanager")
    assert len(kept.practice.told("ticket")) == 1


@pytest.mark.parametrize(
    "listed",
    [
        {"active": False},
        {"receiver": "somebody-else"},
    ],
    ids=["silenced", "not ours"],
)
def test_what_is_silenced_or_for_others_is_not_missed(listed: dict[str, bool | str]) -> None:
    kept = Kept()
    kept.lists(an_alert(), **listed)  # type: ignore[arg-type]  # one of each row

    assert kept.run().unseen == ()


def test_what_stands_beside_a_record_is_neither_lost_nor_unseen_and_costs_one_call() -> None:
    kept = Kept()
    alerts = [an_alert(pod=str(number)) for number in range(90)]
    for alert in alerts:
        kept.practice.fires(alert)
        kept.lists(alert)
    kept.accept(a_message(*alerts))
    kept.practice.deliver(a_message(*alerts))
    before = len(kept.practice.calls)

    run = kept.run()

    assert (run.lost, run.unseen) == ((), ())
    assert kept.practice.calls[before:].count("journal.apart") == 2  # once for each side of the books
    assert "journal.entries" not in kept.practice.calls[before:]


def test_what_ended_beside_a_record_and_fires_on_is_unseen() -> None:
    kept = Kept()
    alerts = [an_alert(pod=str(number)) for number in range(30)]
    kept.accept(a_message(*alerts))
    kept.practice.deliver(a_message(*alerts))
    ended = replace(alerts[-1], status=Status.RESOLVED, ends_at=NOON + timedelta(minutes=1))
    kept.practice.deliver(a_message(ended))
    kept.lists(alerts[-1])

    assert [a.fingerprint for a in kept.run().unseen] == [alerts[-1].fingerprint]


def test_what_has_just_begun_to_fire_is_given_time_to_arrive_except_after_a_cut_notification() -> None:
    kept = Kept()
    kept.lists(an_alert(at=NOON + LATER - timedelta(minutes=1)))

    assert kept.run().unseen == ()
    kept.ledger.cut = 3
    assert len(kept.run(timedelta()).unseen) == 1


def test_an_alert_that_is_answered_here_is_seen() -> None:
    kept = Kept()
    kept.practice.deliver()
    kept.lists(an_alert())

    assert kept.run().unseen == ()


def test_a_watchdog_is_heard_through_the_whole_path_and_opens_no_incident() -> None:
    kept = Kept()

    kept.practice.deliver(_beat(NOON))

    run = kept.run(SILENCE)
    assert (run.watchdogs, run.silent) == (1, ())
    assert kept.practice.journal.opened == []


def test_a_watchdog_that_falls_silent_pages_and_its_return_ends_it() -> None:
    kept = Kept()
    kept.practice.deliver(_beat(NOON))

    assert kept.run(SILENCE + timedelta(minutes=1)).silent == ("alertmanager",)
    assert len(kept.practice.told("page")) == 1
    kept.practice.deliver(_beat(kept.practice.now))
    kept.run(timedelta(minutes=5))
    kept.practice.sweep()
    assert len(kept.practice.told("resolve")) == 1


def test_each_minutes_heartbeat_is_a_message_of_its_own() -> None:
    beats = [_beat(NOON), _beat(NOON + timedelta(seconds=10)), _beat(NOON + timedelta(minutes=1))]

    assert len({beat.deduplication_id for beat in beats}) == 2


def test_books_that_cannot_be_read_are_not_taken_for_balanced_ones() -> None:
    kept = Kept()
    kept.accept(a_message())
    kept.run()

    with broken(kept.ledger, CannotKnow("log: Throttling")):
        run = kept.run(timedelta(minutes=5))

    assert run.cannot == ("log: Throttling",)
    assert kept.practice.journal.read("books/lost").incident.firing  # type: ignore[union-attr]  # it was opened above


def test_the_sweeper_does_not_ask_alertmanager_about_what_the_books_found() -> None:
    kept = Kept()
    kept.accept(a_message())
    kept.run()

    kept.practice.wait(minutes=20)

    assert kept.practice.journal.read("books/lost").incident.firing  # type: ignore[union-attr]  # as above


def test_a_line_keeps_every_alert_by_what_tells_it_apart() -> None:
    message = a_message(an_alert(), an_alert("resolved", ends=NOON))

    booked = read_book(book(message), NOON)

    assert [(b.fingerprint, b.status, stamp(b.starts_at)) for b in booked] == [
        (a.fingerprint, a.status, stamp(a.starts_at)) for a in message.alerts
    ]
    assert read_book({"nonsense": 1}, NOON) == read_book(None, NOON) == []
