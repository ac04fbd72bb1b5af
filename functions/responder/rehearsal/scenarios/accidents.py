"""What people and accidents do while the responder is at work."""

from collections.abc import Callable
from typing import Any

from responder.domain.touch import Touch
from responder.domain.touch import TouchKind as Kind
from responder.errors import CannotKnow
from responder.rehearsal.fleet import Health, Sight
from responder.rehearsal.house import House, Killed
from responder.rehearsal.scenarios.scenario import (
    BREAKS_AT,
    FIRST_HAND,
    PAGED,
    ROLLED_BACK,
    WELL,
    Expected,
    Scenario,
    always,
    on_v2,
    released,
)


def _flaps(seen: Sight) -> Health:
    return Health(p95=2.5) if seen.minute >= BREAKS_AT and seen.minute % 14 < 8 else WELL  # noqa: PLR2004  # eight bad minutes, six good


def _human(house: House) -> None:
    released(house)
    if house.minute == BREAKS_AT + FIRST_HAND:
        endpoints = house.things[Kind.SAGEMAKER_ENDPOINT]
        endpoints.apply(house.target, endpoints.observe(house.target), {"endpoint_config": "v1"}, "a person")
        endpoints.applied.clear()


def _restarted(house: House) -> None:
    """Alertmanager forgets everything and cannot be asked for ten minutes, then tells everything again."""
    released(house)
    if house.minute == BREAKS_AT + 8:
        house.alerts.trouble = CannotKnow("connection refused")
    if house.minute == BREAKS_AT + 18:
        house.alerts.trouble = None
        house.tell(fires=bool(house.bad_for))


def _killed(house: House) -> None:
    """The process dies in the moment the change was accepted, once."""
    released(house)
    if house.minute == BREAKS_AT:

        def once(_: str, call: Callable[[], Any]) -> Any:  # noqa: ANN401  # as the call
            house.between = None
            call()
            raise Killed

        house.between = once


def _switched_off(house: House) -> None:
    released(house)
    if house.asked:
        house.modes.settings["global"] = "off"


SCENARIOS = (
    Scenario("flapping", "slow for some minutes again and again, no young release", "latency_spike", "LLMHighP95",
             _flaps, Expected((), "escalated", PAGED)),
    Scenario("human_first", "a person rolls back before the alert fires", "latency_spike", "LLMHighP95",
             on_v2(Health(p95=2.5)), Expected((), "escalated", PAGED), events=_human),
    Scenario("strange_alert", "a lamp is red about which nobody wrote a page; a release is young", "unknown",
             "TeamLampIsRed", always(Health(strange=1.0)), Expected((), "escalated", PAGED), events=released),
    Scenario("storm", "six services fail together, whatever they run", "latency_spike", "LLMHighP95",
             always(Health(p95=2.5)), Expected((), "escalated", PAGED), events=released,
             neighbours=tuple((f"chat-{n}", Touch(sagemaker_endpoint=f"chat-{n}")) for n in range(5))),
    Scenario("alertmanager_restarts", "Alertmanager is gone for ten minutes in the middle", "latency_spike",
             "LLMHighP95", on_v2(Health(p95=2.5)), Expected(ROLLED_BACK, "recovered", "ticket"), events=_restarted),
    Scenario("killed_mid_action", "the responder is killed as the change is accepted", "latency_spike", "LLMHighP95",
             on_v2(Health(p95=2.5)), Expected(ROLLED_BACK, "recovered", "ticket"), events=_killed),
    Scenario("switched_off", "the mode goes to off after the change, which does not help", "latency_spike",
             "LLMHighP95", always(Health(p95=2.5)), Expected(ROLLED_BACK, "escalated", PAGED), events=_switched_off),
)  # fmt: skip
