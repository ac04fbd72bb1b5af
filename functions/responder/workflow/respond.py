"""One message from alerts.fifo: what is new is written down, then the resource is advanced.

    read ─► nothing new, nothing due ─► done (one call)
      │
      └─► claim + receive ─► diagnose ─► intend ─► export ─► re-check ─► observe ─► act ─► record
                                │
                                └─► refuse ─► a person

This is the first file to read. What a step does is in `advance.py`; what is decided is in `domain/`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from responder.domain.message import Message
from responder.domain.next_step import next_step
from responder.domain.receiving import News, receive, sort_out
from responder.domain.runbook import Book, Escalate
from responder.errors import Fenced, TryAgain
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
    news = sort_out(record, message, now)
    if not news.anything and (record.held(now) or next_step(record, now) is None):
        return Responded(news)
    moved = None
    if news.anything:
        escalate = escalation_of(message, world.library.book)
        record, moved = receive(record, message, news, escalate, now)
    hold = Hold.take(world.journal, record, world.actor, now, moved)
    go_on(hold, world, now)
    return Responded(news, hold.written)


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
