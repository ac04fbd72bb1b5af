"""What respond gave up: redriven while that may help, then set aside, and never lost or told twice."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.stories import Crash, failing_at
from tests.world import CHAT, NOON, Practice, a_message, an_alert, broken

from responder.adapters.in_memory import InMemoryQuarantine, InMemoryQueue
from responder.domain.audit import check_chain
from responder.domain.dead_letter import MOST_REDRIVES, PREFIX, resource_of
from responder.domain.incident import Disposition, Incident, State
from responder.domain.message import Message, encode
from responder.errors import ActionFailed, TryAgain
from responder.workflow.drain_dead_letters import Drained, drain, tell_directly

EXHAUSTED = replace(a_message(), redrives=MOST_REDRIVES)


class Drain:
    """A world with dead letters, a queue to redrive into and a bucket to keep bytes in."""

    def __init__(self) -> None:
        self.practice = Practice()
        self.queue, self.quarantine = InMemoryQueue(), InMemoryQuarantine()

    def take(self, message: Message | str) -> Drained:
        body = message if isinstance(message, str) else encode(message)
        return drain(body, self.practice.world(), self.queue, self.quarantine, self.practice.now)

    def incident(self, body: str) -> Incident:
        found = self.practice.journal.read(resource_of(body)).incident
        assert found is not None
        return found


def test_a_readable_message_goes_back_into_the_queue_with_its_counter() -> None:
    drains = Drain()

    assert drains.take(a_message()).outcome == "redriven"
    assert [m.redrives for m in drains.queue.messages] == [1]


def test_each_round_is_a_message_of_its_own_to_the_queue() -> None:
    ids = {replace(a_message(), redrives=n).deduplication_id for n in range(3)}

    assert len(ids) == 3


def test_an_alert_that_no_longer_fires_goes_back_as_ended() -> None:
    drains = Drain()
    drains.practice.ends(an_alert())

    drains.take(a_message())

    assert [a.status for a in drains.queue.messages[0].alerts] == ["resolved"]


def test_where_nobody_can_be_asked_whether_it_fires_it_goes_back_as_it_is() -> None:
    drains = Drain()
    with broken(drains.practice.alerts, ActionFailed("down")):
        drains.take(a_message())

    assert [a.status for a in drains.queue.messages[0].alerts] == ["firing"]


def test_what_failed_in_every_round_is_set_aside_and_a_person_is_paged() -> None:
    drains = Drain()

    assert drains.take(EXHAUSTED).outcome == "quarantined"

    incident = drains.incident(encode(EXHAUSTED))
    assert (incident.state, incident.disposition) == (State.CLOSED, Disposition.QUARANTINED)
    assert [e.disposition for e in incident.episodes] == [Disposition.QUARANTINED]
    (page,) = drains.practice.told("page")
    assert "responder dead-letters redrive" in page.body
    assert page.subject.endswith("needs you")
    assert list(drains.quarantine.kept.values())[0][0] == encode(EXHAUSTED).encode()  # noqa: RUF015  # the only one


@pytest.mark.parametrize("body", ["{", "[]", '{"v": 0}', "z1:nonsense", ""])
def test_what_cannot_be_read_is_set_aside_at_once_and_paged_because_nobody_knows_how_much_it_hurts(body: str) -> None:
    drains = Drain()

    assert drains.take(body).outcome == "quarantined"
    assert len(drains.practice.told("page")) == 1
    assert drains.queue.messages == []


def test_what_only_informs_is_set_aside_with_a_note() -> None:
    drains = Drain()

    drains.take(replace(EXHAUSTED, alerts=(an_alert(severity="info"),)))

    assert [letter.kind for letter in drains.practice.letters] == ["note"]


def test_a_message_of_a_newer_version_waits_for_the_upgrade() -> None:
    with pytest.raises(TryAgain):
        Drain().take(json.dumps({"v": 99}))


def test_while_the_journal_is_down_the_message_stays() -> None:
    drains = Drain()

    with broken(drains.practice.journal, TryAgain("journal: InternalServerError")), pytest.raises(TryAgain):
        drains.take(a_message())
    assert drains.queue.messages == []


def test_a_person_is_told_without_the_journal_at_the_first_try_and_then_ever_more_rarely() -> None:
    practice = Practice()

    for receives in range(1, 17):
        tell_directly(encode(a_message()), receives, "journal: down", [practice.pages], NOON)

    assert [letter.number for letter in practice.letters] == [1, 2, 4, 8, 16]
    assert len({letter.key for letter in practice.letters}) == 1
    assert "LLMHighP95" in practice.letters[0].body


def test_the_bytes_can_be_read_again_by_who_may() -> None:
    drains = Drain()
    drains.take(EXHAUSTED)

    (key,) = drains.quarantine.kept

    assert drains.quarantine.read(key) == encode(EXHAUSTED).encode()


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after its effect"])
def test_a_crash_at_any_call_leaves_one_incident_one_page_and_a_whole_chain(after: bool) -> None:  # noqa: FBT001  # named by the ids
    for place in range(20):
        drains = Drain()
        drains.practice.between = failing_at(place, Crash(), after=after)
        _until_drained(drains)
        drains.practice.between = None
        drains.practice.now += timedelta(minutes=2)
        drains.practice.sweep()

        incident = drains.incident(encode(EXHAUSTED))
        assert {(letter.key, letter.kind) for letter in drains.practice.letters} == {(incident.id, "page")}
        assert check_chain(drains.practice.audit.read(incident.id)) == []
        assert drains.practice.journal.read(incident.resource).lease_until is None
        assert [r for r in drains.practice.journal.states if r.startswith(PREFIX)] == [incident.resource]


def _until_drained(drains: Drain) -> None:
    for _ in range(4):
        try:
            drains.take(EXHAUSTED)
        except (Crash, TryAgain):
            drains.practice.now += timedelta(minutes=6)
        else:
            return
    pytest.fail("it was never drained")


def test_the_target_itself_is_not_held_up() -> None:
    drains = Drain()

    drains.take(EXHAUSTED)

    assert drains.practice.journal.read(CHAT.resource).incident is None
