"""`responder explain`: what would be done about a notification, and why; touches nothing."""

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from responder.adapters.alertmanager_webhook import read_notification
from responder.commands import connect
from responder.domain.alert import Notification
from responder.domain.duration import write_duration
from responder.domain.evidence import Evidence
from responder.domain.guard import Reason
from responder.domain.message import Message, to_messages
from responder.domain.plain import canonical, stamp, to_plain
from responder.domain.plans.requeue import promise
from responder.errors import CannotRead
from responder.workflow.explain import Explained, explain


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("explain", help="what would be done about a notification, and why; touches nothing")
    parser.add_argument(
        "file", type=Path, help="a webhook body, or a sample of events/ (which wraps one); - for standard input"
    )
    parser.add_argument("--json", action="store_true", help="the same as JSON")
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    now = connect.now()
    alone = connect.is_offline(asked.stack)
    world = connect.offline() if alone else connect.connected(asked.stack).world
    notification, unreadable = read_notification(read_body(asked.file), "explain", "explain", now)
    now = _its_own_time(notification) if alone else now
    explained = [explain(m, world, now) for m in to_messages(notification, world.library.targets)]
    if asked.json:
        print(canonical([_plain(one) for one in explained]))
    else:
        print("\n\n".join("\n".join(_lines(one)) for one in explained))
    for _, cause in unreadable:
        print(f"\none alert could not be read and would be quarantined: {cause}", file=sys.stderr)
    return 0


def _its_own_time(notification: Notification) -> datetime:
    """Offline the clock stands one minute after the newest thing the notification tells, whenever it was recorded."""
    return max(a.ends_at or a.starts_at for a in notification.alerts) + timedelta(minutes=1)


def read_body(file: Path) -> bytes:
    """Read a body, unwrapping a sample that carries it under `body`."""
    try:
        text = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise CannotRead(f"{file}: {error.strerror}; samples are in events/alertmanager/") from error
    try:
        written = json.loads(text)
    except ValueError as error:
        raise CannotRead(f"{file} is not JSON: {error}") from error
    return json.dumps(written["body"]).encode() if isinstance(written, dict) and "body" in written else text


def _lines(one: Explained) -> Iterator[str]:
    yield _heading(one.message)
    yield f"  {one.known}"
    if one.diagnosis is None or one.decision is None or one.page is None:
        return
    believed = one.diagnosis
    yield ""
    yield f"diagnosis  {believed.says}"
    yield from (f"  because  {reason}" for reason in one.diagnosis.because)
    yield from (f"  despite  {reason}" for reason in one.diagnosis.despite)
    yield from (
        f"  asked    {e.name}: {e.value if e.missing is None else f'no answer, {e.missing}'}"
        for e in _worth_showing(one)
    )
    yield from ("", f"guards     of runbook {one.page.failure_mode} (sha256 {one.page.sha256[:12]})")
    yield from (f"  {v.answer:8} {v.guard:15} {v.says}" for v in one.decision.verdicts)
    yield from ("", *_plan(one), "", *_told(one))


def _heading(message: Message) -> str:
    names = ", ".join(sorted({f"{a.name} [{a.severity}, {a.status}]" for a in message.alerts}))
    return f"{names}\n  about {message.target or 'no target'} ({message.resource})"


def _plan(one: Explained) -> Iterator[str]:
    plan = one.decision.plan if one.decision else None
    if plan is None:
        yield "plan       none"
    else:
        yield f"plan       {plan.says}"
        yield f"  before   {canonical(plan.before)}"
        yield f"  desired  {canonical(plan.desired)}, within {write_duration(plan.converge_within)}"
        yield f"  by hand  {plan.command}"
        yield f"  undo     {plan.undo_command}"
    refusal = one.decision.refusal if one.decision else None
    nothing_heals = refusal is not None and refusal.reason is Reason.NO_REMEDIATION
    for follow_up in one.decision.afterwards if one.decision and not nothing_heals else ():
        says = promise(one.target) if one.target else None
        yield f"  after    {follow_up.action}, once that made it well and its alerts have ended: {says or 'nothing'}"
    yield f"would      not act: {refusal.reason} ({refusal.says})" if refusal else "would      act"


def _told(one: Explained) -> Iterator[str]:
    if one.letter and one.told_at:
        yield f"would tell {one.letter.kind} at {stamp(one.told_at)} unless recovered before: {one.letter.subject}"
    if one.record:
        yield f"would write the record `decided`, {len(one.record)} bytes (see it with --json)"


def _worth_showing(one: Explained) -> list[Evidence]:
    """Show the questions of the pages in the running; a whole book of missing answers tells nobody anything."""
    if one.diagnosis is None:
        return []
    close = (one.diagnosis.leading, one.diagnosis.runner_up)
    return [e for e in one.diagnosis.evidence if e.name.split(".")[0] in close]


def _plain(one: Explained) -> dict[str, object]:
    return {
        "resource": one.message.resource,
        "target": one.message.target,
        "known": one.known,
        "diagnosis": to_plain(one.diagnosis) if one.diagnosis else None,
        "guards": [to_plain(v) for v in one.decision.verdicts] if one.decision else [],
        "plan": to_plain(one.decision.plan) if one.decision and one.decision.plan else None,
        "acts": one.acts,
        "refusal": one.decision.refusal.reason if one.decision and one.decision.refusal else None,
        "notice": to_plain(one.letter) if one.letter else None,
        "notice_due_at": stamp(one.told_at) if one.told_at else None,
        "record": json.loads(one.record) if one.record else None,
    }
