"""Inputs move away from what the model was made for."""

from responder.domain.things.evaluation import Evaluation
from responder.domain.touch import Touch
from responder.domain.touch import TouchKind as Kind
from responder.rehearsal.fleet import Health
from responder.rehearsal.house import House
from responder.rehearsal.scenarios.scenario import BREAKS_AT, WELL, Expected, Scenario

EVALUATED = Touch(sagemaker_endpoint="chat", evaluation=Evaluation("chat", "/chat/reevaluation"))


def _evaluated(house: House) -> None:
    house.things[Kind.EVALUATION].stand(house.target, asked_for="", features="")


SCENARIOS = (
    Scenario("moved_inputs", "what comes in is no longer what the model was made for", "data_drift", "LLMDataDrift",
             lambda seen: Health(drifted=0.4) if seen.minute >= BREAKS_AT else WELL,
             Expected(("reevaluate",), "escalated", "ticket"), touch=EVALUATED, arrange=_evaluated,
             severity="warning"),
)  # fmt: skip
