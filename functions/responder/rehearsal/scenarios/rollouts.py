"""Something bad is being rolled out, and there is no way back to take."""

from responder.domain.things.rollouts import ConfigRollout
from responder.domain.touch import LambdaAlias, Touch
from responder.domain.touch import TouchKind as Kind
from responder.rehearsal.fleet import Health, Sight
from responder.rehearsal.house import House
from responder.rehearsal.scenarios.scenario import BREAKS_AT, PAGED, WELL, Expected, Scenario, on_v2

ALIAS = Touch(lambda_alias=LambdaAlias("chat", "live"))
PROMPTED = Touch(sagemaker_endpoint="chat", config_rollout=ConfigRollout("chat", "live", "prompts"))


def _canary(house: House) -> None:
    """A canary with a third of the traffic; nobody vouched for what ran before."""
    if house.minute == BREAKS_AT:
        house.releases.markers.clear()
        house.release("v2")
        house.things[Kind.LAMBDA_ALIAS].stand(house.target, version="v1", canary="v2=0.3")


def _prompted(house: House) -> None:
    house.things[Kind.CONFIG_ROLLOUT].stand(house.target, deployment="")


def _rolled_out(house: House) -> None:
    """AppConfig begins to hand out new prompts, slowly."""
    if house.minute == BREAKS_AT:
        house.things[Kind.CONFIG_ROLLOUT].stand(house.target, deployment="7")


def _prompts(seen: Sight) -> Health:
    return Health(p95=2.5) if seen.says(Kind.CONFIG_ROLLOUT).get("deployment") else WELL


SCENARIOS = (
    Scenario("bad_canary", "a canary is slow and nobody vouched for a way back", "latency_spike", "LLMHighP95",
             on_v2(Health(p95=2.5)), Expected(("freeze",), "recovered", PAGED), touch=ALIAS, events=_canary),
    Scenario("bad_prompts", "prompts that are still being rolled out make answers slow", "latency_spike",
             "LLMHighP95", _prompts, Expected(("freeze",), "recovered", PAGED), touch=PROMPTED, arrange=_prompted,
             events=_rolled_out),
)  # fmt: skip
