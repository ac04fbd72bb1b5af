"""Plan to give the messages that died in an outage their second chance, once the service is well again.

SQS moves them by itself, each back to the queue in which it died; the move has no token of ours, only the time at which
it began. So a plan asks for a move that begins after the last one, and any that did is taken for ours: after a crash
there is never a second. What was moved stays moved; the way back is to stop the rest.

Letters that die again must not circulate: a queue is moved `per_day` times at most, and not again within a day when
about as many letters as were moved are there once more. Both counts stand in the journal, beside the page's limits.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from shlex import quote

from responder.domain.remediation import AFTER, NoPlan, Plan, Snapshot, Surroundings
from responder.domain.runbook import Action, Step
from responder.domain.target import Target
from responder.domain.things.queue import DeadLetters
from responder.domain.touch import TouchKind

STARTED, ENDED, RATE, STOPPED = "move_begun", "move_ended", "letters_per_second", "move_stopped"
NEVER = {STARTED: "0", ENDED: "0", RATE: "", STOPPED: "no"}
NO_LETTERS = "no_letters"
WINDOW = timedelta(days=1)


@dataclass(frozen=True)
class Requeued:
    """A move that was intended, out of which queue, and how many letters lay there: the counter against loops."""

    queue: str
    at: datetime
    letters: int


def plan_requeue(target: Target, kind: TouchKind, step: Step, around: Surroundings) -> Plan | NoPlan:
    """Move back what lies there now, at the declared rate, unless it is more than may be moved."""
    named, seen = target.touch.dead_letters, around.seen
    if named is None:
        return NoPlan("no_lever", f"{target.name} names no dead letters")
    if not_now := _not_now(named, seen):
        return not_now
    last = seen.current[STARTED]
    return Plan(
        action=Action.REQUEUE,
        kind=kind,
        resource=target.things[kind],
        before={STARTED: last},
        desired={STARTED: f"{AFTER}{last}", RATE: str(named.rate), STOPPED: "no"},
        stop={ENDED: f"{AFTER}{last}"},
        letters=seen.waiting,
        converge_within=step.converge_within,
        says=f"move {letters(seen.waiting)} of {named.name} back to where they died, {named.rate} a second",
        command=_start(target, named),
        undo_command=_cancel(target, named),
        undoable=False,
    )


def came_back(moved: int, waiting: int) -> bool:
    """Say whether about as many letters lie there as were moved away; half of them are enough."""
    return waiting > 0 and 2 * waiting >= moved


def too_often(past: Iterable[Requeued], named: DeadLetters, waiting: int, now: datetime) -> str | None:
    """Say why this queue is not moved once more; None when it may be."""
    recent = [one for one in past if one.queue == named.queue and now - one.at < WINDOW]
    if len(recent) >= named.per_day:
        return f"the dead letters of {named.name} were moved {len(recent)} of {named.per_day} times within a day"
    if recent and came_back(recent[-1].letters, waiting):
        return f"{letters(recent[-1].letters)} of {named.name} were moved within a day, and {waiting} are there again"
    return None


def promise(target: Target) -> str | None:
    """Say beforehand what will be done with letters that lie there then."""
    named = target.touch.dead_letters
    if named is None:
        return None
    return f"move the dead letters of {named.name} back to where they died, at most {named.most}, {named.rate} a second"


def letters(count: int) -> str:
    return f"{count} dead letter{'s' * (count != 1)}"


def _not_now(named: DeadLetters, seen: Snapshot) -> NoPlan | None:
    """Name the first thing that speaks against a move."""
    strangers = sorted({*seen.shape} - {*named.of})
    faults = (
        (seen.failed, "last_move_failed", f"the last move out of {named.name} failed: {seen.says}; move one by hand"),
        (not seen.settled, "not_settled", f"letters are already being moved out of {named.name}: {seen.says}"),
        (not seen.waiting, NO_LETTERS, f"no dead letters in {named.name}"),
        (not seen.shape, "no_source", f"{named.name} is nobody's dead-letter queue: SQS cannot move what is in it"),
        (bool(strangers), "other_sources", f"letters of {named.name} would also go to {', '.join(strangers)}"),
        (
            seen.waiting > named.most,
            "too_many",
            f"{letters(seen.waiting)} in {named.name}, at most {named.most} are moved",
        ),
    )
    return next((NoPlan(reason, says) for applies, reason, says in faults if applies), None)


def _start(target: Target, named: DeadLetters) -> str:
    return (
        f"aws sqs start-message-move-task --region {quote(target.region)} --source-arn {quote(named.queue)}"
        f" --max-number-of-messages-per-second {named.rate}"
    )


def _cancel(target: Target, named: DeadLetters) -> str:
    """Write how a person stops it: the handle is shown only while it runs."""
    at = f"--region {quote(target.region)}"
    return (
        f"aws sqs cancel-message-move-task {at} --task-handle"
        f' "$(aws sqs list-message-move-tasks {at} --source-arn {quote(named.queue)}'
        f" --query 'Results[0].TaskHandle' --output text)\""
    )
