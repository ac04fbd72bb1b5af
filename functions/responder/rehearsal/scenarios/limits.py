"""Too many ask, or what they ask for costs too much."""

from responder.domain.things.gateway import LiteLlmTeam
from responder.domain.touch import Touch, UsagePlan
from responder.domain.touch import TouchKind as Kind
from responder.rehearsal.fleet import Health, Sight
from responder.rehearsal.house import House
from responder.rehearsal.scenarios.scenario import BREAKS_AT, WELL, Expected, Scenario

BOTH = Touch(sagemaker_endpoint="chat", usage_plan=UsagePlan("chat", least=20))
GATEWAY = Touch(
    sagemaker_endpoint="chat",
    litellm_team=LiteLlmTeam("http://gateway.internal:4000", "chat", {"rpm_limit": 1200}, "chat/gateway"),
)


def _crowd(seen: Sight) -> Health:
    """For twelve minutes more than 60 requests per second are too many."""
    rate = float(seen.says(Kind.USAGE_PLAN)["rate"])
    crowded = BREAKS_AT <= seen.minute < BREAKS_AT + 12
    return Health(p95=2.5) if crowded and rate > 60 else WELL  # noqa: PLR2004  # what the fleet can take


def _gateway_crowd(seen: Sight) -> Health:
    """For twelve minutes more than 3600 requests per minute are too many."""
    rate = float(seen.says(Kind.LITELLM_TEAM)["rpm_limit"])
    crowded = BREAKS_AT <= seen.minute < BREAKS_AT + 12
    return Health(p95=2.5) if crowded and rate > 3600 else WELL  # noqa: PLR2004  # what the fleet can take


def _spending(seen: Sight) -> Health:
    rate = float(seen.says(Kind.USAGE_PLAN)["rate"])
    return Health(burn=1.5 * rate / 100) if seen.minute >= BREAKS_AT else WELL


def _limited(house: House) -> None:
    house.things[Kind.USAGE_PLAN].stand(house.target, rate="100")


def _behind_a_gateway(house: House) -> None:
    house.things[Kind.LITELLM_TEAM].stand(house.target, rpm_limit="6001", tpm_limit="1234567")


SCENARIOS = (
    Scenario("cost_overrun", "money is spent half as fast again as planned", "cost_overrun", "LLMCostOverrun",
             _spending, Expected(("throttle",), "recovered", "ticket"), touch=BOTH, arrange=_limited,
             severity="warning"),
    Scenario("crowd", "too many requests for twelve minutes, and no young release", "latency_spike", "LLMHighP95",
             _crowd, Expected(("throttle", "lift", "lift"), "recovered", "ticket"), touch=BOTH, arrange=_limited),
    Scenario("gateway_crowd", "one team of the gateway asks too much for twelve minutes", "latency_spike", "LLMHighP95",
             _gateway_crowd, Expected(("throttle", "lift", "lift"), "recovered", "ticket"), touch=GATEWAY,
             arrange=_behind_a_gateway),
)  # fmt: skip
