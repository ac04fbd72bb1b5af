"""A person follows the link of a notice: looking shows the plan, and only a typed code answers.

    GET, HEAD ─► the plan, or why there is nothing to answer        nothing is written
    POST      ─► a try is counted ─► code right? ─► the one answer of this link is fixed ─► the target's group
                                        └─ no ───► the plan again, one try fewer

Nothing is decided here: the answer travels as a message, like one of the command line, and only who holds the target
writes it down. A try is counted before the code is looked at, so that many at once guess no better than one by one.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from responder.domain.answer_page import Page, Shut, asking, passed_on, shut
from responder.domain.incident import Incident
from responder.domain.invitation import BEARER, MOST_TRIES, Question, is_code, question_of, read_token
from responder.domain.plain import stamp
from responder.domain.proposing import answer_to
from responder.domain.remediation import Plan
from responder.errors import ActionFailed, CannotRead, TryAgain
from responder.ports import AlertQueue, Journal, LinkUses

ANSWERS = {"yes": True, "no": False}


@dataclass(frozen=True)
class Desk:
    """What answering by link takes: the key links are made with, what is asked, and where answers go."""

    key: Callable[[], bytes]
    journal: Journal
    uses: LinkUses
    queue: AlertQueue


@dataclass(frozen=True)
class _Asked:
    """A link that is good: what it asks, of which incident, and the key it was proved with."""

    question: Question
    incident: Incident
    plan: Plan
    key: bytes


def show(token: str, desk: Desk, now: datetime) -> Page:
    """Answer somebody who looks; never raises one of our errors, and never changes anything."""
    return _guarded(lambda: _shown(_look(token, desk, now)))


def decide(token: str, typed: Mapping[str, str], desk: Desk, now: datetime) -> Page:
    """Answer somebody who typed; never raises one of our errors."""
    return _guarded(lambda: _decided(_look(token, desk, now, typed.get("answer", "")), typed, desk, now))


def _guarded(answer: Callable[[], Page]) -> Page:
    try:
        return answer()
    except (TryAgain, ActionFailed) as error:
        return shut(Shut.BUSY, f"Something the answer needs is not to be reached just now: {error}")


def _shown(found: "_Asked | Page") -> Page:
    return found if isinstance(found, Page) else asking(found.incident, found.plan)


def _decided(found: "_Asked | Page", typed: Mapping[str, str], desk: Desk, now: datetime) -> Page:
    said = typed.get("answer", "")
    if isinstance(found, Page):
        return found
    if said not in ANSWERS:
        return asking(found.incident, found.plan, "Press one of the two buttons.")
    tries = desk.uses.count_try(found.question.name, MOST_TRIES)
    if tries is None:
        return shut(Shut.NO_TRIES_LEFT, f"{MOST_TRIES} tries were made; this link answers nothing any more.")
    if not is_code(typed.get("code", ""), found.question, found.key):
        return asking(found.incident, found.plan, f"The code is wrong. Tries left: {MOST_TRIES - tries}.")
    if (stands := desk.uses.settle(found.question.name, said)) != said:
        return shut(Shut.USED, f"It was answered before, with {stands}.")
    desk.queue.send([answer_to(found.incident, BEARER, ANSWERS[said], now)])
    return passed_on(found.incident, found.plan, yes=ANSWERS[said])


def _look(token: str, desk: Desk, now: datetime, said: str = "") -> "_Asked | Page":
    """Find what a link asks; every reason why it asks nothing is a page of its own.

    The same answer may be given again, until it has arrived: the first time it may have been lost on its way.
    """
    key = desk.key()
    try:
        question = read_token(token, key)
    except CannotRead as error:
        return shut(Shut.NOT_OURS, f"This link was not made by us: {error}.")
    if now >= question.over_at:
        return shut(Shut.EXPIRED, f"It could be answered until {stamp(question.over_at)}. No answer is a no.")
    incident = _incident(question, desk)
    asked = question_of(incident)
    if incident is None or incident.proposal is None or asked is None:
        state = f"it is {incident.state}" if incident else "it is over"
        return shut(Shut.NOT_ASKED, f"Incident {question.incident} waits for no answer: {state}.")
    if asked != question:
        return shut(Shut.OTHER_PLAN, f"Incident {question.incident} proposes something else by now.")
    if (stands := desk.uses.answer(question.name)) and stands != said:
        return shut(Shut.USED, f"It was answered with {stands}, which is on its way.")
    return _Asked(question, incident, incident.proposal, key)


def _incident(question: Question, desk: Desk) -> Incident | None:
    first = desk.journal.entries(question.incident, 1)[:1]
    if not first:
        return None
    incident = desk.journal.read(str(json.loads(first[0])["subject"])).incident
    return incident if incident and incident.id == question.incident else None
