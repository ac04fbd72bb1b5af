"""The scenarios of a game day: how the service breaks, what people do meanwhile, and how it must end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from responder.domain.registry import ModelVersion, RegistrySnapshot
from responder.domain.touch import LambdaAlias, Registry, Touch, UsagePlan
from responder.domain.touch import TouchKind as Kind
from responder.errors import CannotKnow
from responder.rehearsal.fleet import Health
from responder.rehearsal.house import House, Killed

BREAKS_AT = 10  # the minute everything begins
FIRST_HAND = 4  # minutes after which a quick person acts, before the alert even fires
WELL = Health()
ENDPOINT = Touch(sagemaker_endpoint="chat")
BOTH = Touch(sagemaker_endpoint="chat", usage_plan=UsagePlan("chat", least=20))
ALIAS = Touch(lambda_alias=LambdaAlias("chat", "live"))
REGISTERED = Touch(sagemaker_endpoint="chat", registry=Registry("models", ("chat",)))


@dataclass(frozen=True)
class Expected:
    """What must be seen: the actions asked for, in order, how it ended, and who was told."""

    actions: tuple[str, ...]
    ends: str
    told: str


@dataclass(frozen=True)
class Scenario:
    """One way to break, and what the house looks like; `events` is what happens in a minute besides."""

    name: str
    says: str
    runbook: str
    alert: str
    behaves: Callable[[House], Health]
    expected: Expected
    touch: Touch = ENDPOINT
    arrange: Callable[[House], None] = field(default=lambda _: None)
    events: Callable[[House], None] = field(default=lambda _: None)
    severity: str = "critical"
    neighbours: tuple[tuple[str, Touch], ...] = ()
    minutes: int = 120


def _released(house: House) -> None:
    """v1 ran for two days; v2 is deployed when everything begins."""
    if house.minute == BREAKS_AT:
        house.release("v2")


def _on_v2(bad: Health) -> Callable[[House], Health]:
    return lambda house: bad if house.runs == "v2" else WELL


def _always(bad: Health) -> Callable[[House], Health]:
    return lambda house: bad if house.minute >= BREAKS_AT else WELL


def _crowd(house: House) -> Health:
    """For twelve minutes more than 60 requests per second are too many."""
    rate = float(house.things[Kind.USAGE_PLAN].things[house.target.things[Kind.USAGE_PLAN]].current["rate"])
    crowded = BREAKS_AT <= house.minute < BREAKS_AT + 12
    return Health(p95=2.5) if crowded and rate > 60 else WELL  # noqa: PLR2004  # what the fleet can take


def _spending(house: House) -> Health:
    rate = float(house.things[Kind.USAGE_PLAN].things[house.target.things[Kind.USAGE_PLAN]].current["rate"])
    return Health(burn=1.5 * rate / 100) if house.minute >= BREAKS_AT else WELL


def _both(house: House) -> Health:
    """The release is slow, and something else makes requests fail."""
    failing = 0.05 if house.minute >= BREAKS_AT else 0.0
    return Health(p95=2.5 if house.runs == "v2" else 0.3, failing=failing)


def _flaps(house: House) -> Health:
    return Health(p95=2.5) if house.minute >= BREAKS_AT and house.minute % 14 < 8 else WELL  # noqa: PLR2004  # eight bad minutes, six good


def _mismatch(house: House) -> Health:
    return Health(mismatched=float(house.registry.registry.aliases["chat@live"] == "7"))


def _limited(house: House) -> None:
    house.things[Kind.USAGE_PLAN].stand(house.target, rate="100")


def _registered(house: House) -> None:
    """Version 6 ran for hours and was written down; version 7 has another tokenizer."""
    for number in ("6", "7"):
        parts = {part: f"sha256:{part}-{number}" for part in ("model", "tokenizer")}
        places = {part: f"s3://models/chat/{number}/{part}" for part in parts}
        house.registry.add(ModelVersion("chat", number, parts, places))
    house.registry.point(**{"chat@live": "6"})
    since = house.now - timedelta(hours=6)
    taken = RegistrySnapshot(house.now, house.registry.registry, {house.target.name: since}, (house.target.name,))
    house.snapshots.keep(taken)


def _corrupted(house: House) -> None:
    if house.minute == BREAKS_AT:
        house.registry.point(**{"chat@live": "7"})


def _canary(house: House) -> None:
    """A canary with a third of the traffic; nobody vouched for what ran before."""
    if house.minute == BREAKS_AT:
        house.releases.markers.clear()
        house.release("v2")
        house.things[Kind.LAMBDA_ALIAS].stand(house.target, version="v1", canary="v2=0.3")


def _human(house: House) -> None:
    _released(house)
    if house.minute == BREAKS_AT + FIRST_HAND:
        endpoints = house.things[Kind.SAGEMAKER_ENDPOINT]
        endpoints.apply(house.target, endpoints.observe(house.target), {"endpoint_config": "v1"}, "a person")
        endpoints.applied.clear()


def _restarted(house: House) -> None:
    """Alertmanager forgets everything and cannot be asked for ten minutes, then tells everything again."""
    _released(house)
    if house.minute == BREAKS_AT + 8:
        house.alerts.trouble = CannotKnow("connection refused")
    if house.minute == BREAKS_AT + 18:
        house.alerts.trouble = None
        house.tell(fires=bool(house.bad_for))


def _killed(house: House) -> None:
    """The process dies in the moment the change was accepted, once."""
    _released(house)
    if house.minute == BREAKS_AT:

        def once(_: str, call: Callable[[], Any]) -> Any:  # noqa: ANN401  # as the call
            house.between = None
            call()
            raise Killed

        house.between = once


def _switched_off(house: House) -> None:
    _released(house)
    if house.asked:
        house.modes.settings["global"] = "off"


ROLLED_BACK, PAGED = ("rollback",), "page"
SCENARIOS = (
    Scenario("slow_release", "a release is slow", "latency_spike", "LLMHighP95", _on_v2(Health(p95=2.5)),
             Expected(ROLLED_BACK, "recovered", "ticket"), events=_released),
    Scenario("unsafe_release", "a release lets harmful answers through", "safety_violation", "LLMSafetyViolations",
             _on_v2(Health(unsafe=0.01)), Expected(ROLLED_BACK, "recovered", PAGED), events=_released),
    Scenario("quality_drop", "a release is accepted less often", "quality_regression", "LLMAcceptanceDrop",
             _on_v2(Health(acceptance=0.8)), Expected(ROLLED_BACK, "recovered", PAGED), events=_released, minutes=240),
    Scenario("tokenizer_mismatch", "a pointer of the registry was moved to another tokenizer", "tokenizer_mismatch",
             "LLMTokenizerMismatch", _mismatch, Expected(("restore_registry",), "recovered", "ticket"),
             touch=REGISTERED, arrange=_registered, events=_corrupted),
    Scenario("cost_overrun", "money is spent half as fast again as planned", "cost_overrun", "LLMCostOverrun",
             _spending, Expected(("throttle",), "recovered", "ticket"), touch=BOTH, arrange=_limited,
             severity="warning"),
    Scenario("crowd", "too many requests for twelve minutes, and no young release", "latency_spike", "LLMHighP95",
             _crowd, Expected(("throttle", "lift", "lift"), "recovered", "ticket"), touch=BOTH, arrange=_limited),
    Scenario("bad_canary", "a canary is slow and nobody vouched for a way back", "latency_spike", "LLMHighP95",
             _on_v2(Health(p95=2.5)), Expected(("freeze",), "recovered", PAGED), touch=ALIAS, events=_canary),
    Scenario("two_failures", "a release is slow, and requests fail for another reason", "latency_spike", "LLMHighP95",
             _both, Expected(ROLLED_BACK, "escalated", PAGED), events=_released),
    Scenario("does_not_help", "everything is slow, the release is only young", "latency_spike", "LLMHighP95",
             _always(Health(p95=2.5)), Expected(("rollback", "undo"), "escalated", PAGED), events=_released),
    Scenario("flapping", "slow for some minutes again and again, no young release", "latency_spike", "LLMHighP95",
             _flaps, Expected((), "escalated", PAGED)),
    Scenario("human_first", "a person rolls back before the alert fires", "latency_spike", "LLMHighP95",
             _on_v2(Health(p95=2.5)), Expected((), "escalated", PAGED), events=_human),
    Scenario("storm", "six services fail together, whatever they run", "latency_spike", "LLMHighP95",
             _always(Health(p95=2.5)), Expected((), "escalated", PAGED), events=_released,
             neighbours=tuple((f"chat-{n}", Touch(sagemaker_endpoint=f"chat-{n}")) for n in range(5))),
    Scenario("alertmanager_restarts", "Alertmanager is gone for ten minutes in the middle", "latency_spike",
             "LLMHighP95", _on_v2(Health(p95=2.5)), Expected(ROLLED_BACK, "recovered", "ticket"), events=_restarted),
    Scenario("killed_mid_action", "the responder is killed as the change is accepted", "latency_spike", "LLMHighP95",
             _on_v2(Health(p95=2.5)), Expected(ROLLED_BACK, "recovered", "ticket"), events=_killed),
    Scenario("switched_off", "the mode goes to off after the change, which does not help", "latency_spike",
             "LLMHighP95", _always(Health(p95=2.5)), Expected(ROLLED_BACK, "escalated", PAGED), events=_switched_off),
)  # fmt: skip
