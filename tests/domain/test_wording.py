from dataclasses import replace
from datetime import timedelta

import pytest
from tests.world import CHAT, NOON, SHIPPED, Given, a_diagnosis, a_plan, an_alert, an_incident, an_intent

from responder.domain.advice import Pointers, links
from responder.domain.escalation import NoticeKind
from responder.domain.evidence import Evidence
from responder.domain.failure_mode import FailureMode
from responder.domain.incident import Disposition, Incident, State
from responder.domain.target import Links
from responder.domain.wording import LONGEST, body, one_line, subject

RUNBOOK = SHIPPED.book.page(FailureMode.LATENCY_SPIKE)
REFUSED = {"state": State.ESCALATED, "refusal": "mode", "says": "mode global is observe", "proposal": a_plan()}


def _body(incident: Incident, kind: NoticeKind = NoticeKind.PAGE) -> str:
    return body(incident, kind, Pointers(CHAT, RUNBOOK), NOON + timedelta(minutes=7))


@pytest.mark.parametrize(
    ("changes", "tone"),
    [
        ({"state": State.CONVERGING}, "automation is still trying"),
        ({"state": State.RECOVERED}, "recovered by automation"),
        ({"state": State.ESCALATED}, "needs you"),
        (REFUSED, "would have acted"),
        ({**REFUSED, "refusal": "cooldown"}, "needs you"),
        ({"state": State.CLOSED, "disposition": Disposition.RECOVERED, "acted_at": NOON}, "recovered by automation"),
        ({"state": State.CLOSED, "disposition": Disposition.RECOVERED}, "ended"),
        ({"state": State.CLOSED, "disposition": Disposition.ESCALATED, "acted_at": NOON}, "ended"),
    ],
)
def test_the_subject_says_how_it_stands(changes: dict[str, Given], tone: str) -> None:
    incident = an_incident(diagnosis=a_diagnosis(), **changes)

    assert subject(incident, NoticeKind.PAGE, CHAT) == f"[critical] chat: latency_spike - {tone}"


def test_before_a_diagnosis_the_subject_does_not_pretend_to_one() -> None:
    said = subject(an_incident(), NoticeKind.PAGE, CHAT)

    assert said == "[critical] chat: not diagnosed yet - automation is still trying"


def test_without_a_target_the_alert_is_named() -> None:
    assert subject(an_incident(), NoticeKind.PAGE, None).startswith("[critical] LLMHighP95: ")
    assert CHAT.resource in subject(an_incident(alerts=()), NoticeKind.PAGE, None)


def test_a_page_tells_what_is_wrong_and_since_when() -> None:
    text = _body(an_incident())

    assert text.startswith("chat: something is wrong. p95 is 2.5 s\nSince 2026-11-25T12:00:00.000Z (7m ago), critical")
    assert "  - LLMHighP95 [page] p95 is 2.5 s (env=practice, model=chat)" in text


def test_a_page_tells_what_we_believe_and_on_what_it_rests() -> None:
    evidence = (
        Evidence("p95", "prometheus", "q", NOON, value=2.5),
        Evidence("errors", "prometheus", "q", NOON, missing="timeout"),
    )

    text = _body(an_incident(diagnosis=a_diagnosis(evidence=evidence, despite=("errors are up",))))

    assert "What we believe: latency_spike, confidence 0.90" in text
    assert "\n  because the alert names this runbook\n  despite errors are up\n" in text
    assert "\n  measured p95 = 2.5\n  no answer to 1 of 2 questions (timeout)" in text


def test_a_page_tells_what_we_did_and_how_to_take_it_back() -> None:
    text = _body(an_incident(state=State.ESCALATED, intent=an_intent(), acted_at=NOON, says="it failed"))

    assert "What we did: roll endpoint chat back from v2 to v1 (adopted good) (action action-1).\n" in text
    assert "How it stands: it failed." in text
    assert "To take it back by hand:\n  go forth to chat-v2" in text


def test_what_was_only_tried_is_not_called_done() -> None:
    text = _body(an_incident(state=State.ESCALATED, intent=an_intent(), says="the change was refused: no rights"))

    assert "What we tried: roll endpoint chat back" in text
    assert "What we did:" not in text


