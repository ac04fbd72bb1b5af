"""The first model is away."""

from responder.adapters.in_memory_levers import document
from responder.domain.things.documents import Circuit
from responder.domain.things.gateway import LiteLlmCircuit
from responder.domain.touch import Touch
from responder.domain.touch import TouchKind as Kind
from responder.rehearsal.fleet import Health, Sight
from responder.rehearsal.house import House
from responder.rehearsal.scenarios.scenario import BREAKS_AT, PAGED, Expected, Scenario, reads

ROUTED = Touch(
    sagemaker_endpoint="chat", circuit=Circuit("chat", "live", "routing", {"primary_share": 0}, {"primary_share": 0.1})
)
GATEWAY = Touch(
    sagemaker_endpoint="chat",
    litellm_circuit=LiteLlmCircuit("http://gateway.internal:4000", "chat", ("chat-spare",), 0.1, "chat/gateway"),
)


def _upstream(seen: Sight, back: int) -> Health:
    """The first model answers nobody in time until it is back; the fallback is well all the time."""
    away = BREAKS_AT <= seen.minute < BREAKS_AT + back
    return Health(timeouts=0.6 * reads(seen, Kind.CIRCUIT)["primary_share"] if away else 0.0)


def _provider(seen: Sight) -> Health:
    """The gateway's first provider answers nobody in time for fifteen minutes; who else it asks is well."""
    weights = {one: float(weight) for one, weight in seen.says(Kind.LITELLM_CIRCUIT).items()}
    asked = sum(weight for one, weight in weights.items() if one.endswith("first"))
    away = BREAKS_AT <= seen.minute < BREAKS_AT + 15
    return Health(timeouts=0.6 * asked / sum(weights.values()) if away else 0.0)


def _routed(house: House) -> None:
    house.things[Kind.CIRCUIT].stand(house.target, **document(primary_share=1))


def _behind_a_gateway(house: House) -> None:
    house.things[Kind.LITELLM_CIRCUIT].stand(house.target, **{"chat-first": "1", "chat-spare": "0"})


SCENARIOS = (
    Scenario("upstream_gone", "the first model is away for fifteen minutes", "api_timeout", "LLMRequestTimeouts",
             lambda seen: _upstream(seen, 15), Expected(("open_circuit", "lift", "lift"), "recovered", "ticket"),
             touch=ROUTED, arrange=_routed),
    Scenario("provider_gone", "the first provider behind the gateway is away for fifteen minutes", "api_timeout",
             "LLMRequestTimeouts", _provider, Expected(("open_circuit", "lift", "lift"), "recovered", "ticket"),
             touch=GATEWAY, arrange=_behind_a_gateway),
    Scenario("upstream_stays_gone", "the first model is away for hours; the probe finds out", "api_timeout",
             "LLMRequestTimeouts", lambda seen: _upstream(seen, 600),
             Expected(("open_circuit", "lift", "undo"), "escalated", PAGED), touch=ROUTED, arrange=_routed),
)  # fmt: skip
