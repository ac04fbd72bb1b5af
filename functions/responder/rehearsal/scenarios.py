"""The scenarios of a game day: how the service breaks, what people do meanwhile, and how it must end."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from responder.adapters.in_memory_levers import document
from responder.domain.plans.document import DOCUMENT
from responder.domain.registry import ModelVersion, RegistrySnapshot
from responder.domain.things.adapter import Adapter
from responder.domain.things.documents import Circuit, ServingProfile
from responder.domain.things.evaluation import Evaluation
from responder.domain.things.gateway import LiteLlmTeam
from responder.domain.things.load import Capacity, TargetGroup, VariantWeights
from responder.domain.things.rollouts import ConfigRollout
from responder.domain.things.service import EcsService
from responder.domain.touch import LambdaAlias, Registry, Touch, UsagePlan, VersionParameter
from responder.domain.touch import TouchKind as Kind
from responder.errors import CannotKnow
from responder.rehearsal.fleet import Health, Sight
from responder.rehearsal.house import House, Killed

BREAKS_AT = 10  # the minute everything begins
FIRST_HAND = 4  # minutes after which a quick person acts, before the alert even fires
WELL = Health()
ENDPOINT = Touch(sagemaker_endpoint="chat")
BOTH = Touch(sagemaker_endpoint="chat", usage_plan=UsagePlan("chat", least=20))
ALIAS = Touch(lambda_alias=LambdaAlias("chat", "live"))
SERVED = Touch(
    sagemaker_endpoint="chat", serving_profile=ServingProfile("chat", "live", "serving", {"max_num_seqs": 16})
)
ROUTED = Touch(
    sagemaker_endpoint="chat", circuit=Circuit("chat", "live", "routing", {"primary_share": 0}, {"primary_share": 0.1})
)
SCALED = Touch(
    sagemaker_endpoint="chat",
    capacity=Capacity("endpoint/chat/variant/all", most=6),
    serving_profile=ServingProfile("chat", "live", "serving", {"compress_prompts": True}),
)
SERVICE = Touch(ecs_service=EcsService("live", "chat"))
SPREAD = Touch(sagemaker_endpoint="chat", variant_weights=VariantWeights("chat", {"a": 1, "b": 1}))
SHARDS = ("10.0.0.1:8000", "10.0.0.2:8000", "10.0.0.3:8000")
SHARDED = Touch(
    version_parameter=VersionParameter("/chat/version", ()),
    target_group=TargetGroup("arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/chat/1", least=2),
)
GATEWAY = Touch(
    sagemaker_endpoint="chat",
    litellm_team=LiteLlmTeam("http://gateway.internal:4000", "chat", {"rpm_limit": 1200}, "chat/gateway"),
)
REPLICAS = tuple(f"10.0.0.{n}:8000" for n in (1, 2, 3))
ADAPTED = Touch(adapter=Adapter("support-de", "{version}", tuple(f"http://{host}" for host in REPLICAS), ()))
EVALUATED = Touch(sagemaker_endpoint="chat", evaluation=Evaluation("chat", "/chat/reevaluation"))
PROMPTED = Touch(sagemaker_endpoint="chat", config_rollout=ConfigRollout("chat", "live", "prompts"))
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
    behaves: Callable[[Sight], Health]
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


def _on_v2(bad: Health) -> Callable[[Sight], Health]:
    return lambda seen: bad if seen.runs == "v2" else WELL


def _always(bad: Health) -> Callable[[Sight], Health]:
    return lambda seen: bad if seen.minute >= BREAKS_AT else WELL


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


def _both(seen: Sight) -> Health:
    """The release is slow, and something else makes requests fail."""
    failing = 0.05 if seen.minute >= BREAKS_AT else 0.0
    return Health(p95=2.5 if seen.runs == "v2" else 0.3, failing=failing)


def _flaps(seen: Sight) -> Health:
    return Health(p95=2.5) if seen.minute >= BREAKS_AT and seen.minute % 14 < 8 else WELL  # noqa: PLR2004  # eight bad minutes, six good


def _mismatch(seen: Sight) -> Health:
    return Health(mismatched=float(seen.says(Kind.REGISTRY)["chat@live"] == "7"))


def _long_prompts(seen: Sight) -> Health:
    """Prompts are so long that more than 16 at a time do not fit into the memory."""
    at_a_time = _reads(seen, Kind.SERVING_PROFILE)["max_num_seqs"]
    return Health(killed=2.0) if seen.minute >= BREAKS_AT and at_a_time > 16 else WELL  # noqa: PLR2004  # what fits


def _load(seen: Sight, minutes: int, *, compressed: bool) -> Health:
    """For some minutes it is more than four replicas can take, or more than any can take without shorter prompts."""
    replicas, short = int(seen.says(Kind.CAPACITY)["minimum"]), _reads(seen, Kind.SERVING_PROFILE)["compress_prompts"]
    enough = replicas > 4 and (short or not compressed)  # noqa: PLR2004  # what four can take
    return Health(p95=2.5) if BREAKS_AT <= seen.minute < BREAKS_AT + minutes and not enough else WELL


def _spread(seen: Sight) -> Health:
    """Each variant does what its weight says."""
    return Health(loads={name: float(weight) for name, weight in seen.says(Kind.VARIANT_WEIGHTS).items()})


def _adapters(seen: Sight, *fit: str) -> Health:
    """Each replica whose adapter does not fit, or that has none, fails to load it whenever it is asked for."""
    broken = [path for path in seen.says(Kind.ADAPTER).values() if path not in fit]
    return Health(unloaded=float(len(broken)), failing=0.02 * len(broken))


def _sticky(seen: Sight) -> Health:
    """For twenty minutes one caller's calls stick to the second shard; when it is out, they go everywhere."""
    shards, hot = seen.says(Kind.TARGET_GROUP)["shards"].split(","), BREAKS_AT <= seen.minute < BREAKS_AT + 20
    return Health(loads={shard: 9.0 if hot and shard == SHARDS[1] else 1.0 for shard in shards})


