"""An outage that is over, with messages that died in it: where what is done afterwards begins."""

import json
from dataclasses import replace
from typing import Any

from tests.stories.letters import outage
from tests.world import Practice, a_message, an_alert

from responder.adapters.in_memory_dead_letters import InMemoryDeadLetters
from responder.domain.alert import Alert, Status
from responder.domain.incident import State
from responder.domain.touch import TouchKind

SLOW = {"runbook": "runbooks/api_timeout.md"}


def the_alert() -> Alert:
    return replace(an_alert(alertname="LLMRequestTimeouts"), annotations=SLOW)


def queue_of(practice: Practice) -> InMemoryDeadLetters:
    queue = practice.things[TouchKind.DEAD_LETTERS]
    assert isinstance(queue, InMemoryDeadLetters)
    return queue


def well_again(letters: int = 12) -> Practice:
    """An outage is over, the circuit was closed again, and the alert still fires."""
    practice = Practice()
    outage(practice, letters)
    until_well(practice)
    return practice


def until_well(practice: Practice) -> None:
    practice.fires(the_alert())
    practice.deliver(a_message(the_alert(), target=practice.target, at=practice.now))
    practice.wait(minutes=31)
    assert practice.state is State.FOLLOWING, practice.incident.says


def it_ends(practice: Practice, minutes: int = 12) -> None:
    practice.resolve(replace(the_alert(), status=Status.RESOLVED, ends_at=practice.now))
    practice.wait(minutes=minutes)


def moves(practice: Practice) -> int:
    return len(queue_of(practice).applied)


def records(practice: Practice, kind: str) -> list[dict[str, Any]]:
    entries = [json.loads(text) for text in practice.audit.read(practice.incident.id)]
    return [one["data"] for one in entries if one["type"].endswith(f".{kind}")]


def a_spent_budget(practice: Practice) -> Alert:
    """What remembers the outage for days, and asks for no more than a ticket."""
    alert = an_alert(alertname="LLMErrorBudgetSpent", severity="ticket", at=practice.now)
    return replace(alert, annotations={"runbook": "runbooks/error_rate.md"})
