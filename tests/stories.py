"""Whole incidents, one for every action and every way it can go: how the world is arranged, and how it must end.

Played on the simulated world, undisturbed or with something `between` every call to the outside.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.registry import A_TARGET, V6, V7, a_snapshot
from tests.world import CHAT, Practice, a_message, a_release, an_alert

from responder.adapters.in_memory_levers import document
from responder.domain.alert import Alert, Status
from responder.domain.incident import Disposition, incident_id
from responder.domain.plans.capacity import MINIMUM
from responder.domain.proposing import answer_to
from responder.domain.remediation import Outcome
from responder.domain.things.adapter import Adapter
from responder.domain.things.documents import Circuit, LimitsDocument, ServingProfile
from responder.domain.things.evaluation import Evaluation
from responder.domain.things.gateway import LiteLlmTeam
from responder.domain.things.load import Capacity, TargetGroup, VariantWeights
from responder.domain.things.rollouts import CodeDeployGroup, ConfigRollout
from responder.domain.things.service import EcsService
from responder.domain.throttle import numbers
from responder.domain.touch import ApiStage, LambdaAlias, Touch, TouchKind, UsagePlan, VersionParameter
from responder.errors import ResponderError

Between = Callable[[str, Callable[[], Any]], Any]


class Crash(BaseException):
    """The process is gone: nothing may catch this."""


@dataclass(frozen=True)
class Story:
    """A whole incident: how the world is arranged, and how it must end."""

    name: str
    arrange: Callable[[Practice], None]
    effects: int
    kinds: tuple[str, ...]
    ends: Disposition
    running: str
    alert_ends_after: timedelta = timedelta(hours=1)
    undone: bool = False
    answer: bool | None = None
    alert: str = "LLMHighP95"
    others: int = 0
    runbook: str = "latency_spike"


def _does_not_help(practice: Practice) -> None:
    practice.metrics.p95["chat-v1"] = 2.6


def _no_answer(practice: Practice) -> None:
    practice.metrics.traffic = 0.0


def _only_observed(practice: Practice) -> None:
    practice.modes.settings["global"] = "observe"


def _answer_lost(practice: Practice) -> None:
    practice.remediator.reply = Outcome("unknown", "read timeout")


def _refused(practice: Practice) -> None:
    practice.remediator.reply = Outcome("refused", "ValidationException")


def _alias(practice: Practice) -> None:
    practice.touch(Touch(lambda_alias=LambdaAlias("chat", "live")), version="chat-v2", canary="")


def _canary_without_a_way_back(practice: Practice) -> None:
    practice.touch(Touch(lambda_alias=LambdaAlias("chat", "live")), version="chat-v1", canary="chat-v2=0.5")
    practice.releases.markers.clear()
    practice.releases.save(a_release("v2", minutes_ago=20, good=False))


def _parameter(practice: Practice) -> None:
    practice.touch(Touch(version_parameter=VersionParameter("/chat/version", ())), version="chat-v2")


def _service(practice: Practice) -> None:
    practice.touch(Touch(ecs_service=EcsService("prod", "chat")), task_definition="chat-v2")


def _crowd(practice: Practice, minutes: int) -> None:
    """More than 60 requests per second are too many while the crowd is there."""
    kind, name = next(iter(practice.target.things.items()))
    leaves = practice.now + timedelta(minutes=minutes)

    def crowded(at: datetime) -> bool:
        limits = numbers(practice.things[kind].things[name].current)
        return at < leaves and max(limits.values()) > 60

    practice.metrics.crowded = crowded


def _crowded_plan(practice: Practice) -> None:
    practice.touch(Touch(usage_plan=UsagePlan("plan-1", least=10)), rate="100")
    _crowd(practice, minutes=5)


def _crowd_that_stays(practice: Practice) -> None:
    practice.touch(Touch(usage_plan=UsagePlan("plan-1", least=10)), rate="100")
    _crowd(practice, minutes=90)


def _crowded_stage(practice: Practice) -> None:
    practice.touch(Touch(api_stage=ApiStage("api-1", "live", least=10)), rate="100")
    _crowd(practice, minutes=5)


def _crowded_team(practice: Practice) -> None:
    team = LiteLlmTeam("http://gateway", "chat", {"rpm_limit": 10}, "chat/gateway")
    practice.touch(Touch(litellm_team=team), rpm_limit="101")
    _crowd(practice, minutes=5)


def _crowded_document(practice: Practice) -> None:
    limits = LimitsDocument("app", "prod", "limits", {"rate": 10})
    practice.touch(Touch(limits_document=limits), **document(rate=100))
    _crowd(practice, minutes=5)


def _limit_that_does_not_help(practice: Practice) -> None:
    practice.touch(Touch(usage_plan=UsagePlan("plan-1", least=10)), rate="100")
    practice.metrics.crowded = lambda _: True


def _corrupted_registry(practice: Practice) -> None:
    """Somebody moved the pointer to a version with another tokenizer; the alert says so."""
    practice.touch(A_TARGET.touch)
    for version in (V6, V7):
        practice.registry.add(version)
    practice.registry.point(**{"chat@live": "7"})
    practice.snapshots.keep(a_snapshot())
    practice.metrics.mismatched = lambda: practice.running() != "6"


def _snapshot_that_was_changed(practice: Practice) -> None:
    _corrupted_registry(practice)
    practice.registry.store["s3://models/chat/6/tokenizer"] = "sha256:other"


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


def _memory_full(practice: Practice) -> None:
    """More than 16 requests at a time are too many for the memory."""
    profile = ServingProfile("app", "prod", "serving", {"max_num_seqs": 16})
    practice.touch(Touch(serving_profile=profile), **document(max_num_seqs=64))
    practice.metrics.killed = lambda: "64" in practice.running()


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


def _release_that_wants_more(practice: Practice) -> None:
    """The gentler profile does not help, because the release itself is too big."""
    profile = ServingProfile("app", "prod", "serving", {"max_num_seqs": 16})
    practice.touch(Touch(sagemaker_endpoint="chat", serving_profile=profile), endpoint_config="chat-v2")
    practice.things[TouchKind.SERVING_PROFILE].stand(practice.target, **document(max_num_seqs=64))
    practice.metrics.killed = lambda: practice.running() == "chat-v2"


def _asked_first(practice: Practice) -> None:
    practice.modes.settings["global"] = "suggest"


def _nothing_special(_: Practice) -> None:
    """The plain story."""


def _release_that_codedeploy_rolls_out(practice: Practice) -> None:
    """CodeDeploy moves the traffic; the function's alias is named as well, and is not what is frozen."""
    touch = Touch(lambda_alias=LambdaAlias("chat", "live"), codedeploy_group=CodeDeployGroup("chat", "live"))
    practice.touch(touch, version="chat-v1", canary="")
    practice.things[TouchKind.CODEDEPLOY_GROUP].stand(practice.target, deployment="d-1")
    practice.releases.markers.clear()
    practice.metrics.crowded = lambda _: practice.standing(TouchKind.CODEDEPLOY_GROUP) == {"deployment": "d-1"}