def _upstream(seen: Sight, back: int) -> Health:
    """The first model answers nobody in time until it is back; the fallback is well all the time."""
    away = BREAKS_AT <= seen.minute < BREAKS_AT + back
    return Health(timeouts=0.6 * _reads(seen, Kind.CIRCUIT)["primary_share"] if away else 0.0)


def _reads(seen: Sight, kind: Kind) -> dict[str, Any]:
    """What the service reads in a document."""
    found: dict[str, Any] = json.loads(seen.says(kind)[DOCUMENT])
    return found


def _served(house: House) -> None:
    house.things[Kind.SERVING_PROFILE].stand(house.target, **document(max_num_seqs=64, gpu_memory_utilization=0.92))


def _scaled(house: House) -> None:
    house.things[Kind.CAPACITY].stand(house.target, minimum="2", maximum="4", suspended="")
    house.things[Kind.SERVING_PROFILE].stand(house.target, **document(compress_prompts=False))


def _evenly(house: House) -> None:
    house.things[Kind.VARIANT_WEIGHTS].stand(house.target, a="1", b="1")


def _unevenly(house: House) -> None:
    """Somebody gives one variant nine tenths of the calls, and goes home."""
    if house.minute == BREAKS_AT:
        house.things[Kind.VARIANT_WEIGHTS].stand(house.target, a="9", b="1")


def _sharded(house: House) -> None:
    house.things[Kind.TARGET_GROUP].stand(house.target, shards=",".join(SHARDS))


def _routed(house: House) -> None:
    house.things[Kind.CIRCUIT].stand(house.target, **document(primary_share=1))


def _limited(house: House) -> None:
    house.things[Kind.USAGE_PLAN].stand(house.target, rate="100")


def _half_loaded(house: House) -> None:
    """The new adapter fits nowhere: one replica has it, one has none since, and one refused and kept the old one."""
    if house.minute == BREAKS_AT:
        house.release("v2")
        had = dict(zip(REPLICAS, ("v2", "", "v1"), strict=True))
        house.things[Kind.ADAPTER].stand(house.target, **had)


def _good_adapter(house: House) -> None:
    """A person vouched for v2; the base model has changed since v1, which would not fit any more."""
    house.now += timedelta(hours=1)
    house.release("v2", good=True)
    house.now -= timedelta(hours=1)


def _began_anew(house: House) -> None:
    """One replica is started again, and has no adapter any more."""
    if house.minute == BREAKS_AT:
        house.things[Kind.ADAPTER].stand(house.target, **dict(zip(REPLICAS, ("v2", "", "v2"), strict=True)))


def _behind_a_gateway(house: House) -> None:
    house.things[Kind.LITELLM_TEAM].stand(house.target, rpm_limit="6001", tpm_limit="1234567")


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


def _evaluated(house: House) -> None:
    house.things[Kind.EVALUATION].stand(house.target, asked_for="", features="")


def _prompted(house: House) -> None:
    house.things[Kind.CONFIG_ROLLOUT].stand(house.target, deployment="")


def _rolled_out(house: House) -> None:
    """AppConfig begins to hand out new prompts, slowly."""
    if house.minute == BREAKS_AT:
        house.things[Kind.CONFIG_ROLLOUT].stand(house.target, deployment="7")


