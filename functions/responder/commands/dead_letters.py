"""`responder dead-letters`: what was given up, and what becomes of it. Redriving and discarding are audited."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import boto3

from responder.adapters import aws
from responder.adapters.agenda_table import AgendaTable
from responder.adapters.alert_queue import SqsAlertQueue
from responder.adapters.quarantine import S3Quarantine
from responder.commands import connect, incidents
from responder.domain.dead_letter import PREFIX
from responder.domain.incident import Kind, Moved
from responder.domain.message import decode
from responder.errors import CannotRead, NotThere
from responder.workflow.hold import Hold
from responder.workflow.respond import go_on

LOOKED_AT = 100  # the latest incidents; DynamoDB reads that many at once


@dataclass(frozen=True)
class DeadLetter:
    """A quarantined message: its incident, the resource made for it, and where its bytes are."""

    incident: str
    resource: str
    key: str
    first: dict[str, Any]


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("dead-letters", help="alerts that were given up: look at them, redrive, discard")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("list", help="what waits, and what was set aside").set_defaults(run=list_them)
    for verb, run, says in (
        ("show", show, "why it was set aside, and the message itself"),
        ("redrive", redrive, "put it back into the queue, after the cause is mended"),
        ("discard", discard, "leave it, for a reason that goes into the audit"),
    ):
        one = verbs.add_parser(verb, help=says)
        one.add_argument("id", help="the incident id, or its beginning")
        one.set_defaults(run=run)
        if verb == "discard":
            one.add_argument("--reason", required=True, help="why nobody needs it")


def list_them(asked: argparse.Namespace) -> int:
    here = connect.connected(asked.stack)
    url = connect.outputs(connect.stack_name(asked.stack))["DeadLettersQueueUrl"]
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    counts = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    waiting = sum(int(counts[name]) for name in names)
    print(f"{waiting} messages wait in the dead letters; they are drained by themselves")
    lines = list(_set_aside(here))
    print("\n".join(lines) if lines else f"none of the latest {LOOKED_AT} incidents was set aside")
    return 0


def show(asked: argparse.Namespace) -> int:
    here = connect.connected(asked.stack)
    found = _find(asked.id, here)
    print("\n".join(incidents.timeline(here.world.journal.entries(found.incident, 1))))
    print(f"cause: {found.first['quarantined']['cause']}: {found.first['quarantined']['says']}")
    print(f"about: {found.first.get('about') or 'nobody knows'}, bytes: {found.key}")
    print(_bytes(found, here, asked.stack).decode(errors="replace"))
    return 0


def redrive(asked: argparse.Namespace) -> int:
    here = connect.connected(asked.stack)
    found = _find(asked.id, here)
    try:
        message = decode(_bytes(found, here, asked.stack).decode(errors="replace"))
    except CannotRead as error:
        raise NotThere(f"it still cannot be read ({error}); deploy what can read it, or discard it") from error
    again = replace(message, redrives=message.redrives + 1 + _times(found, here))
    _write(found, here, "redriven", {"by": here.who, "round": again.redrives})
    SqsAlertQueue(here.settings.alerts_queue_url, aws.client("sqs")).send([again])
    print(f"redriven: {len(again.alerts)} alerts about {again.resource} are in the queue again")
    return 0


def discard(asked: argparse.Namespace) -> int:
    here = connect.connected(asked.stack)
    found = _find(asked.id, here)
    _write(found, here, "discarded", {"by": here.who, "reason": asked.reason, "says": asked.reason})
    print(f"discarded by {here.who}: {asked.reason}")
    return 0


def _find(beginning: str, here: connect.Connected) -> DeadLetter:
    incident = incidents.find(beginning, here)
    record = json.loads(here.world.journal.entries(incident, 1)[0])
    if "quarantined" not in record["data"]:
        raise NotThere(f"incident {incident} is no dead letter; see: responder dead-letters list")
    return DeadLetter(incident, record["subject"], record["data"]["quarantined"]["key"], record["data"])


def _set_aside(here: connect.Connected) -> Iterator[str]:
    agenda = AgendaTable(here.settings.journal_table, aws.client("dynamodb"))
    for incident, resource, opened in agenda.incidents(LOOKED_AT):
        if resource.startswith(PREFIX):
            records = [json.loads(text) for text in here.world.journal.entries(incident, 1)]
            last = next((k for k in map(_kind, reversed(records)) if k in ("redriven", "discarded")), "set aside")
            cause = records[0]["data"]["quarantined"]
            yield f"{opened:%Y-%m-%d %H:%M:%S}  {incident}  {last:9}  {cause['cause']:10}  {cause['says'][:100]}"


def _kind(record: dict[str, Any]) -> str:
    return str(record["type"]).rsplit(".", 1)[-1]


def _times(found: DeadLetter, here: connect.Connected) -> int:
    """Each round needs a number of its own, or SQS drops it as a repetition."""
    records = map(json.loads, here.world.journal.entries(found.incident, 1))
    return sum(_kind(record) == "redriven" for record in records)


def _bytes(found: DeadLetter, here: connect.Connected, stack: str | None) -> bytes:
    """Read what was set aside, as the one role that may; IAM says who may assume it."""
    role = connect.outputs(connect.stack_name(stack))["QuarantineReaderRoleArn"]
    lent = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="responder-dead-letters")["Credentials"]
    identity = {
        "aws_access_key_id": lent["AccessKeyId"],
        "aws_secret_access_key": lent["SecretAccessKey"],
        "aws_session_token": lent["SessionToken"],
    }
    return S3Quarantine(here.settings.quarantine_bucket, aws.make_client("s3", identity=identity)).read(found.key)


def _write(found: DeadLetter, here: connect.Connected, kind: Kind, facts: dict[str, Any]) -> None:
    """Write into the incident's journal, under its lease."""
    now = connect.now()
    record = here.world.journal.read(found.resource)
    if record.incident is None:
        raise NotThere(f"the journal has no incident for {found.resource}")
    hold = Hold.take(here.world.journal, record, here.world.actor, now, Moved(record.incident, kind, facts))
    go_on(hold, here.world, now)