def _prompt_that_is_rolled_out(practice: Practice) -> None:
    practice.touch(Touch(config_rollout=ConfigRollout("app", "prod", "prompts")), deployment="7")
    practice.metrics.crowded = lambda _: practice.running() == "7"


def _component(practice: Practice) -> None:
    """The adapter of an inference component is broken since the last release."""
    practice.touch(Touch(inference_component="chat"), artefact="chat-v2")
    practice.metrics.unloaded = lambda: float(practice.running() == "chat-v2")


REPLICAS = Adapter("support-de", "{version}", ("http://a", "http://b", "http://c"), ())


def _adapter_half_loaded(practice: Practice) -> None:
    """The new adapter broke one replica, another one has none, and the third still has the old one."""
    practice.touch(Touch(adapter=REPLICAS), a="chat-v2", b="", c="chat-v1")
    practice.metrics.unloaded = lambda: float(practice.running() != "chat-v1")


def _adapter_is_not_the_cause(practice: Practice) -> None:
    """Adapters fail to load although every replica has the good one again."""
    practice.touch(Touch(adapter=REPLICAS), a="chat-v2", b="chat-v2", c="chat-v2")
    practice.metrics.unloaded = lambda: 3.0


def _inputs_moved(practice: Practice) -> None:
    """Nothing is slow or broken: what comes in has changed, and stays so."""
    practice.touch(EVALUATED, asked_for="", features="")
    practice.metrics.p95 = {}