def test_what_was_taken_back_is_not_offered_to_be_taken_back_again() -> None:
    incident = an_incident(state=State.ESCALATED, intent=an_intent(), acted_at=NOON, reverted_at=NOON)

    assert "(action action-1), and took it back." in _body(incident)
    assert "To take it back by hand" not in _body(incident)


def test_a_change_that_must_not_be_undone_comes_without_the_command() -> None:
    one_way = an_intent(plan=a_plan(undoable=False))

    assert "To take it back" not in _body(an_incident(state=State.ESCALATED, intent=one_way, acted_at=NOON))


def test_a_refusal_tells_what_would_have_been_done_why_not_and_the_exact_command() -> None:
    text = _body(an_incident(**REFUSED))

    assert (
        "What we did not do: would have: roll endpoint chat back from v2 to v1 (adopted good);"
        " refused because of mode: mode global is observe"
    ) in text
    assert "Do this first, if you agree with it; automation may not:\n  go back to chat-v1" in text
    assert text.count("mode global is observe") == 1


def test_a_page_carries_the_runbooks_prose_and_a_note_does_not() -> None:
    assert "Usual causes, most likely first" in _body(an_incident())
    assert "Usual causes, most likely first" not in _body(an_incident(), NoticeKind.NOTE)


def test_a_page_says_where_the_whole_story_is() -> None:
    assert "The whole story: responder incident incident-1" in _body(an_incident())


def test_more_alerts_than_are_kept_are_counted() -> None:
    incident = an_incident(episodes=an_incident().episodes * 12)

    assert "  - and 11 more firing" in _body(incident)


@pytest.mark.parametrize("evil", ["a\nResolved: yes", "a\r\n\r\nb", "a\u2028b", "a\u202eb", "a\x00b", "a\x1b[31mb"])
def test_outside_text_cannot_pretend_to_be_another_line(evil: str) -> None:
    def said(text: str) -> str:
        alert = replace(an_alert(), annotations={"summary": text})
        return _body(an_incident(alerts=(alert,), says=text, state=State.ESCALATED))

    assert len(said(evil).splitlines()) == len(said("harmless").splitlines())
    assert not set(said(evil)) & set("\u202e\x00\x1b\u2028\r")


def test_long_text_is_cut() -> None:
    assert one_line("x" * 500, 100) == "x" * 97 + "..."
    assert len(_body(an_incident(alerts=(an_alert(note="x" * 5000),) * 50))) <= LONGEST


def test_only_the_owners_links_are_shown() -> None:
    with_link = replace(CHAT, links=Links(dashboard="https://grafana.example.com/d/chat"))

    assert links(with_link, {}, None) == (("dashboard", "https://grafana.example.com/d/chat"),)
    assert links(CHAT, {}, None) == links(None, {}, None) == ()


def test_the_link_to_prometheus_is_built_from_our_settings_and_the_runbooks_query() -> None:
    found = dict(links(CHAT, {"Prometheus": "https://prometheus.example.com"}, 'up{model="chat"}'))

    assert found["Prometheus"] == "https://prometheus.example.com/graph?g0.tab=0&g0.expr=up%7Bmodel%3D%22chat%22%7D"


def test_what_to_do_first_stands_before_what_we_believe() -> None:
    text = _body(an_incident(state=State.ESCALATED, diagnosis=a_diagnosis(), says="it failed"))

    assert text.index("Do this first:") < text.index("What we believe:") < text.index("Usual causes")


def test_while_automation_works_a_person_is_asked_to_look_and_told_how_to_stop_it() -> None:
    text = _body(an_incident(state=State.CONVERGING, give_up_at=NOON))

    assert "look, but change nothing yet. Automation is at work, until 2026-11-25T12:00:00.000Z at the latest" in text
    assert "To stop it:\n  responder mode off --target chat" in text


def test_after_a_recovery_nobody_has_to_do_anything_now() -> None:
    assert "Do this first: nothing now." in _body(an_incident(state=State.RECOVERED))


def test_commands_of_the_runbook_name_this_target() -> None:
    text = _body(an_incident(state=State.ESCALATED))

    assert "responder releases list chat" in text
    assert "TARGET" not in text


@pytest.mark.parametrize(
    ("kind", "begins"), [("update", "Update: [critical] chat"), ("resolve", "Ended: [critical] chat")]
)
def test_what_follows_says_so_in_its_subject(kind: str, begins: str) -> None:
    assert subject(an_incident(), NoticeKind(kind), CHAT).startswith(begins)
