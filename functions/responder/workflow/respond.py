"""One message from alerts.fifo: what is new is written down, then the resource is advanced.

    read ─► nothing new, nothing due ─► done (one call; two once more alerts fire than a record carries)
      │
      └─► claim + receive ─► diagnose ─► intend ─► export ─► re-check ─► observe ─► act ─► record
                                │
                                └─► refuse ─► a person

This is the first file to read. What a step does is in `advance.py`; what is decided is in `domain/`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from responder.domain.answer import Answer
from responder.domain.hearing import hear
from responder.domain.incident import Apart, Moved
from responder.domain.journal import TargetRecord
from responder.domain.message import Message
from responder.domain.next_step import next_step
from responder.domain.proposing import answered
from responder.domain.receiving import News, in_slices, keys_beside, receive, sort_out
from responder.domain.runbook import Book, Escalate
from responder.domain.said import Said
from responder.errors import Fenced, TryAgain
from responder.ports import Episodes
from responder.workflow.advance import advance
from responder.workflow.hold import Hold, Written
from responder.workflow.world import World


@dataclass(frozen=True)
class Responded:
    """What came of a message."""

    news: News
    written: Sequence[Written] = ()


def respond(message: Message, world: World, now: datetime) -> Responded:
    """Take a message in and advance its resource; raise TryAgain when the resource is held or the world is busy."""
    record = world.journal.read(message.resource)
    if message.is_heartbeat:
        Hold.take(world.journal, replace(record, heard={**record.heard, message.source: now}), world.actor, now)
        return Responded(News())
    if message.answer:
        return Responded(News(), take_answer(message.answer, record, world, now))
    news = sort_out(record, message, now, beside(record, message, world.journal, now))
    if not news.anything and (record.held(now) or next_step(record, now) is None):
        return Responded(news)
    hold = _take_in(record, message, news, world, now) if news.anything else _take(record, world, now)
    go_on(hold, world, now)
    return Responded(news, hold.written)


def beside(record: TargetRecord, message: Message, episodes: Episodes, now: datetime) -> list[Apart]:
    """Look for the message's alerts among what stands apart; mostly nothing does, and nothing is asked."""
    return episodes.apart(record.resource, keys_beside(record, message)) if record.has_apart(now) else []


def _take(record: TargetRecord, world: World, now: datetime, moved: Moved | None = None) -> Hold:
    return Hold.take(world.journal, record, world.actor, now, moved)


def _take_in(record: TargetRecord, message: Message, news: News, world: World, now: datetime) -> Hold:
    """Write the news, in as many changes as it takes; after a crash the rest is still news when it comes again."""
    escalate = escalation_of(message, world.library.book)
    first, *further = in_slices(news)
    record, moved = receive(record, message, first, escalate, now)
    hold = _take(record, world, now, moved)
    for part in further:
        record, moved = receive(hold.record, message, part, escalate, now)
        hold.write(moved, record=record)
    return hold


def take_answer(answer: Answer, record: TargetRecord, world: World, now: datetime) -> Sequence[Written]:
    """Write a person's answer down and go on; an answer to nothing that is asked changes nothing."""
    moved = answered(record.incident, answer, now)
    if moved is None:
        return ()
    hold = Hold.take(world.journal, record, world.actor, now, moved)
    go_on(hold, world, now)
    return hold.written


def listen(said: Said, world: World, now: datetime) -> Sequence[Written]:
    """Write down what a person did elsewhere, and stop; raise TryAgain when the resource is held."""
    record = world.journal.read(said.resource)
    moved = hear(record.incident, said, now) if record.incident else None
    if moved is None:
        return ()
    hold = Hold.take(world.journal, record, world.actor, now, moved)
    go_on(hold, world, now)
    return hold.written


def go_on(hold: Hold, world: World, now: datetime) -> None:
    """Advance, and give the lease back when the world turned out to be busy."""
    try:
        advance(hold, world, now)
        hold.release()
    except Fenced:
        raise
    except TryAgain:
        hold.release()
        raise


def escalation_of(message: Message, book: Book) -> Escalate:
    """Before a diagnosis, the page an alert names says who hears of it; else the page `unknown` does."""
    pages = {str(mode): page for mode, page in book.runbooks.items()}
    named = next((pages[a.runbook] for a in message.alerts if a.runbook in pages), pages["unknown"])
    return named.policy.escalate
