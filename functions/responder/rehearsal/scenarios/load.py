"""There are too few replicas, or one of them does most of the work."""

from responder.adapters.in_memory_levers import document
from responder.domain.things.documents import ServingProfile
from responder.domain.things.load import Capacity, ListenerWeights, TargetGroup, VariantWeights
from responder.domain.touch import Touch, VersionParameter
from responder.domain.touch import TouchKind as Kind
from responder.rehearsal.fleet import Health, Sight
from responder.rehearsal.house import House
from responder.rehearsal.scenarios.scenario import BREAKS_AT, PAGED, WELL, Expected, Scenario, reads

SCALED = Touch(
    sagemaker_endpoint="chat",
    capacity=Capacity("endpoint/chat/variant/all", most=6),
    serving_profile=ServingProfile("chat", "live", "serving", {"compress_prompts": True}),
)
VARIANTS = {"a": 1.0, "b": 1.0, "c": 1.0}
SPREAD = Touch(sagemaker_endpoint="chat", variant_weights=VariantWeights("chat", VARIANTS))
LISTENER = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/chat/1/2"
BALANCED = Touch(
    version_parameter=VersionParameter("/chat/version", ()),
    listener_weights=ListenerWeights(LISTENER, {name: int(weight) for name, weight in VARIANTS.items()}),
)
SHARDS = ("10.0.0.1:8000", "10.0.0.2:8000", "10.0.0.3:8000")
SHARDED = Touch(
    version_parameter=VersionParameter("/chat/version", ()),
    target_group=TargetGroup("arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/chat/1", least=2),
)


def _load(seen: Sight, minutes: int, *, compressed: bool) -> Health:
    """For some minutes it is more than four replicas can take, or more than any can take without shorter prompts.

    Where nobody counts what runs, the autoscaler keeps to the minimum.
    """
    scaled, short = seen.says(Kind.CAPACITY), reads(seen, Kind.SERVING_PROFILE)["compress_prompts"]
    replicas = int(scaled.get("running", scaled["minimum"]))
    enough = replicas > 4 and (short or not compressed)  # noqa: PLR2004  # what four can take
    return Health(p95=2.5) if BREAKS_AT <= seen.minute < BREAKS_AT + minutes and not enough else WELL


def _spread(seen: Sight, kind: Kind) -> Health:
    """Each part does what its weight says."""
    return Health(loads={name: float(weight) for name, weight in seen.says(kind).items()})


def _sticky(seen: Sight) -> Health:
    """For twenty minutes one caller's calls stick to the second shard; when it is out, they go everywhere."""
    shards, hot = seen.says(Kind.TARGET_GROUP)["shards"].split(","), BREAKS_AT <= seen.minute < BREAKS_AT + 20
    return Health(loads={shard: 9.0 if hot and shard == SHARDS[1] else 1.0 for shard in shards})


def _scaled(house: House) -> None:
    house.things[Kind.CAPACITY].stand(house.target, minimum="2", maximum="4", suspended="")
    house.things[Kind.SERVING_PROFILE].stand(house.target, **document(compress_prompts=False))


def _evenly(house: House, kind: Kind) -> None:
    house.things[kind].stand(house.target, **{name: f"{weight:g}" for name, weight in VARIANTS.items()})


def _unevenly(house: House, kind: Kind) -> None:
    """Somebody gives one part nine tenths of the calls, and goes home."""
    if house.minute == BREAKS_AT:
        house.things[kind].stand(house.target, a="18", b="1", c="1")


def _sharded(house: House) -> None:
    house.things[Kind.TARGET_GROUP].stand(house.target, shards=",".join(SHARDS))


SCENARIOS = (
    Scenario("too_few_replicas", "for a quarter of an hour more than four replicas can take", "latency_spike",
             "LLMHighP95", lambda seen: _load(seen, 15, compressed=False),
             Expected(("scale_out", "lift"), "recovered", "ticket"), touch=SCALED, arrange=_scaled),
    Scenario("long_and_many", "many replicas do not suffice, with shorter prompts they do", "latency_spike",
             "LLMHighP95", lambda seen: _load(seen, 38, compressed=True),
             Expected(("scale_out", "switch_profile", "lift", "lift"), "recovered", PAGED), touch=SCALED,
             arrange=_scaled),
    Scenario("weights_moved", "somebody gave one variant nine tenths of the calls", "hot_spot_shard", "LLMHotShard",
             lambda seen: _spread(seen, Kind.VARIANT_WEIGHTS), Expected(("rebalance",), "recovered", "ticket"),
             touch=SPREAD, arrange=lambda house: _evenly(house, Kind.VARIANT_WEIGHTS),
             events=lambda house: _unevenly(house, Kind.VARIANT_WEIGHTS)),
    Scenario("listener_moved", "somebody gave one target group nine tenths of the calls", "hot_spot_shard",
             "LLMHotShard", lambda seen: _spread(seen, Kind.LISTENER_WEIGHTS),
             Expected(("rebalance",), "recovered", "ticket"), touch=BALANCED,
             arrange=lambda house: _evenly(house, Kind.LISTENER_WEIGHTS),
             events=lambda house: _unevenly(house, Kind.LISTENER_WEIGHTS)),
    Scenario("sticky_caller", "the calls of one caller stick to one shard for twenty minutes", "hot_spot_shard",
             "LLMHotShard", _sticky, Expected(("drain", "lift"), "recovered", "ticket"), touch=SHARDED,
             arrange=_sharded),
)  # fmt: skip
