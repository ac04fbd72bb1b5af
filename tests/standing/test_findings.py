"""What finds nothing proves nothing: each thing that must not be is found in a journal that has it."""

from dataclasses import replace
from typing import Any

import pytest
from tests.standing.findings import Journal, misplaced, moment, paged_wrongly, unproved, unsettled
from tests.world import NOON, Practice, an_alert

from responder.domain.audit import record_of
from responder.domain.incident import State

EPISODE = (an_alert().fingerprint, NOON.isoformat())


@pytest.fixture
def journal() -> Journal:
    """An incident as it should be: paged once, closed, proved."""
    practice = Practice()
    practice.pages.name = "pagerduty"
    practice.modes.settings["global"] = "observe"
    practice.deliver()
    practice.resolve()
    resources = [practice.journal.read(name) for name in practice.journal.states]
    streams = {
        stream: [text for _, text in sorted(texts.items())] for stream, texts in practice.journal.streams.items()
    }
    return Journal(resources, streams)


def test_a_journal_as_it_should_be_has_no_fault(journal: Journal) -> None:
    assert list(misplaced(journal, {EPISODE})) == []
    assert list(unsettled(journal)) == []
    assert list(paged_wrongly(journal, [_page(journal, 1)])) == []
    assert list(unproved(journal, _keys(journal))) == []


def test_an_alert_that_ended_nowhere_or_twice_is_found(journal: Journal) -> None:
    (texts,) = journal.streams.values()
    twice = replace(journal, streams={"one": texts, "two": texts})
    never = replace(journal, streams={"one": [text for text in texts if ".closed" not in text]})

    assert list(misplaced(journal, {("nobody", NOON.isoformat())})) == [
        f"nobody since {NOON.isoformat()} ended as nothing"
    ]
    assert len(list(misplaced(twice, {EPISODE}))) == 1
    assert len(list(misplaced(never, {EPISODE}))) == 1


def test_an_incident_that_is_still_open_is_found(journal: Journal) -> None:
    (record,) = journal.resources
    assert record.incident is not None
    still = replace(record, incident=replace(record.incident, state=State.ESCALATED))

    assert len(list(unsettled(replace(journal, resources=[still])))) == 1


def test_a_page_that_rang_twice_or_of_which_one_side_does_not_know_is_found(journal: Journal) -> None:
    assert len(list(paged_wrongly(journal, [_page(journal, 2)]))) == 1
    assert len(list(paged_wrongly(journal, []))) == 1
    assert len(list(paged_wrongly(replace(journal, streams={}), [_page(journal, 1)]))) == 1


def test_a_record_that_is_missing_in_the_chain_or_in_the_audit_is_found(journal: Journal) -> None:
    ((stream, texts),) = journal.streams.items()

    assert list(unproved(replace(journal, streams={stream: texts[1:]}), _keys(journal)))
    assert len(list(unproved(journal, _keys(journal)[1:]))) == 1


def test_a_start_is_the_same_however_it_is_written() -> None:
    assert moment("2026-11-25T12:00:00.123Z") == moment("2026-11-25T12:00:00.123456+00:00")


def _page(journal: Journal, opened: int) -> dict[str, Any]:
    return {"dedup_key": next(iter(journal.streams)), "opened": opened}


def _keys(journal: Journal) -> list[str]:
    return [record_of(text).key for texts in journal.streams.values() for text in texts]
