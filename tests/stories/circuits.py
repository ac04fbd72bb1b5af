"""The fallback answers while the first model is away."""

from datetime import datetime, timedelta

from tests.stories.story import LATER, RELIEVED, Story
from tests.world import Practice

from responder.adapters.in_memory_levers import document
from responder.domain.incident import Disposition
from responder.domain.things.documents import Circuit
from responder.domain.things.gateway import LiteLlmCircuit
from responder.domain.touch import Touch


def _upstream_is_gone(practice: Practice, minutes: int) -> None:
    """Calls to the first model time out while it is away, in proportion to its share of them."""
    circuit = Circuit("app", "prod", "routing", {"primary": 0}, {"primary": 0.1})
    practice.touch(Touch(circuit=circuit), **document(primary=1))
    back = practice.now + timedelta(minutes=minutes)
    practice.metrics.timeouts = lambda at: 0.0 if at >= back or '"primary":0}' in practice.running() else 0.1


def _upstream_comes_back(practice: Practice) -> None:
    _upstream_is_gone(practice, minutes=5)


def _upstream_stays_away(practice: Practice) -> None:
    _upstream_is_gone(practice, minutes=90)


def _provider_is_gone(practice: Practice, minutes: int) -> None:
    """The deployments of the first provider time out while it is away, in proportion to their weight."""
    gateway = LiteLlmCircuit("http://gateway", "chat", ("spare",), 0.1, "chat/gateway")
    practice.touch(Touch(litellm_circuit=gateway), first="1", spare="0")
    kind, name = next(iter(practice.target.things.items()))
    back = practice.now + timedelta(minutes=minutes)

    def timeouts(at: datetime) -> float:
        weights = {one: float(weight) for one, weight in practice.things[kind].things[name].current.items()}
        return 0.0 if at >= back else 0.6 * weights["first"] / sum(weights.values())

    practice.metrics.timeouts = timeouts


def _provider_comes_back(practice: Practice) -> None:
    _provider_is_gone(practice, minutes=5)


def _provider_stays_away(practice: Practice) -> None:
    _provider_is_gone(practice, minutes=90)


STORIES = (
    Story(
        "circuit, probed and closed",
        _upstream_comes_back,
        3,
        RELIEVED,
        Disposition.RECOVERED,
        '{"primary":1}',
        timedelta(minutes=40),
        alert="LLMRequestTimeouts",
        runbook="api_timeout",
    ),
    Story(
        "circuit, the probe fails",
        _upstream_stays_away,
        3,
        (*RELIEVED, "page", "resolve"),
        Disposition.ESCALATED,
        '{"primary":0}',
        undone=True,
        alert="LLMRequestTimeouts",
        runbook="api_timeout",
    ),
    Story(
        "circuit of a gateway, probed and closed",
        _provider_comes_back,
        3,
        RELIEVED,
        Disposition.RECOVERED,
        "1,0",
        LATER,
        alert="LLMRequestTimeouts",
        runbook="api_timeout",
    ),
    Story(
        "circuit of a gateway, the probe fails",
        _provider_stays_away,
        3,
        (*RELIEVED, "page", "resolve"),
        Disposition.ESCALATED,
        "0,9",
        undone=True,
        alert="LLMRequestTimeouts",
        runbook="api_timeout",
    ),
)
