"""A person acknowledged, resolved or re-opened: their word becomes a message to the target's group.

Nothing is written here: only who holds a target writes to its journal. Anybody can post to this address, so a
word counts only with the vendor's signature; every failure of ours is a 503, which both vendors repeat.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from responder.domain.said import Said
from responder.errors import ActionFailed, CannotRead, TryAgain
from responder.ports import AlertQueue, Journal, Tokens
from responder.workflow.receive_alerts import Answer

LARGEST = 1024 * 1024


@dataclass(frozen=True)
class Ears:
    """Where people are heard from: the secrets they sign with, by vendor, and how their events are read."""

    secrets: Tokens
    is_signed: Callable[[str, Mapping[str, str], bytes, Sequence[str]], bool]
    read: Callable[[str, bytes], list[Said]]
    journal: Journal
    queue: AlertQueue


def hear_people(via: str, headers: Mapping[str, str], body: bytes, ears: Ears) -> Answer:
    """Answer one event; never raises one of our errors."""
    try:
        if len(body) > LARGEST or not ears.is_signed(via, headers, body, ears.secrets.read(fresh=False).get(via, ())):
            return Answer(401, "the signature is missing or wrong", via)
        said = [replace(one, resource=resource) for one in ears.read(via, body) if (resource := _resource(one, ears))]
        if said:
            ears.queue.send(said)
        return Answer(200, f"{len(said)} words of people passed on", via)
    except CannotRead as error:
        return Answer(400, str(error), via)
    except (TryAgain, ActionFailed) as error:
        return Answer(503, f"try again: {error}", via)


def _resource(said: Said, ears: Ears) -> str | None:
    """Return what the incident is about; an incident that is none of ours is somebody else's business."""
    first = ears.journal.entries(said.incident, 1)[:1]
    return str(json.loads(first[0])["subject"]) if first else None