EVALUATED = Touch(evaluation=Evaluation("chat", "/chat/reevaluation"))
_ASKED_FOR = f"{incident_id(replace(CHAT, touch=EVALUATED).resource, 1)},"
_TOLD_MORE = ("page", "update", "resolve")
_RELIEVED = ("ticket", "update")
_SOON = timedelta(minutes=13)
_LATER = timedelta(minutes=26)
STORIES = (
    Story("recovers", _nothing_special, 1, ("ticket",), Disposition.RECOVERED, "chat-v1", _SOON),
    Story("130 more alerts", _nothing_special, 1, ("ticket",), Disposition.RECOVERED, "chat-v1", _SOON, others=130),
    Story(
        "does not help", _does_not_help, 2, ("page", "update", "resolve"), Disposition.ESCALATED, "chat-v2", undone=True
    ),
    Story("cannot be verified", _no_answer, 1, ("page", "update", "resolve"), Disposition.ESCALATED, "chat-v1"),
    Story("is only observed", _only_observed, 0, ("page", "resolve"), Disposition.ESCALATED, "chat-v2"),
    Story("answer lost, effect happened", _answer_lost, 1, ("ticket",), Disposition.RECOVERED, "chat-v1", _SOON),
    Story("alias", _alias, 1, ("ticket",), Disposition.RECOVERED, "chat-v1", _SOON),
    Story("parameter", _parameter, 1, ("ticket",), Disposition.RECOVERED, "chat-v1", _SOON),
    Story("service", _service, 1, ("ticket",), Disposition.RECOVERED, "chat-v1", _SOON),
    Story("usage plan, lifted again", _crowded_plan, 3, _RELIEVED, Disposition.RECOVERED, "100", _LATER),
    Story("stage, lifted again", _crowded_stage, 3, _RELIEVED, Disposition.RECOVERED, "100", _LATER),
    Story("team of a gateway, lifted again", _crowded_team, 3, _RELIEVED, Disposition.RECOVERED, "101", _LATER),
    Story("document, lifted again", _crowded_document, 3, _RELIEVED, Disposition.RECOVERED, '{"rate":100}', _LATER),
    Story("approved", _asked_first, 1, _TOLD_MORE, Disposition.RECOVERED, "chat-v1", _SOON, answer=True),
    Story("denied", _asked_first, 0, ("page", "resolve"), Disposition.ESCALATED, "chat-v2", answer=False),
    Story("nobody answers", _asked_first, 0, _TOLD_MORE, Disposition.ESCALATED, "chat-v2"),
    Story(
        "registry restored",
        _corrupted_registry,
        1,
        ("ticket",),
        Disposition.RECOVERED,
        "6",
        _SOON,
        alert="LLMTokenizerMismatch",
        runbook="tokenizer_mismatch",
    ),
    Story(
        "no snapshot to trust",
        _snapshot_that_was_changed,
        0,
        ("page", "resolve"),
        Disposition.ESCALATED,
        "7",
        alert="LLMTokenizerMismatch",
        runbook="tokenizer_mismatch",
    ),
    Story(
        "lifting brings it back",
        _crowd_that_stays,
        3,
        (*_RELIEVED, "page", "resolve"),
        Disposition.ESCALATED,
        "50",
        undone=True,
    ),
    Story(
        "a limit that does not help",
        _limit_that_does_not_help,
        2,
        _TOLD_MORE,
        Disposition.ESCALATED,
        "100",
        undone=True,
    ),
    Story(
        "serving gently",
        _memory_full,
        1,
        ("ticket",),
        Disposition.RECOVERED,
        '{"max_num_seqs":16}',
        _LATER,
        alert="LLMOutOfMemory",
        runbook="out_of_memory",
    ),
    Story(
        "serving gently does not help, the release before does",
        _release_that_wants_more,
        2,
        _TOLD_MORE,
        Disposition.RECOVERED,
        "chat-v1",
        alert="LLMOutOfMemory",
        runbook="out_of_memory",
    ),
    Story(
        "circuit, probed and closed",
        _upstream_comes_back,
        3,
        _RELIEVED,
        Disposition.RECOVERED,
        '{"primary":1}',
        timedelta(minutes=40),
        alert="LLMTimeouts",
        runbook="api_timeout",
    ),
    Story(
        "circuit, the probe fails",
        _upstream_stays_away,
        3,
        (*_RELIEVED, "page", "resolve"),
        Disposition.ESCALATED,
        '{"primary":0}',
        undone=True,
        alert="LLMTimeouts",
        runbook="api_timeout",
    ),
    Story(
        "scaled out, and given back",
        _few_replicas,
        2,
        _RELIEVED,
        Disposition.RECOVERED,
        "4,2,",
        _LATER,
    ),
    Story(
        "two steps together, both given back",
        _replicas_are_not_enough,
        4,
        _TOLD_MORE,
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
        _LATER,
        alert="LLMHotShard",
        runbook="hot_spot_shard",
    ),
    Story(
        "drained, and put back",
        _shard_cools,
        2,
        _RELIEVED,
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
        (*_RELIEVED, "page", "resolve"),
        Disposition.ESCALATED,
        ",".join((SHARDS[0], SHARDS[2])),
        timedelta(hours=2),
        undone=True,
        alert="LLMHotShard",
        runbook="hot_spot_shard",
    ),
    Story(
        "inference component",
        _component,
        1,
        ("ticket",),
        Disposition.RECOVERED,
        "chat-v1",
        _LATER,
        alert="LLMAdapterLoadFailures",
        runbook="adapter_merge_error",
    ),
    Story(
        "adapter put back on every replica",
        _adapter_half_loaded,
        1,
        ("ticket",),
        Disposition.RECOVERED,
        "chat-v1",
        _LATER,
        alert="LLMAdapterLoadFailures",
        runbook="adapter_merge_error",
    ),
    Story(
        "adapter put back, and it does not help",
        _adapter_is_not_the_cause,
        1,
        _TOLD_MORE,
        Disposition.ESCALATED,
        "chat-v1",
        alert="LLMAdapterLoadFailures",
        runbook="adapter_merge_error",
    ),
    Story("frozen canary", _canary_without_a_way_back, 1, _TOLD_MORE, Disposition.RECOVERED, "chat-v1", _SOON),
    Story(
        "stopped deployment",
        _release_that_codedeploy_rolls_out,
        1,
        _TOLD_MORE,
        Disposition.RECOVERED,
        "chat-v1",
        _SOON,
    ),
    Story("stopped configuration", _prompt_that_is_rolled_out, 1, _TOLD_MORE, Disposition.RECOVERED, "", _SOON),
    Story(
        "re-evaluation asked for",
        _inputs_moved,
        1,
        ("page", "resolve"),
        Disposition.ESCALATED,
        _ASKED_FOR,
        alert="LLMDataDrift",
        runbook="data_drift",
    ),
    Story("refused by the outside", _refused, 0, ("page", "resolve"), Disposition.ESCALATED, "chat-v2"),
)


