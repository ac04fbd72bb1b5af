"""Answering by link: looking changes nothing, only a typed code answers, and only once, for this very plan."""

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from tests.world import Practice, a_message, an_alert

from responder.adapters.in_memory import InMemoryQueue
from responder.adapters.in_memory_links import InMemoryLinkUses
from responder.domain.answer_page import Page, asking
from responder.domain.incident import State
from responder.domain.invitation import MOST_TRIES, Invitation, code_of, invite, question_of
from responder.domain.message import decode, encode, seen_from
from responder.errors import ActionFailed, TryAgain
from responder.workflow.decide_approval import Desk, decide, show
from responder.workflow.world import Door, World

KEY = b"the key of this stack"
URL = "https://door.example/live/v1/approvals"


class Asked(Practice):
    """A practice whose notices invite people to answer by link."""

    def world(self) -> World:
        return replace(super().world(), door=Door(URL, lambda: KEY))


@dataclass
class ByLink:
    """A proposal that waits, whoever got the notice, and the desk they come to."""

    practice: Asked = field(default_factory=Asked)
    queue: InMemoryQueue = field(default_factory=InMemoryQueue)
    uses: InMemoryLinkUses = field(default_factory=InMemoryLinkUses)
    key: bytes = KEY

    def __post_init__(self) -> None:
        self.practice.modes.settings["global"] = "suggest"
        self.practice.releases.save(replace(self.practice.releases.of("chat")[-1], marked_at=self.practice.now))
        self.practice.deliver(a_message(an_alert(at=self.practice.now), at=self.practice.now))
        self.invitation = self.invited()

    def invited(self) -> Invitation:
        """Read link and code out of the notice, as a person does."""
        (letter,) = self.practice.letters[:1]
        link, code = (
            re.search(r"^  (https://\S+)$", letter.body, re.MULTILINE),
            re.search(r"^  code (\d{6})$", letter.body, re.MULTILINE),
        )
        assert link
        assert code
        return Invitation(link[1], code[1])

    @property
    def token(self) -> str:
        return self.invitation.link.removeprefix(f"{URL}/")

    @property
    def desk(self) -> Desk:
        return Desk(lambda: self.key, self.practice.journal, self.uses, self.queue)

    def look(self, token: str | None = None) -> Page:
        return show(token or self.token, self.desk, self.practice.now)

    def say(self, answer: str = "yes", code: str | None = None, token: str | None = None) -> Page:
        typed = {"answer": answer, "code": code or self.invitation.code}
        return decide(token or self.token, typed, self.desk, self.practice.now)

    def arrives(self) -> None:
        """Let what was sent travel through the queue, which saw this function's role sending it."""
        for message in self.queue.messages:
            self.practice.deliver(seen_from(decode(encode(message)), "AROAEXAMPLE:decide_approval"))


def _wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_the_link_shows_the_plan_and_changes_nothing_however_often_it_is_fetched() -> None:
    by_link = ByLink()
    before = dict(by_link.practice.journal.states)

    pages = [by_link.look() for _ in range(MOST_TRIES * 3)]

    assert {page.status for page in pages} == {200}
    assert "roll endpoint chat back from v2 to v1" in pages[0].html
    assert by_link.invitation.code not in pages[0].html
    assert (by_link.practice.journal.states, by_link.queue.messages, by_link.uses.tries) == (before, [], {})


def test_a_yes_with_the_code_lets_it_happen_and_is_recorded_as_the_bearers() -> None:
    by_link = ByLink()
    by_link.practice.wait(minutes=2)

    page = by_link.say()
    by_link.arrives()
    by_link.practice.wait(minutes=10)

    assert page.status == 202
    assert by_link.practice.running() == "chat-v1"
    (said,) = [t for t in by_link.practice.audit.read(by_link.practice.incident.id) if "llm.responder.answered" in t]
    assert '"by":"bearer of the link"' in said
    assert '"sender":"AROAEXAMPLE:decide_approval"' in said


def test_a_no_with_the_code_is_the_end_of_automation() -> None:
    by_link = ByLink()

    page = by_link.say("no")
    by_link.arrives()

    assert "You said no" in page.html
    assert by_link.practice.state is State.ESCALATED
    assert by_link.practice.applied == []


def test_the_code_may_be_typed_as_people_read_it() -> None:
    by_link = ByLink()
    code = by_link.invitation.code

    assert by_link.say(code=f" {code[:3]} {code[3:]} ").status == 202


def test_a_wrong_code_decides_nothing_and_only_a_few_may_be_tried() -> None:
    by_link = ByLink()
    wrong = _wrong(by_link.invitation.code)

    pages = [by_link.say(code=wrong) for _ in range(MOST_TRIES)]
    late = by_link.say()

    assert [page.status for page in pages] == [403] * MOST_TRIES
    assert "Tries left: 4" in pages[0].html
    assert late.status == 403
    assert "wrong too often" in late.html
    assert by_link.queue.messages == []
    assert by_link.practice.state is State.PROPOSED  # the command line still answers it


def test_the_right_code_after_a_wrong_one_counts() -> None:
    by_link = ByLink()

    by_link.say(code=_wrong(by_link.invitation.code))

    assert by_link.say().status == 202


@pytest.mark.parametrize("answer", ["", "maybe", "YES"])
def test_what_is_neither_yes_nor_no_is_asked_again_and_costs_no_try(answer: str) -> None:
    by_link = ByLink()

    assert by_link.say(answer).status == 403
    assert (by_link.queue.messages, by_link.uses.tries) == ([], {})


