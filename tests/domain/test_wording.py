from dataclasses import replace
from datetime import timedelta

import pytest
from tests.world import CHAT, NOON, SHIPPED, Given, a_diagnosis, a_plan, an_alert, an_incident, an_intent

from responder.domain.advice import Others, Pointers, links, prose
from responder.domain.books import DO_FIRST, Trouble, finding
from responder.domain.escalation import NoticeKind
from responder.domain.evidence import Evidence
from responder.domain.failure_mode import FailureMode
from responder.domain.incident import Disposition, Incident, State
from responder.domain.target import Links, Target
from responder.domain.things.load import TargetGroup
from responder.domain.things.service import EcsService
from responder.domain.touch import Touch
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

    assert said == "[critical] chat: LLMHighP95 - automation is looking at it"


def test_without_a_target_the_alert_is_named() -> None:
    assert subject(an_incident(target=None), NoticeKind.PAGE, None) == "[critical] LLMHighP95: p95 is 2.5 s - needs you"
    assert CHAT.resource in subject(an_incident(alerts=()), NoticeKind.PAGE, None)


def test_a_page_tells_what_is_wrong_and_since_when() -> None:
    text = _body(an_incident())

    assert text.startswith("chat: Answers are slow. p95 is 2.5 s\nSince 2026-11-25 12:00 UTC (7m ago), critical")
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

    assert "What we did not do: roll endpoint chat back from v2 to v1 (adopted good)." in text
    assert "Why not: mode global is observe (mode)." in text
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

    assert "look, but change nothing yet. Automation is at work, until 2026-11-25 12:00 UTC at the latest" in text
    assert "To stop it:\n  responder mode off --target chat" in text


def test_told_before_anything_is_decided_it_says_so_and_gives_the_first_look() -> None:
    text = _body(an_incident())

    assert "What automation finds and decides follows in a minute or two.\n  1. How slow, and since when?" in text


def test_where_nothing_may_be_touched_nobody_is_told_to_wait_for_automation() -> None:
    text = body(an_incident(target=None), NoticeKind.PAGE, Pointers(None, None), NOON)

    assert "look yourself; no entry of services.yaml matches" in text


@pytest.mark.parametrize("trouble", list(Trouble))
def test_what_the_books_find_says_what_to_do_about_it(trouble: Trouble) -> None:
    (alert,) = finding(trouble, ["this one"], NOON, NOON).alerts
    incident = an_incident(target=None, resource=f"books/{trouble}", alerts=(alert,))

    assert DO_FIRST[trouble] in body(incident, NoticeKind.PAGE, Pointers(None, None), NOON)
    said = subject(incident, NoticeKind.PAGE, None)
    assert said.startswith("[critical] responder: ")
    assert said.endswith("needs you")


def test_a_condition_nobody_could_answer_is_told_without_its_quoting() -> None:
    says = 'cannot tell whether release.age_s < `86400`: "release"."age_s" is missing'
    text = _body(an_incident(state=State.ESCALATED, refusal="condition", says=says))

    assert "Why not: cannot tell whether release.age_s < 86400: release.age_s is missing (condition)." in text
    assert "What we did not do: anything." in text


def test_in_a_storm_nobody_is_given_a_command_for_one_target() -> None:
    text = _body(an_incident(**{**REFUSED, "refusal": "storm", "says": "3 targets in trouble together"}))

    assert "Do this first: look for what these targets share" in text
    assert "go back to chat-v1" not in text


def test_after_a_rollback_that_healed_nobody_is_given_the_way_back_to_what_was_bad() -> None:
    healed = {"state": State.RECOVERED, "intent": an_intent(), "acted_at": NOON}

    assert "go forth to chat-v2" not in _body(an_incident(**healed))
    assert "go forth to chat-v2" in _body(an_incident(**{**healed, "state": State.ESCALATED}))
    assert "go forth to chat-v2" in _body(an_incident(**{**healed, "intent": an_intent(plan=a_plan(leaves=None))}))


def test_an_end_says_so_once() -> None:
    ended = an_incident(state=State.CLOSED, disposition=Disposition.ESCALATED, diagnosis=a_diagnosis())

    assert subject(ended, NoticeKind.RESOLVE, CHAT) == "[critical] chat: latency_spike - ended"


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


def test_what_stands_beside_what_was_led_back_is_told_apart() -> None:
    first = an_intent(action_id="first", plan=a_plan(says="scale out", undo_command="scale in", lift=({},)))
    second = an_intent(plan=a_plan(says="serve gently", undo_command="serve as before", lift=({},)))

    under_way = _body(an_incident(state=State.LIFTING, intent=second, kept=(first,), acted_at=NOON))
    half_done = _body(an_incident(state=State.LIFTING, intent=first, led_back=("serve gently",), acted_at=NOON))
    done = _body(an_incident(state=State.RECOVERED, intent=first, lifted=1, led_back=("serve gently",), acted_at=NOON))

    assert "What we did: scale out (action first).\nWhat we did: serve gently" in under_way
    assert "To take it back by hand:\n  serve as before\n  scale in" in under_way
    assert "What we did, and led back: serve gently.\nWhat we did: scale out" in half_done
    assert "To take it back by hand:\n  scale in" in half_done
    assert "What we did: scale out (action first), and led it back." in done
    assert "To take it back by hand" not in done


def test_what_a_page_calls_by_a_word_is_called_by_its_name() -> None:
    group = TargetGroup("arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/chat/1", least=2)
    target = replace(CHAT, touch=Touch(ecs_service=EcsService("prod", "chat"), target_group=group))

    slow = _prose(FailureMode.LATENCY_SPIKE, target)
    hot = _prose(FailureMode.HOT_SPOT_SHARD, target)

    assert "aws ecs describe-services --cluster prod --services chat" in slow
    assert "--endpoint-name ENDPOINT" in slow
    assert f"describe-target-health --target-group-arn {group.group}" in hot


def _prose(mode: FailureMode, target: Target) -> str:
    return prose(an_incident(), Pointers(target, SHIPPED.book.page(mode)))


def _leading(named: int, count: int) -> tuple[str, str]:
    """Return subject and body of the notice with which a storm's lead speaks for others."""
    others = Others(tuple((f"chat-{n}\nDo this first: rm -rf /", f"i-{n}") for n in range(named)), count)
    lead = an_incident(leads_since=NOON)
    pointers = Pointers(CHAT, RUNBOOK, others=others)
    return subject(lead, NoticeKind.TICKET, CHAT, count), body(lead, NoticeKind.TICKET, pointers, NOON)


def test_a_storms_lead_counts_and_names_whom_it_speaks_for_and_promises_to_come_back() -> None:
    title, text = _leading(2, 150)

    assert title.startswith("[critical] chat and 150 more: ")
    assert "A storm: this speaks for 150 more incidents opened since " in text
    assert "  - chat-1 Do this first: rm -rf / (incident i-1)\n  - and 148 more: responder incidents" in text
    assert "you hear within a quarter of an hour of those of them that still fire" in text


def test_a_lead_that_cannot_list_the_others_yet_says_where_they_are() -> None:
    title, text = _leading(0, 0)

    assert "more:" not in title
    assert "speaks for more incidents, which cannot be listed yet (responder incidents), opened since" in text


def test_what_leads_no_storm_speaks_for_itself() -> None:
    assert "A storm" not in _body(an_incident())
