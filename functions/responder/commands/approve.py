"""`responder approve` and `deny`: a person's yes or no to a proposal, under the identity AWS knows them by.

The answer travels through the queue like everything else about the target; only whoever holds the target writes.
Sending it takes `sqs:SendMessage` on alerts.fifo, which is how you say who may.
"""

import argparse
import json
from functools import partial

from responder.adapters import aws
from responder.adapters.alert_queue import SqsAlertQueue
from responder.commands import connect
from responder.domain.incident import Incident, State
from responder.domain.proposing import answer_to
from responder.errors import NotThere
from responder.workflow.world import World


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    for word, yes, says in (
        ("approve", True, "say yes to what an incident proposes; every other guard is asked again"),
        ("deny", False, "say no to what an incident proposes; a person has it then"),
    ):
        parser = commands.add_parser(word, help=says)
        parser.add_argument("incident", help="its id, as the page or ticket names it")
        parser.set_defaults(run=partial(run, yes=yes))


def run(asked: argparse.Namespace, *, yes: bool) -> int:
    here = connect.connected(asked.stack)
    incident = asked_of(asked.incident, here.world)
    message = answer_to(incident, here.who, yes, connect.now())
    SqsAlertQueue(here.settings.alerts_queue_url, aws.client("sqs")).send([message])
    proposed = incident.proposal.says if incident.proposal else ""
    print(f"{here.who} says {'yes' if yes else 'no'} to: {proposed}\nfollow it with: responder incident {incident.id}")
    return 0


def asked_of(name: str, world: World) -> Incident:
    """Find the incident that waits for an answer; raise NotThere with how it stands when it does not."""
    entries = world.journal.entries(name, 1)
    if not entries:
        raise NotThere(f"no incident {name}; find it with: responder incidents")
    incident = world.journal.read(str(json.loads(entries[0])["subject"])).incident
    if incident is None or incident.id != name or incident.state is not State.PROPOSED or incident.proposal is None:
        stands = incident.state if incident and incident.id == name else "over"
        raise NotThere(f"incident {name} asks nothing: it is {stands}")
    return incident
