"""The responder is upgraded, or rolled back, in the middle of an incident: nothing is lost and nothing changes course.

`tests/fixtures/record_v1.json` is what the first version left in the journal while it verified a rollback. It is
never generated again: when it can no longer be read, the code is wrong.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.world import CHAT, NOON, ROOT, Practice, a_message, an_alert

from responder.domain.audit import check_chain, record_of
from responder.domain.failure_mode import FailureMode
from responder.domain.incident import Disposition, State
from responder.domain.journal import VERSION
from responder.domain.message import SAID, decode, encode
from responder.domain.plain import canonical
from responder.domain.runbook import Escalate, IfNotRecovered, Library, Policy
from responder.errors import TryAgain

FROZEN = json.loads((ROOT / "tests" / "fixtures" / "record_v1.json").read_text())


def _rewrite(practice: Practice, change: Callable[[dict[str, Any]], None]) -> None:
    """Let another version of the responder write into the record."""
    state = json.loads(practice.journal.states[CHAT.resource])
    change(state)
    practice.journal.states[CHAT.resource] = canonical(state)


def _state(practice: Practice) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(practice.journal.states[CHAT.resource])
    return found


def _finish(practice: Practice) -> None:
    practice.wait(minutes=12)
    practice.resolve()
    practice.wait(minutes=2)


def _converging() -> Practice:
    practice = Practice()
    practice.deliver()
    assert practice.state is State.CONVERGING
    return practice


def _left_by_the_first_version() -> Practice:
    practice = Practice(now=NOON + timedelta(minutes=4))
    state, entries = FROZEN["state"], FROZEN["entries"]
    practice.journal.states[CHAT.resource] = canonical(state)
    practice.journal.epochs[CHAT.resource] = state["epoch"]
    practice.journal.dues[CHAT.resource] = (practice.now, "verify")
    practice.journal.streams[state["incident"]["id"]] = dict(enumerate(entries, start=1))
    practice.audit.objects = {record.key: record.text for record in map(record_of, entries)}
    practice.remediator.stand(CHAT, endpoint_config="chat-v1")
    return practice


def _other_rules(**changes: Any) -> Callable[[Library], Library]:  # noqa: ANN401  # fields of Policy
    def changed(library: Library) -> Library:
        page = library.book.page(FailureMode.LATENCY_SPIKE)
        policy: Policy = replace(page.policy, **changes)
        pages = {**library.book.runbooks, FailureMode.LATENCY_SPIKE: replace(page, policy=policy, sha256="f" * 64)}
        return replace(library, book=replace(library.book, runbooks=pages))

    return changed


def test_what_the_first_version_left_behind_is_read_and_finished() -> None:
    practice = _left_by_the_first_version()

    _finish(practice)

    assert (practice.state, practice.incident.disposition) == (State.CLOSED, Disposition.RECOVERED)
    assert practice.remediator.applied == []
    assert practice.incident.id == FROZEN["state"]["incident"]["id"]


def test_the_chain_the_first_version_began_holds_to_its_end() -> None:
    practice = _left_by_the_first_version()

    _finish(practice)

    records = practice.audit.read(practice.incident.id)
    assert records[: len(FROZEN["entries"])] == FROZEN["entries"]
    assert check_chain(records) == []
    assert "llm.responder.closed" in records[-1]


def test_keys_of_a_newer_responder_survive_the_whole_rest_of_the_incident() -> None:
    practice = _converging()
    _rewrite(practice, lambda s: s.update(approvals={"ann": "yes"}))
    _rewrite(practice, lambda s: s["incident"].update(confidence_trail=[0.9]))

    _finish(practice)

    assert practice.state is State.CLOSED
    assert _state(practice)["approvals"] == {"ann": "yes"}
    assert _state(practice)["incident"]["confidence_trail"] == [0.9]


@pytest.mark.parametrize("where", ["plan", "verify", "escalate"])
def test_keys_of_a_newer_responder_inside_the_intent_stop_nothing(where: str) -> None:
    practice = _converging()
    _rewrite(practice, lambda s: s["incident"]["intent"][where].update(from_the_future=1))

    _finish(practice)

    assert practice.state is State.CLOSED


def test_a_record_of_a_newer_version_is_tried_again_and_left_as_it_is() -> None:
    practice = _converging()
    _rewrite(practice, lambda s: s.update(v=VERSION + 1))
    before = _state(practice)

    with pytest.raises(TryAgain, match="a newer responder will take it"):
        practice.deliver(a_message(an_alert(route="/chat")))
    practice.wait(minutes=30)

    assert _state(practice) == before
    assert practice.letters == []


def test_once_the_newer_responder_is_back_nothing_is_missing() -> None:
    practice = _converging()
    _rewrite(practice, lambda s: s.update(v=VERSION + 1))
    practice.wait(minutes=5)
    _rewrite(practice, lambda s: s.update(v=VERSION))

    practice.deliver(a_message(an_alert(route="/chat")))
    practice.wait(minutes=12)

    assert practice.state is State.RECOVERED
    assert len(practice.incident.episodes) == 2


def test_a_queued_message_of_a_newer_version_is_tried_again() -> None:
    newer = json.loads(encode(a_message())) | {"v": SAID + 1}

    with pytest.raises(TryAgain):
        decode(json.dumps(newer))


def test_a_queued_message_with_keys_of_a_newer_responder_is_answered() -> None:
    practice = Practice()

    practice.deliver(decode(json.dumps(json.loads(encode(a_message())) | {"priority": 1})))

    assert practice.state is State.CONVERGING


def test_other_rules_for_success_change_nothing_about_a_running_response() -> None:
    practice = _converging()
    verify = practice.library.book.page(FailureMode.LATENCY_SPIKE).policy.verify
    assert verify is not None
    practice.library = _other_rules(verify=replace(verify, condition="value < `0.1`"))(practice.library)

    practice.wait(minutes=12)

    assert practice.state is State.RECOVERED


def test_other_rules_for_success_hold_for_what_begins_after_them() -> None:
    practice = Practice()
    verify = practice.library.book.page(FailureMode.LATENCY_SPIKE).policy.verify
    assert verify is not None
    practice.library = _other_rules(verify=replace(verify, condition="value < `0.1`"))(practice.library)
    practice.deliver()

    practice.wait(minutes=12)

    assert practice.state is State.VERIFYING


def _rules_for_what_did_not_help(after: IfNotRecovered, *, begun: bool) -> int:
    """Return how many changes were made when the rules changed before or after the response had begun."""
    practice = Practice()
    practice.metrics.p95["chat-v1"] = 2.6
    steps = practice.library.book.page(FailureMode.LATENCY_SPIKE).policy.remediation
    changed = _other_rules(remediation=tuple(replace(step, if_not_recovered=after) for step in steps))
    if begun:
        practice.deliver()
    practice.library = changed(practice.library)
    if not begun:
        practice.deliver()
    practice.wait(minutes=30)
    return len(practice.remediator.applied)


def test_a_running_response_is_undone_as_it_was_decided() -> None:
    assert _rules_for_what_did_not_help(IfNotRecovered.KEEP, begun=True) == 2
    assert _rules_for_what_did_not_help(IfNotRecovered.KEEP, begun=False) == 1


def test_a_running_response_pages_when_it_was_decided_that_it_would() -> None:
    practice = Practice(converge_after=timedelta(hours=1))
    practice.deliver()
    practice.library = _other_rules(escalate=Escalate(page_after=timedelta(hours=9)))(practice.library)
    practice.deliver(a_message(an_alert(route="/chat")))

    practice.wait(minutes=15)

    assert [letter.kind for letter in practice.letters] == ["page"]


def test_a_target_taken_off_the_allow_list_is_neither_touched_nor_measured_again() -> None:
    practice = Practice()
    practice.metrics.p95["chat-v1"] = 2.6
    practice.deliver()
    practice.wait(minutes=10)
    practice.library = replace(practice.library, targets=(replace(CHAT, name="other", account="000000000000"),))
    practice.metrics.asked.clear()

    practice.wait(minutes=60)

    incident = practice.journal.read(CHAT.resource).incident
    assert incident is not None
    assert incident.state is State.ESCALATED
    assert (len(practice.remediator.applied), practice.metrics.asked) == (1, [])
    assert "services.yaml no longer names chat" in practice.letters[0].body