def _prompts(seen: Sight) -> Health:
    return Health(p95=2.5) if seen.says(Kind.CONFIG_ROLLOUT).get("deployment") else WELL


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
    Scenario("slow_service", "a task definition is slow", "latency_spike", "LLMHighP95", _on_v2(Health(p95=2.5)),
             Expected(ROLLED_BACK, "recovered", "ticket"), touch=SERVICE, events=_released),
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
    Scenario("gateway_crowd", "one team of the gateway asks too much for twelve minutes", "latency_spike", "LLMHighP95",
             _gateway_crowd, Expected(("throttle", "lift", "lift"), "recovered", "ticket"), touch=GATEWAY,
             arrange=_behind_a_gateway),
    Scenario("long_prompts", "prompts are too long for the memory, whatever release runs", "out_of_memory",
             "LLMOutOfMemory", _long_prompts, Expected(("switch_profile",), "recovered", "ticket"), touch=SERVED,
             arrange=_served),
    Scenario("upstream_gone", "the first model is away for fifteen minutes", "api_timeout", "LLMTimeouts",
             lambda seen: _upstream(seen, 15), Expected(("open_circuit", "lift", "lift"), "recovered", "ticket"),
             touch=ROUTED, arrange=_routed),
    Scenario("upstream_stays_gone", "the first model is away for hours; the probe finds out", "api_timeout",
             "LLMTimeouts", lambda seen: _upstream(seen, 600),
             Expected(("open_circuit", "lift", "undo"), "escalated", PAGED), touch=ROUTED, arrange=_routed),
    Scenario("too_few_replicas", "for a quarter of an hour more than four replicas can take", "latency_spike",
             "LLMHighP95", lambda seen: _load(seen, 15, compressed=False),
             Expected(("scale_out", "lift"), "recovered", "ticket"), touch=SCALED, arrange=_scaled),
    Scenario("long_and_many", "many replicas do not suffice, with shorter prompts they do", "latency_spike",
             "LLMHighP95", lambda seen: _load(seen, 38, compressed=True),
             Expected(("scale_out", "switch_profile", "lift", "lift"), "recovered", PAGED), touch=SCALED,
             arrange=_scaled),
    Scenario("weights_moved", "somebody gave one variant nine tenths of the calls", "hot_spot_shard", "LLMHotShard",
             _spread, Expected(("rebalance",), "recovered", "ticket"), touch=SPREAD, arrange=_evenly,
             events=_unevenly),
    Scenario("sticky_caller", "the calls of one caller stick to one shard for twenty minutes", "hot_spot_shard",
             "LLMHotShard", _sticky, Expected(("drain", "lift"), "recovered", "ticket"), touch=SHARDED,
             arrange=_sharded),
    Scenario("bad_adapter", "an adapter does not fit its base; some replicas have it, some the old one, some none",
             "adapter_merge_error", "LLMAdapterLoadFailures", lambda seen: _adapters(seen, "v1"),
             Expected(("restore_adapter",), "recovered", "ticket"), touch=ADAPTED, events=_half_loaded),
    Scenario("bad_component", "a release of an inference component has an adapter that cannot be merged",
             "adapter_merge_error", "LLMAdapterLoadFailures", _on_v2(Health(unloaded=3.0, failing=0.05)),
             Expected(ROLLED_BACK, "recovered", "ticket"), touch=Touch(inference_component="chat"),
             events=_released),
    Scenario("lost_adapter", "a replica began anew without its adapter; the one before does not fit any more",
             "adapter_merge_error", "LLMAdapterLoadFailures", lambda seen: _adapters(seen, "v2"),
             Expected(("restore_adapter",), "recovered", "ticket"), touch=ADAPTED, arrange=_good_adapter,
             events=_began_anew),
    Scenario("bad_canary", "a canary is slow and nobody vouched for a way back", "latency_spike", "LLMHighP95",
             _on_v2(Health(p95=2.5)), Expected(("freeze",), "recovered", PAGED), touch=ALIAS, events=_canary),
    Scenario("bad_prompts", "prompts that are still being rolled out make answers slow", "latency_spike",
             "LLMHighP95", _prompts, Expected(("freeze",), "recovered", PAGED), touch=PROMPTED, arrange=_prompted,
             events=_rolled_out),
    Scenario("moved_inputs", "what comes in is no longer what the model was made for", "data_drift", "LLMDataDrift",
             lambda seen: Health(drifted=0.4) if seen.minute >= BREAKS_AT else WELL,
             Expected(("reevaluate",), "escalated", "ticket"), touch=EVALUATED, arrange=_evaluated,
             severity="warning"),
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
