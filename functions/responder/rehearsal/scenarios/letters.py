"""The first model was away, and messages died of it."""

from responder.adapters.in_memory_dead_letters import InMemoryDeadLetters
from responder.adapters.in_memory_levers import document
from responder.domain.things.documents import Circuit
from responder.domain.things.queue import DeadLetters
from responder.domain.touch import Touch
from responder.domain.touch import TouchKind as Kind
from responder.rehearsal.fleet import Health, Sight
from responder.rehearsal.house import House
from responder.rehearsal.scenarios.scenario import BREAKS_AT, WELL, Expected, Scenario, reads

AWAY = 15  # minutes
DIED = 120  # messages
QUEUES = "arn:aws:sqs:us-east-1:123456789012"
CLEARED_UP = ("open_circuit", "lift", "lift", "requeue")
WORKING = Touch(
    sagemaker_endpoint="chat",
    circuit=Circuit("chat", "live", "routing", {"primary_share": 0}, {"primary_share": 0.1}),
    dead_letters=DeadLetters(f"{QUEUES}:chat-dead", (f"{QUEUES}:chat-work",), most=1000),
)


def _upstream(seen: Sight) -> Health:
    """The first model answers nobody in time until it is back; the fallback is well all the time."""
    away = BREAKS_AT <= seen.minute < BREAKS_AT + AWAY
    return Health(timeouts=0.6 * reads(seen, Kind.CIRCUIT)["primary_share"]) if away else WELL


def _working(house: House) -> None:
    house.things[Kind.CIRCUIT].stand(house.target, **document(primary_share=1))
    house.things[Kind.DEAD_LETTERS].stand(house.target)


def _some_die(house: House) -> None:
    """What was under way when the first model went lies in the dead letters after a few tries."""
    if house.minute == BREAKS_AT + 3:
        queue = house.things[Kind.DEAD_LETTERS]
        assert isinstance(queue, InMemoryDeadLetters)  # noqa: S101  # the twins are made so
        queue.fill(house.target, DIED)


def _die_again(house: House) -> None:
    """These die of something else: they are what nobody can answer."""
    _working(house)
    queue = house.things[Kind.DEAD_LETTERS]
    assert isinstance(queue, InMemoryDeadLetters)  # noqa: S101  # as above
    queue.die_again = 1.0


SCENARIOS = (
    Scenario("letters_left", "messages die while the first model is away, and it comes back", "api_timeout",
             "LLMRequestTimeouts", _upstream, Expected(CLEARED_UP, "recovered", "ticket"), touch=WORKING,
             arrange=_working, events=_some_die),
    Scenario("letters_die_again", "messages die of themselves while the first model is away", "api_timeout",
             "LLMRequestTimeouts", _upstream, Expected(CLEARED_UP, "escalated", "ticket"), touch=WORKING,
             arrange=_die_again, events=_some_die),
)  # fmt: skip
