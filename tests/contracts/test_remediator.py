"""The things that may be touched: look at them, ask for a change, and see it where it was asked for."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import pytest
from infra.local.litellm import Deployment
from tests.adapters.cloud import (
    a_balancer,
    a_limited_api,
    a_parameter,
    a_secret,
    a_service,
    an_alias,
    an_endpoint,
    an_endpoint_of,
    registered,
)
from tests.adapters.engines import an_adapter
from tests.adapters.gateways import a_gateway
from tests.world import CHAT

from responder.adapters import aws
from responder.adapters.api_limits import ApiStage, UsagePlan
from responder.adapters.ecs_service import EcsService as EcsServiceSeen
from responder.adapters.in_memory_levers import InMemoryThings, limits
from responder.adapters.lambda_alias import LambdaAlias
from responder.adapters.listener_weights import ListenerWeights as ListenerWeightsSeen
from responder.adapters.litellm_circuit import LiteLlmCircuit as SeenCircuit
from responder.adapters.litellm_team import LiteLlmTeam as SeenTeam
from responder.adapters.reevaluation import Reevaluation
from responder.adapters.roles import RemediationRoles
from responder.adapters.sagemaker_endpoint import SageMakerEndpoint
from responder.adapters.scalable_target import ScalableTarget
from responder.adapters.target_group import TargetGroup as ShardsSeen
from responder.adapters.variant_weights import VariantWeights as VariantsSeen
from responder.adapters.version_parameter import VersionParameter
from responder.adapters.vllm_adapter import VllmAdapter
from responder.domain.plain import canonical
from responder.domain.plans.reevaluation import ASKED, FEATURES
from responder.domain.plans.rollback import ARTEFACT, CANARY, CONFIG, TASK, VERSION
from responder.domain.plans.rollout import DEPLOYMENT
from responder.domain.plans.throttle import RATE
from responder.domain.release import Artefacts, Configuration
from responder.domain.remediation import Outcome, Snapshot, Standing, classify
from responder.domain.target import Target
from responder.domain.things.adapter import Adapter
from responder.domain.things.evaluation import Evaluation
from responder.domain.things.gateway import LiteLlmCircuit, LiteLlmTeam
from responder.domain.things.load import Capacity, ListenerWeights, TargetGroup, VariantWeights
from responder.domain.things.rollouts import CodeDeployGroup, ConfigRollout
from responder.domain.things.service import EcsService
from responder.domain.touch import ApiStage as TouchedStage
from responder.domain.touch import LambdaAlias as TouchedAlias
from responder.domain.touch import Touch, TouchKind
from responder.domain.touch import UsagePlan as TouchedPlan
from responder.domain.touch import VersionParameter as TouchedParameter
from responder.errors import NotThere
from responder.ports import Configurations, Remediator

BALANCER = "arn:aws:elasticloadbalancing:us-east-1:123456789012"
GONE = Touch(
    sagemaker_endpoint="gone",
    lambda_alias=TouchedAlias("gone", "live"),
    version_parameter=TouchedParameter("/gone", ()),
    usage_plan=TouchedPlan("gone", 1),
    api_stage=TouchedStage("gone", "live", 1),
    ecs_service=EcsService("gone", "gone"),
    litellm_team=LiteLlmTeam("http://127.0.0.1:9", "gone", {"rpm_limit": 1}, "gone"),
    litellm_circuit=LiteLlmCircuit("http://127.0.0.1:9", "gone", ("gone",), 0.1, "gone"),
    adapter=Adapter("gone", "/gone/{version}", ("http://127.0.0.1:9",), ()),
    capacity=Capacity("service/gone/gone", 2),
    variant_weights=VariantWeights("gone", {"a": 1, "b": 1}),
    listener_weights=ListenerWeights(f"{BALANCER}:listener/app/gone/1/2", {"a": 1, "b": 1}),
    target_group=TargetGroup(f"{BALANCER}:targetgroup/gone/1", 1),
    codedeploy_group=CodeDeployGroup("gone", "live"),
    config_rollout=ConfigRollout("gone", "live", "prompts"),
)


@dataclass(frozen=True)
class Case:
    """A thing as it stands, and another state it can be brought to at once."""

    target: Target
    remediator: Remediator
    now: dict[str, str]
    other: dict[str, str]
    end: Callable[[], None] = lambda: None


def _touching(touch: Touch) -> Target:
    return replace(CHAT, touch=touch)


def _endpoint() -> Case:
    an_endpoint("chat", "chat-v2", others=("chat-v1",))
    return Case(CHAT, SageMakerEndpoint(RemediationRoles("", None)), {CONFIG: "chat-v2"}, {CONFIG: "chat-v1"})


def _alias() -> Case:
    first, second = an_alias("chat", "live")
    target = _touching(Touch(lambda_alias=TouchedAlias("chat", "live")))
    return Case(
        target, LambdaAlias(RemediationRoles("", None)), {VERSION: second, CANARY: ""}, {VERSION: first, CANARY: ""}
    )


def _parameter() -> Case:
    a_parameter("/chat/version", "v2")
    target = _touching(
        Touch(version_parameter=TouchedParameter("/chat/version", ("s3://models/chat/{version}/model",)))
    )
    return Case(target, VersionParameter(RemediationRoles("", None)), {VERSION: "v2"}, {VERSION: "v1"})


def _usage_plan() -> Case:
    _, plan = a_limited_api(100)
    return Case(
        _touching(Touch(usage_plan=TouchedPlan(plan, 10))),
        UsagePlan(RemediationRoles("", None)),
        {RATE: "100"},
        {RATE: "50"},
    )


def _stage() -> Case:
    api, _ = a_limited_api(100)
    target = _touching(Touch(api_stage=TouchedStage(api, "live", 10)))
    return Case(target, ApiStage(RemediationRoles("", None)), {RATE: "100"}, {RATE: "50"})


def _twin(kind: TouchKind, touch: Touch, now: Mapping[str, str], other: Mapping[str, str]) -> Callable[[], Case]:
    def made() -> Case:
        twin, target = InMemoryThings(kind=kind), _touching(touch)
        twin.stand(target, **now)
        for name in {*now.values(), *other.values()} - {""}:
            twin.configurations[name] = Configuration((), Artefacts({"code": f"sha-{name}"}))
        return Case(target, twin, dict(now), dict(other))

    return made


@dataclass
class Arriving(InMemoryThings):
    """A twin of what takes its time in AWS; here it arrives before anybody looks."""

    def apply(self, target: Target, seen: Snapshot, desired: Mapping[str, str], token: str) -> Outcome:
        outcome = super().apply(target, seen, desired, token)
        self.arrive(target.things[self.kind])
        return outcome


def _arriving(kind: TouchKind, touch: Touch, now: Mapping[str, str], other: Mapping[str, str]) -> Callable[[], Case]:
    def made() -> Case:
        twin, target = Arriving(kind=kind), _touching(touch)
        twin.stand(target, **now)
        for name in {*now.values(), *other.values()}:
            twin.configurations[name] = Configuration((), Artefacts({"code": f"sha-{name}"}))
        return Case(target, twin, dict(now), dict(other))

    return made


def _service() -> Case:
    first, second = a_service("prod", "chat", count=0)
    target = _touching(Touch(ecs_service=EcsService("prod", "chat")))
    return Case(target, EcsServiceSeen(RemediationRoles("", None)), {TASK: second}, {TASK: first})


def _capacity() -> Case:
    target = _touching(Touch(capacity=Capacity("endpoint/chat/variant/AllTraffic", 1)))
    an_endpoint("chat", "chat-v1")
    registered(target, 0, 2)
    return Case(target, ScalableTarget(RemediationRoles("", None)), FEW, MORE)


def _variants() -> Case:
    an_endpoint_of("chat", a=9, b=1)
    target = _touching(Touch(variant_weights=VariantWeights("chat", {"a": 1, "b": 1})))
    return Case(target, VariantsSeen(RemediationRoles("", None)), {"a": "9", "b": "1"}, {"a": "1", "b": "1"})


def _listener() -> Case:
    target = _touching(
        Touch(listener_weights=ListenerWeights(a_balancer(9, 1)["listener"], {"chat-a": 1, "chat-b": 1}))
    )
    now, other = {"chat-a": "9", "chat-b": "1"}, {"chat-a": "1", "chat-b": "1"}
    return Case(target, ListenerWeightsSeen(RemediationRoles("", None)), now, other)


def _shards() -> Case:
    group, both = a_balancer(1, 1)["group"], ("10.0.0.1", "10.0.0.2")
    aws.make_client("elbv2").register_targets(TargetGroupArn=group, Targets=[{"Id": i, "Port": 80} for i in both])
    return Case(_touching(Touch(target_group=TargetGroup(group, 1))), ShardsSeen(RemediationRoles("", None)), BOTH, ONE)


FEW, MORE = ({"minimum": least, "maximum": "2", "suspended": held} for least, held in (("0", ""), ("1", "scale_in")))
BOTH, ONE = {"shards": "10.0.0.1:80,10.0.0.2:80"}, {"shards": "10.0.0.1:80"}
ASKED_NOW, ASKED_THEN = ({ASKED: one, FEATURES: "length"} for one in ("incident-1", "incident-2"))
EVALUATED = Touch(evaluation=Evaluation("chat", "/chat/reevaluation"))


def _evaluation() -> Case:
    aws.make_client("ssm").put_parameter(Name="/chat/reevaluation", Value=canonical(ASKED_NOW), Type="String")
    return Case(_touching(EVALUATED), Reevaluation(RemediationRoles("", None)), ASKED_NOW, ASKED_THEN)


def _adapter() -> Case:
    """Two replicas on the second version, which are to have the first one again."""
    engines = an_adapter(2)
    engines.put_in_s3("v1", "v2")
    engines.all_have("v2")
    now, other = (dict.fromkeys(engines.replicas, f"/adapters/{version}") for version in ("v2", "v1"))
    return Case(
        _touching(Touch(adapter=engines.touched)), VllmAdapter(RemediationRoles("", None)), now, other, engines.close
    )


def _team() -> Case:
    a_secret("chat/gateway", "the-key")
    gateway = a_gateway({"chat": {"rpm_limit": 100, "tpm_limit": None}}, "the-key")
    touched = LiteLlmTeam(gateway.url, "chat", {"rpm_limit": 10}, "chat/gateway")
    remediator, now, other = SeenTeam(RemediationRoles("", None)), {"rpm_limit": "100"}, {"rpm_limit": "50"}
    return Case(_touching(Touch(litellm_team=touched)), remediator, now, other, gateway.close)


def _circuit() -> Case:
    a_secret("chat/gateway", "the-key")
    gateway = a_gateway({}, "the-key", {"first": Deployment("chat", 1), "spare": Deployment("chat", 0)})
    touched = LiteLlmCircuit(gateway.url, "chat", ("spare",), 0.1, "chat/gateway")
    target, remediator = _touching(Touch(litellm_circuit=touched)), SeenCircuit(RemediationRoles("", None))
    return Case(target, remediator, ALL_WELL, AWAY, gateway.close)


ALL_WELL, AWAY = {"first": "1", "spare": "0"}, {"first": "0", "spare": "9"}
ADAPTED = Adapter("support-de", "/adapters/{version}", ("http://a:8000", "http://b:8000"), ())
CASES: dict[str, Callable[[], Case]] = {
    "adapter": _adapter,
    "twin of an adapter": _twin(
        TouchKind.ADAPTER,
        Touch(adapter=ADAPTED),
        {"a:8000": "/adapters/v2", "b:8000": "/adapters/v2"},
        {"a:8000": "/adapters/v1", "b:8000": "/adapters/v1"},
    ),
    "endpoint": _endpoint,
    "alias": _alias,
    "parameter": _parameter,
    "usage plan": _usage_plan,
    "stage": _stage,
    "evaluation": _evaluation,
    "service": _service,
    "capacity": _capacity,
    "variants": _variants,
    "listener": _listener,
    "shards": _shards,
    "twin of a listener": _twin(
        TouchKind.LISTENER_WEIGHTS,
        Touch(listener_weights=ListenerWeights(f"{BALANCER}:listener/app/chat/1/2", {"a": 1, "b": 1})),
        {"a": "9", "b": "1"},
        {"a": "1", "b": "1"},
    ),
    "arriving twin of a service": _arriving(
        TouchKind.ECS_SERVICE, Touch(ecs_service=EcsService("prod", "chat")), {TASK: "chat:2"}, {TASK: "chat:1"}
    ),
    "team": _team,
    "twin of a team": _twin(
        TouchKind.LITELLM_TEAM,
        Touch(litellm_team=LiteLlmTeam("http://gateway", "chat", {"rpm_limit": 10}, "chat/gateway")),
        {"rpm_limit": "100"},
        {"rpm_limit": "50"},
    ),
    "circuit": _circuit,
    "twin of a circuit": _twin(
        TouchKind.LITELLM_CIRCUIT,
        Touch(litellm_circuit=LiteLlmCircuit("http://gateway", "chat", ("spare",), 0.1, "chat/gateway")),
        ALL_WELL,
        AWAY,
    ),
    "arriving twin of a component": _arriving(
        TouchKind.INFERENCE_COMPONENT, Touch(inference_component="chat"), {ARTEFACT: "chat-v2"}, {ARTEFACT: "chat-v1"}
    ),
    "arriving twin of a capacity": _arriving(
        TouchKind.CAPACITY, Touch(capacity=Capacity("service/prod/chat", 1)), FEW, MORE
    ),
    "arriving twin of variants": _arriving(
        TouchKind.VARIANT_WEIGHTS,
        Touch(variant_weights=VariantWeights("chat", {"a": 1, "b": 1})),
        {"a": "9", "b": "1"},
        {"a": "1", "b": "1"},
    ),
    "arriving twin of shards": _arriving(
        TouchKind.TARGET_GROUP, Touch(target_group=TargetGroup(f"{BALANCER}:targetgroup/chat/1", 1)), BOTH, ONE
    ),
    "twin of an evaluation": _twin(TouchKind.EVALUATION, EVALUATED, ASKED_NOW, ASKED_THEN),
    "twin of an endpoint": _twin(TouchKind.SAGEMAKER_ENDPOINT, CHAT.touch, {CONFIG: "chat-v2"}, {CONFIG: "chat-v1"}),
    "twin of an alias": _twin(
        TouchKind.LAMBDA_ALIAS,
        Touch(lambda_alias=TouchedAlias("chat", "live")),
        {VERSION: "2", CANARY: ""},
        {VERSION: "1", CANARY: ""},
    ),
    "twin of a CodeDeploy rollout": _twin(
        TouchKind.CODEDEPLOY_GROUP,
        Touch(codedeploy_group=CodeDeployGroup("chat", "live")),
        {DEPLOYMENT: "d-1"},
        {DEPLOYMENT: ""},
    ),
    "twin of a configuration rollout": _twin(
        TouchKind.CONFIG_ROLLOUT,
        Touch(config_rollout=ConfigRollout("app", "prod", "prompts")),
        {DEPLOYMENT: "7"},
        {DEPLOYMENT: ""},
    ),
    "twin of a usage plan": _twin(
        TouchKind.USAGE_PLAN, Touch(usage_plan=TouchedPlan("plan", 10)), limits(100), limits(50)
    ),
}
RUNS = (SageMakerEndpoint, LambdaAlias, VersionParameter, EcsServiceSeen, VllmAdapter, InMemoryThings)
STOPPED = [name for name in CASES if "rollout" in name]
SLOW = {"service"}  # moto's ECS never deploys: what is under way is scripted in tests/adapters
AT_ONCE = [name for name in CASES if "endpoint" not in name and name not in {*STOPPED, *SLOW}]
_RUN = ("endpoint", "alias", "parameter", "service", "component", "adapter")
RUNNING = [name for name in CASES if any(word in name for word in _RUN)]
NAMED = [name for name in CASES if name not in ("adapter", "team", "circuit")]  # what is silent may be starting
COMPARING = [name for name in CASES if "alias" in name]


@pytest.fixture
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    if not request.param.startswith("twin"):
        request.getfixturevalue("cloud")
    made = CASES[request.param]()
    yield made
    made.end()


@pytest.mark.parametrize("case", CASES, indirect=True)
def test_what_is_quiet_is_settled_where_it_stands(case: Case) -> None:
    seen = case.remediator.observe(case.target)

    assert (seen.current, seen.settled, seen.failed) == (case.now, True, False)


@pytest.mark.parametrize("case", NAMED, indirect=True)
def test_what_does_not_exist_is_not_there(case: Case) -> None:
    with pytest.raises(NotThere):
        case.remediator.observe(replace(case.target, touch=GONE))


@pytest.mark.parametrize("case", CASES, indirect=True)
def test_what_a_target_does_not_name_is_not_there(case: Case) -> None:
    with pytest.raises(NotThere):
        case.remediator.observe(replace(case.target, touch=Touch()))


@pytest.mark.parametrize("case", AT_ONCE, indirect=True)
def test_a_change_is_seen_and_can_be_taken_back(case: Case) -> None:
    seen = case.remediator.observe(case.target)

    done = case.remediator.apply(case.target, seen, case.other, "action-1")
    after = case.remediator.observe(case.target)
    undone = case.remediator.apply(case.target, after, case.now, "action-1")

    assert (done.result, undone.result) == ("accepted", "accepted")
    assert classify(after, case.now, case.other) is Standing.DESIRED
    assert classify(case.remediator.observe(case.target), case.now, case.other) is Standing.BEFORE


@pytest.mark.parametrize("case", STOPPED, indirect=True)
def test_a_rollout_that_was_stopped_is_gone_or_on_its_way(case: Case) -> None:
    """Nothing is ever rolled out by us, so there is no way back; the local cloud plays it with AppConfig's own API."""
    done = case.remediator.apply(case.target, case.remediator.observe(case.target), case.other, "action-1")

    assert done.result == "accepted"
    seen = case.remediator.observe(case.target)
    assert classify(seen, case.now, case.other) in {Standing.DESIRED, Standing.IN_PROGRESS}


@pytest.mark.parametrize("case", RUNNING, indirect=True)
def test_what_runs_a_release_says_which_and_what_it_is_made_of(case: Case) -> None:
    assert isinstance(case.remediator, RUNS)
    names = [next(iter(values.values())) for values in (case.now, case.other)]
    found: Configurations = case.remediator

    made_of = [found.configuration(case.target, name).artefacts for name in names]

    assert case.remediator.observe(case.target).release == names[0]
    assert all(artefacts.digests and not artefacts.missing for artefacts in made_of)
    assert made_of[0] != made_of[1]


@pytest.mark.parametrize("case", RUNNING, indirect=True)
def test_a_release_that_does_not_exist_is_missing(case: Case) -> None:
    assert isinstance(case.remediator, RUNS)

    found = case.remediator.configuration(case.target, "9").artefacts

    assert found.missing
    assert not found.digests
