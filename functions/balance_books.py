"""Every few minutes: do the books of accepted alerts balance? The story is in responder/workflow/balance_books.py."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from responder.bootstrap import books, world
from responder.observability import emit, log_steps, logger
from responder.workflow.balance_books import Balanced, balance
from responder.workflow.measures import Measure, of_steps


def handler(_: object, context: Any) -> dict[str, int]:  # noqa: ANN401  # Lambda's context has no type of its own
    """Balance once; a failure is an Error of this function, which has an alarm of its own."""
    now = datetime.now(UTC)
    left = timedelta(milliseconds=context.get_remaining_time_in_millis())
    balanced = balance(books(), replace(world("balance_books"), time_left=lambda: left), now)
    log_steps(balanced.written)
    logger().info("balanced", extra=_line(balanced))
    counts = [
        Measure("AlertsLost", len(balanced.lost) + len(balanced.left)),
        Measure("AlertsUnseen", len(balanced.unseen)),
    ]
    emit([*counts, Measure("BooksUnreadable", len(balanced.cannot)), *of_steps(balanced.written, now)])
    return {
        "accepted": balanced.accepted,
        "lost": len(balanced.lost),
        "left": len(balanced.left),
        "unseen": len(balanced.unseen),
    }


def _line(balanced: Balanced) -> dict[str, Any]:
    return {
        "accepted": balanced.accepted,
        "lost": [b.fingerprint for b in balanced.lost],
        "left": balanced.left,
        "unseen": [a.fingerprint for a in balanced.unseen],
        "silent": balanced.silent,
        "watchdogs": balanced.watchdogs,
        "cannot": balanced.cannot,
    }
