"""What is asked for does not fit the machine."""

from responder.adapters.in_memory_levers import document
from responder.domain.things.documents import ServingProfile
from responder.domain.touch import Touch
from responder.domain.touch import TouchKind as Kind
from responder.rehearsal.fleet import Health, Sight
from responder.rehearsal.house import House
from responder.rehearsal.scenarios.scenario import BREAKS_AT, WELL, Expected, Scenario, reads

SERVED = Touch(
    sagemaker_endpoint="chat", serving_profile=ServingProfile("chat", "live", "serving", {"max_num_seqs": 16})
)


def _long_prompts(seen: Sight) -> Health:
    """Prompts are so long that more than 16 at a time do not fit into the memory."""
    at_a_time = reads(seen, Kind.SERVING_PROFILE)["max_num_seqs"]
    return Health(killed=2.0) if seen.minute >= BREAKS_AT and at_a_time > 16 else WELL  # noqa: PLR2004  # what fits


def _served(house: House) -> None:
    house.things[Kind.SERVING_PROFILE].stand(house.target, **document(max_num_seqs=64, gpu_memory_utilization=0.92))


SCENARIOS = (
    Scenario("long_prompts", "prompts are too long for the memory, whatever release runs", "out_of_memory",
             "LLMOutOfMemory", _long_prompts, Expected(("switch_profile",), "recovered", "ticket"), touch=SERVED,
             arrange=_served),
)  # fmt: skip