def test_no_single_character_of_a_link_can_be_changed() -> None:
    by_link = ByLink()
    token = by_link.token
    changed = [
        token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :] for place in range(len(token))
    ]

    pages = [by_link.say(token=other) for other in [*changed, token[:-1], token + "A", "x" * 9000]]

    assert by_link.look().status == 200
    assert {page.status for page in pages} == {404}
    assert by_link.queue.messages == []


def test_a_link_made_with_another_key_is_none_of_ours() -> None:
    by_link = ByLink()
    by_link.key = b"another key"

    assert by_link.look().status == 404


def test_the_link_runs_out_with_the_approval() -> None:
    by_link = ByLink()
    by_link.practice.now += timedelta(minutes=30)

    page = by_link.say()

    assert page.status == 410
    assert "The time to answer is over" in page.html
    assert by_link.queue.messages == []


def test_the_link_works_once() -> None:
    by_link = ByLink()
    by_link.say()

    looked, again = by_link.look(), by_link.say("no")

    assert "used already" in looked.html
    assert "answered with yes" in again.html
    assert len(by_link.queue.messages) == 1


def test_after_the_answer_has_arrived_nothing_is_asked_any_more() -> None:
    by_link = ByLink()
    by_link.say()
    by_link.arrives()

    page = by_link.say()

    assert page.status == 410
    assert "waits for no answer: it is converging" in page.html


def test_an_answer_that_could_not_be_sent_may_be_given_again_but_not_changed() -> None:
    by_link = ByLink()
    by_link.queue.trouble = TryAgain("queue down")

    lost = by_link.say()
    by_link.queue.trouble = None
    other, again = by_link.say("no"), by_link.say()
    by_link.arrives()

    assert (lost.status, other.status, again.status) == (503, 410, 202)
    assert [m.answer.yes for m in by_link.queue.messages if m.answer] == [True]


def test_a_link_of_an_earlier_plan_answers_nothing_about_the_next() -> None:
    """Signed by us, still in time, about the same incident: and yet another plan."""
    by_link = ByLink()
    plan = by_link.practice.incident.proposal
    assert plan
    other = replace(by_link.practice.incident, proposal=replace(plan, desired={"endpoint_config": "chat-v0"}))
    question = question_of(other)
    assert question
    invitation = invite(question, URL, KEY)

    page = by_link.say(token=invitation.link.removeprefix(f"{URL}/"), code=invitation.code)

    assert page.status == 410
    assert "another plan" in page.html
    assert by_link.queue.messages == []


def test_two_questions_never_share_a_link_or_a_code_by_construction() -> None:
    question = question_of(ByLink().practice.incident)
    assert question
    later = replace(question, until=question.until + 1)

    assert invite(question, URL, KEY).link != invite(later, URL, KEY).link
    assert question.proof("code", KEY) != later.proof("code", KEY)
    assert question.proof("code", KEY) != question.proof("link", KEY)
    assert code_of(question, KEY) != code_of(question, b"another key")


@pytest.mark.parametrize("down", ["journal", "uses"])
def test_while_something_is_down_it_says_so_and_decides_nothing(down: str) -> None:
    by_link = ByLink()
    twin = {"journal": by_link.practice.journal, "uses": by_link.uses}[down]
    twin.trouble = TryAgain("table down")

    assert by_link.say().status == 503
    assert by_link.queue.messages == []


def test_without_its_key_the_desk_is_shut() -> None:
    by_link = ByLink()

    def unreadable() -> bytes:
        raise ActionFailed("secret is unreadable")

    desk = replace(by_link.desk, key=unreadable)

    assert show(by_link.token, desk, by_link.practice.now).status == 503


def test_without_the_key_the_notice_goes_out_without_a_link() -> None:
    """Telling waits for nothing, least of all for a convenience."""

    def unreadable() -> bytes:
        raise ActionFailed("secret is unreadable")

    class Keyless(Practice):
        def world(self) -> World:
            return replace(super().world(), door=Door(URL, unreadable))

    practice = Keyless()
    practice.modes.settings["global"] = "suggest"
    practice.deliver()

    (letter,) = practice.letters
    assert "responder approve" in letter.body
    assert URL not in letter.body


def test_where_links_are_not_wanted_none_is_made() -> None:
    practice = Practice()
    practice.modes.settings["global"] = "suggest"
    practice.deliver()

    assert "code " not in practice.letters[0].body
    assert f"responder deny {practice.incident.id}" in practice.letters[0].body


def test_neither_link_nor_code_is_ever_written_down() -> None:
    by_link = ByLink()
    by_link.say()
    by_link.arrives()
    by_link.practice.wait(minutes=30)

    kept = "".join((*by_link.practice.audit.objects.values(), *by_link.practice.journal.states.values()))
    assert by_link.token.rsplit(".", 1)[-1] not in kept
    assert by_link.invitation.code not in kept


def test_what_others_wrote_stays_text_on_the_page() -> None:
    incident = ByLink().practice.incident
    assert incident.proposal
    evil = "<script>alert(1)</script>\n\u202eevil"

    page = asking(replace(incident, target=evil), replace(incident.proposal, says=evil))

    assert "<script" not in page.html
    assert "\u202e" not in page.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; evil" in page.html