def play(story: Story, between: Between | None = None, *, again_after: timedelta | None = None) -> Practice:
    """Let an alert come in, let time pass, let it end; what a crash interrupts is redelivered or swept again.

    `again_after` that time the first message comes a second time, as a late duplicate or out of the dead letters.
    """
    practice = Practice()
    story.arrange(practice)
    practice.between = between
    alert = replace(an_alert(alertname=story.alert), annotations={"runbook": f"runbooks/{story.runbook}.md"})
    alerts = [alert, *(an_alert(alertname=story.alert, pod=str(number)) for number in range(story.others))]
    for each in alerts:
        practice.fires(each)
    first = a_message(*alerts, at=practice.now, target=practice.target)
    _redeliver(practice, lambda: practice.deliver(first))
    if story.answer is not None:
        _pass_time(practice, timedelta(minutes=2))
        answer = answer_to(practice.incident, "ann", story.answer, practice.now)
        _redeliver(practice, lambda: practice.deliver(answer))
    pause = min(again_after or timedelta(), story.alert_ends_after)
    _pass_time(practice, pause)
    if again_after is not None and again_after <= story.alert_ends_after:
        _redeliver(practice, lambda: practice.deliver(first))
    _pass_time(practice, story.alert_ends_after - pause)
    _redeliver(practice, lambda: _resolve(practice, alerts))
    _pass_time(practice, timedelta(minutes=20))
    if again_after is not None and again_after > story.alert_ends_after:
        _redeliver(practice, lambda: practice.deliver(first))
    return practice


def _resolve(practice: Practice, alerts: Sequence[Alert]) -> None:
    for each in alerts:
        practice.ends(each)
    ended = [replace(each, status=Status.RESOLVED, ends_at=practice.now) for each in alerts]
    practice.deliver(a_message(*ended, target=practice.target))


def failing_at(place: int, error: BaseException, *, after: bool) -> Between:
    """Let the n-th call fail, before it or after its effect."""
    count = iter(range(1_000_000))

    def between(_: str, call: Callable[[], Any]) -> Any:  # noqa: ANN401  # whatever the port returns
        here = next(count) == place
        if here and not after:
            raise error
        answer = call()
        if here:
            raise error
        return answer

    return between


def _redeliver(practice: Practice, stimulus: Callable[[], None]) -> None:
    for _ in range(6):
        try:
            stimulus()
        except (Crash, ResponderError):
            _pass_time(practice, timedelta(minutes=1))
        else:
            return
    pytest.fail("the message would have gone to the dead letters")


def _pass_time(practice: Practice, span: timedelta) -> None:
    until = practice.now + span
    while practice.now < until:
        try:
            practice.wait(minutes=1)
        except (Crash, ResponderError):
            continue
