"""What died while the first model was away gets its second chance, once all is well again."""

from collections.abc import Callable
from datetime import timedelta

from tests.stories.story import RELIEVED, Story
from tests.world import Practice

from responder.adapters.in_memory_dead_letters import InMemoryDeadLetters
from responder.adapters.in_memory_levers import document
from responder.domain.incident import Disposition
from responder.domain.remediation import Outcome
from responder.domain.things.documents import Circuit
from responder.domain.things.queue import DeadLetters
from responder.domain.touch import Touch, TouchKind

AT = "arn:aws:sqs:us-east-1:123456789012"
LETTERS = DeadLetters(f"{AT}:chat-dead", (f"{AT}:chat-work",), most=1000)
ALERT_ENDS = timedelta(minutes=30)


def outage(practice: Practice, letters: int) -> InMemoryDeadLetters:
    """The first model is away for five minutes, and so many messages die of it."""
    circuit = Circuit("app", "prod", "routing", {"primary": 0}, {"primary": 0.1})
    practice.touch(Touch(circuit=circuit, dead_letters=LETTERS), **document(primary=1))
    back = practice.now + timedelta(minutes=5)
    practice.metrics.timeouts = lambda at: 0.0 if at >= back or '"primary":0}' in practice.running() else 0.1
    queue = practice.things[TouchKind.DEAD_LETTERS]
    assert isinstance(queue, InMemoryDeadLetters)
    queue.fill(practice.target, letters)
    return queue


def _letters_wait(practice: Practice) -> None:
    outage(practice, 12)


def _nobody_died(practice: Practice) -> None:
    outage(practice, 0)


def _they_die_again(practice: Practice) -> None:
    outage(practice, 12).die_again = 0.9


def _too_much_at_once(practice: Practice) -> None:
    """What comes back is more than the service can do: calls time out while it is moved, which takes long."""
    queue, before = outage(practice, 400), practice.metrics.timeouts
    queue.long = 10
    name = practice.target.things[TouchKind.DEAD_LETTERS]
    practice.metrics.timeouts = lambda at: before(at) if queue.things[name].settled else 0.2


def _refused(practice: Practice) -> None:
    outage(practice, 12).reply = Outcome("refused", "AccessDenied")


def _answer_lost(practice: Practice) -> None:
    outage(practice, 12).reply = Outcome("unknown", "read timeout")


def _story(
    name: str,
    arrange: Callable[[Practice], None],
    effects: int,
    ends: Disposition,
    kinds: tuple[str, ...] = RELIEVED,
    *,
    undone: bool = False,
) -> Story:
    return Story(
        name,
        arrange,
        effects,
        kinds,
        ends,
        '{"primary":1}',
        ALERT_ENDS,
        undone=undone,
        alert="LLMRequestTimeouts",
        runbook="api_timeout",
    )


STORIES = (
    _story("letters moved back", _letters_wait, 4, Disposition.RECOVERED),
    _story("no letters to move", _nobody_died, 3, Disposition.RECOVERED),
    _story("letters die again", _they_die_again, 4, Disposition.ESCALATED),
    _story(
        "too many letters at once",
        _too_much_at_once,
        5,
        Disposition.ESCALATED,
        (*RELIEVED, "page", "resolve"),
        undone=True,
    ),
    _story("moving letters is refused", _refused, 0, Disposition.ESCALATED),
    _story("answer lost, letters moved", _answer_lost, 4, Disposition.RECOVERED),
)
