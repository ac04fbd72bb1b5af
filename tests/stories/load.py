"""Load is given to more replicas, or is spread in another way."""

from datetime import datetime, timedelta

from tests.stories.story import LATER, RELIEVED, TOLD_MORE, Story
from tests.world import Practice

from responder.adapters.in_memory_levers import document
from responder.domain.incident import Disposition
from responder.domain.plans.capacity import MINIMUM
from responder.domain.things.documents import ServingProfile
from responder.domain.things.load import Capacity, TargetGroup, VariantWeights
from responder.domain.touch import Touch, TouchKind


def _minimum(practice: Practice) -> int:
    return int(practice.things[TouchKind.CAPACITY].observe(practice.target).current[MINIMUM])


def _few_replicas(practice: Practice) -> None:
    practice.touch(Touch(capacity=Capacity("service/prod/chat", 6)), minimum="2", maximum="4", suspended="")
    leaves = practice.now + timedelta(minutes=8)
    practice.metrics.crowded = lambda at: at < leaves and _minimum(practice) < 6


def _replicas_are_not_enough(practice: Practice) -> None:
    """More replicas and a gentler profile together are enough, and both are given back."""
    profile = ServingProfile("app", "prod", "serving", {"max_num_seqs": 16})
    capacity = Capacity("service/prod/chat", 6)
    practice.touch(Touch(serving_profile=profile, capacity=capacity), minimum="2", maximum="8", suspended="")
    practice.things[TouchKind.SERVING_PROFILE].stand(practice.target, **document(max_num_seqs=64))
    leaves = practice.now + timedelta(minutes=30)
    practice.metrics.crowded = lambda at: at < leaves and not (_minimum(practice) >= 6 and "16" in practice.running())


SHARDS = ("10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80")


def _weights_moved(practice: Practice) -> None:
    """Somebody gave one variant nine tenths of the calls."""
    weights = VariantWeights("chat", {"a": 1, "b": 1})
    practice.touch(Touch(variant_weights=weights), a="9", b="1")
    practice.metrics.loads = lambda _: dict(zip("ab", map(float, practice.running().split(",")), strict=True))


def _hot_shard(practice: Practice, minutes: int) -> None:
    """The calls of one caller stick to the second shard for a while, and go elsewhere when it is out."""
    group = TargetGroup("arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/chat/1", least=2)
    practice.touch(Touch(target_group=group), shards=",".join(SHARDS))
    cools = practice.now + timedelta(minutes=minutes)

    def loads(at: datetime) -> dict[str, float]:
        hot = at < cools and SHARDS[1] in practice.running()
        return {shard: 9.0 if hot and shard == SHARDS[1] else 1.0 for shard in practice.running().split(",")}

    practice.metrics.loads = loads


def _shard_cools(practice: Practice) -> None:
    _hot_shard(practice, minutes=8)


def _shard_stays_hot(practice: Practice) -> None:
    _hot_shard(practice, minutes=120)


STORIES = (
    Story(
        "scaled out, and given back",
        _few_replicas,
        2,
        RELIEVED,
        Disposition.RECOVERED,
        "4,2,",
        LATER,
    ),
    Story(
        "two steps together, both given back",
        _replicas_are_not_enough,
        4,
        TOLD_MORE,
        Disposition.RECOVERED,
        '{"max_num_seqs":64}',
    ),
    Story(
        "rebalanced",
        _weights_moved,
        1,
        ("ticket",),
        Disposition.RECOVERED,
        "1,1",
        LATER,
        alert="LLMHotShard",
        runbook="hot_spot_shard",
    ),
    Story(
        "drained, and put back",
        _shard_cools,
        2,
        RELIEVED,
        Disposition.RECOVERED,
        ",".join(SHARDS),
        timedelta(minutes=40),
        alert="LLMHotShard",
        runbook="hot_spot_shard",
    ),
    Story(
        "drained, and hot again when it is put back",
        _shard_stays_hot,
        3,
        (*RELIEVED, "page", "resolve"),
        Disposition.ESCALATED,
        ",".join((SHARDS[0], SHARDS[2])),
        timedelta(hours=2),
        undone=True,
        alert="LLMHotShard",
        runbook="hot_spot_shard",
    ),
)
