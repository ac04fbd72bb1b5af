"""A workload's dead-letter queue as a target: what lies in it, and the moves out of it that SQS makes by itself.

A move has no token. SQS takes one at a time for a queue, shows the last ten, and a handle only while one runs.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from responder.adapters.answers import ask_once, look
from responder.adapters.roles import RemediationRoles
from responder.domain.plans.requeue import ENDED, NEVER, RATE, STARTED, STOPPED
from responder.domain.remediation import Outcome, Snapshot
from responder.domain.target import Target
from responder.domain.things.queue import DeadLetters
from responder.errors import NotThere

_UNDER_WAY, _STOPPED = ("RUNNING", "CANCELLING"), ("CANCELLING", "CANCELLED")
_COUNTED = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


class DeadLetterQueue:
    """Three calls to look, one to move or to stop."""

    def __init__(self, roles: RemediationRoles) -> None:
        self._roles = roles

    def observe(self, target: Target) -> Snapshot:
        named = _named(target)
        return look(self._roles, "sqs", target, f"dead letters {named.name}", lambda c: _seen(c, named))  # type: ignore[no-any-return]  # as the call

    def apply(self, target: Target, seen: Snapshot, desired: Mapping[str, str], token: str) -> Outcome:
        """Stop the move that was seen, or begin one; how much there is to move was looked at right before."""
        named = _named(target)
        if ENDED in desired:
            return ask_once(
                self._roles, "sqs", target, token, lambda c: c.cancel_message_move_task(TaskHandle=seen.revision)
            )
        if seen.waiting > named.most:
            return Outcome("refused", f"by now {seen.waiting} letters, at most {named.most} may be moved")
        asked = {"SourceArn": named.queue, "MaxNumberOfMessagesPerSecond": int(desired[RATE])}
        return ask_once(self._roles, "sqs", target, token, lambda c: c.start_message_move_task(**asked))


def _seen(client: Any, named: DeadLetters) -> Snapshot:  # noqa: ANN401  # boto3 has no types
    *_, account, name = named.queue.split(":")
    url = f"{client.meta.endpoint_url.rstrip('/')}/{account}/{name}"
    counts = client.get_queue_attributes(QueueUrl=url, AttributeNames=list(_COUNTED))["Attributes"]
    moves = client.list_message_move_tasks(SourceArn=named.queue, MaxResults=10).get("Results", [])
    newest: Mapping[str, Any] = max(moves, key=lambda move: int(move.get("StartedTimestamp", 0)), default={})
    status = newest.get("Status", "")
    return Snapshot(
        current=_as_values(newest, status) if newest else dict(NEVER),
        state=status.lower() or "never moved",
        settled=status not in _UNDER_WAY,
        failed=status == "FAILED",
        shape=tuple(sorted(_sources(client, url, named))),
        says=_says(newest, status),
        revision=newest.get("TaskHandle", ""),
        numbered=True,
        waiting=sum(int(counts.get(count, 0)) for count in _COUNTED),
    )


def _as_values(move: Mapping[str, Any], status: str) -> dict[str, str]:
    started = str(move.get("StartedTimestamp", 0))
    return {
        STARTED: started,
        ENDED: "" if status in _UNDER_WAY else started,
        RATE: str(move.get("MaxNumberOfMessagesPerSecond", "")),
        STOPPED: "yes" if status in _STOPPED else "no",
    }


def _sources(client: Any, url: str, named: DeadLetters) -> Iterator[str]:  # noqa: ANN401  # boto3 has no types
    """Yield the ARN of every queue whose dead letters lie here."""
    place = named.queue.rsplit(":", 2)[0]
    for page in client.get_paginator("list_dead_letter_source_queues").paginate(QueueUrl=url):
        for source in page.get("queueUrls", []):
            account, name = urlsplit(source).path.rsplit("/", 2)[1:]
            yield f"{place}:{account}:{name}"


def _says(move: Mapping[str, Any], status: str) -> str:
    moved, of = move.get("ApproximateNumberOfMessagesMoved", 0), move.get("ApproximateNumberOfMessagesToMove", "?")
    why = move.get("FailureReason")
    return f"{status.lower()}, {moved} of {of} moved{f': {why}' if why else ''}" if move else ""


def _named(target: Target) -> DeadLetters:
    if not target.touch.dead_letters:
        raise NotThere(f"{target.name} names no dead letters")
    return target.touch.dead_letters
