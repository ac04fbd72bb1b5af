"""A marked release becomes known good when it ran its soak time without an incident."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.world import CHAT, Practice, a_library, failing

from responder.domain.audit import check_chain
from responder.domain.journal import Soaking
from responder.domain.release import Release
from responder.errors import CannotKnow
from responder.workflow.hold import Hold

STREAM = "release/chat"


def _watching(config: str = "chat-v2") -> Practice:
    """v2 was just marked, measures well, and is watched for half an hour."""
    practice = Practice()
    practice.metrics.p95["chat-v2"] = 0.4
    hold = Hold.take(practice.journal, practice.journal.read(CHAT.resource), practice.world().actor, practice.now)
    hold.record = replace(
        hold.record, soaking=Soaking("v2", config, practice.now, practice.now + timedelta(minutes=30))
    )
    hold.note(STREAM, "marked", {"version": "v2"})
    hold.release()
    return practice


def _v2(practice: Practice) -> Release:
    return next(r for r in practice.releases.of("chat") if r.version == "v2")


def _still_watched(practice: Practice) -> bool:
    return practice.journal.read(CHAT.resource).soaking is not None


def test_a_release_that_ran_well_becomes_known_good() -> None:
    practice = _watching()

    practice.wait(minutes=29)
    assert _v2(practice).known_good is None
    practice.wait(minutes=1)
    assert (_v2(practice).known_good, _v2(practice).known_good_by) == ("soaked", "respond")
    assert not _still_watched(practice)


def test_what_became_of_a_release_stands_in_its_own_stream_and_the_chain_holds() -> None:
    practice = _watching()
    practice.wait(minutes=31)

    records = practice.audit.read(STREAM)

    assert check_chain(records) == []
    assert ["llm.responder.marked" in records[0], "llm.responder.soaked" in records[1]] == [True, True]


def test_a_release_during_which_an_incident_opened_does_not_become_known_good() -> None:
    practice = _watching()
    practice.deliver()
    practice.wait(minutes=10)
    practice.resolve()

    practice.wait(minutes=25)

    assert _v2(practice).known_good is None
    assert "llm.responder.not_soaked" in practice.audit.read(STREAM)[-1]


def test_a_release_marked_into_an_open_incident_does_not_become_known_good() -> None:
    practice = Practice()
    practice.modes.settings["global"] = "observe"
    practice.deliver()
    practice.now += timedelta(minutes=1)
    record = practice.journal.read(CHAT.resource)
    soaking = Soaking("v2", "chat-v2", practice.now, practice.now + timedelta(minutes=30))
    Hold.take(practice.journal, replace(record, soaking=soaking), practice.world().actor, practice.now).release()

    practice.wait(minutes=31)

    assert _v2(practice).known_good is None
    assert not _still_watched(practice)


def test_a_release_that_no_longer_runs_does_not_become_known_good() -> None:
    practice = _watching()
    practice.remediator.stand(CHAT, endpoint_config="chat-v3")

    practice.wait(minutes=31)

    assert _v2(practice).known_good is None


def test_a_blamed_release_does_not_become_known_good() -> None:
    practice = _watching()
    practice.releases.save(replace(_v2(practice), blamed="incident 1"))

    practice.wait(minutes=31)

    assert _v2(practice).known_good is None


def test_a_person_who_vouched_meanwhile_is_not_overwritten() -> None:
    practice = _watching()
    practice.releases.save(replace(_v2(practice), known_good="adopted", known_good_by="ann"))

    practice.wait(minutes=31)

    assert _v2(practice).known_good_by == "ann"


def test_a_target_that_cannot_be_looked_at_is_looked_at_again() -> None:
    practice = _watching()
    practice.between = failing("remediator.observe", CannotKnow("throttled"))
    practice.wait(minutes=31)
    assert _still_watched(practice)

    practice.between = None
    practice.wait(minutes=5)
    assert _v2(practice).known_good == "soaked"


def test_a_target_that_left_the_allow_list_is_no_longer_watched() -> None:
    practice = _watching()
    practice.library = a_library(replace(CHAT, name="other", account="000000000000"))

    practice.wait(minutes=31)

    assert not _still_watched(practice)
    assert _v2(practice).known_good is None


@pytest.mark.parametrize("crash_before", ["releases.save", "journal.write"])
def test_a_crash_while_it_is_written_down_is_made_up_for(crash_before: str) -> None:
    practice = _watching()
    practice.wait(minutes=29)
    practice.between = failing(crash_before, SystemExit())
    with pytest.raises(SystemExit):
        practice.wait(minutes=1)
    practice.between = None

    practice.wait(minutes=4)

    assert _v2(practice).known_good == "soaked"
    assert check_chain(practice.audit.read(STREAM)) == []
    assert len(practice.audit.read(STREAM)) == 2


def test_a_release_that_measures_badly_is_not_called_good_even_without_an_incident() -> None:
    practice = _watching()
    practice.metrics.p95["chat-v2"] = 1.5

    practice.wait(minutes=31)

    assert _v2(practice).known_good is None
    assert "does not hold" in practice.audit.read(STREAM)[-1]


def test_a_service_need_not_have_every_measure_of_every_runbook() -> None:
    practice = _watching()

    practice.wait(minutes=31)

    asked = {expression for expression, _ in practice.metrics.asked}
    assert any("infer_judged_total" in expression for expression in asked)
    assert _v2(practice).known_good == "soaked"


@pytest.mark.parametrize("fault", ["no traffic", "no answer"])
def test_a_release_that_cannot_be_measured_is_watched_on(fault: str) -> None:
    practice = _watching()
    if fault == "no traffic":
        practice.metrics.traffic = 0.0
    else:
        practice.metrics.p95["chat-v2"] = None
    practice.wait(minutes=31)
    assert (_v2(practice).known_good, _still_watched(practice)) == (None, True)

    practice.metrics.traffic, practice.metrics.p95["chat-v2"] = 5.0, 0.4
    practice.wait(minutes=6)

    assert _v2(practice).known_good == "soaked"
