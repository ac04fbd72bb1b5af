"""The things that may be touched: look at them, ask for a change, and see it where it was asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pytest
from tests.adapters.cloud import a_limited_api, a_parameter, an_alias, an_endpoint
from tests.world import CHAT

from responder.adapters.api_limits import ApiStage, UsagePlan
from responder.adapters.in_memory_levers import InMemoryThings, limits
from responder.adapters.lambda_alias import LambdaAlias
from responder.adapters.roles import RemediationRoles
from responder.adapters.sagemaker_endpoint import SageMakerEndpoint
from responder.adapters.version_parameter import VersionParameter
from responder.domain.release import Artefacts, Configuration
from responder.domain.remediation import Standing, classify
from responder.domain.rollback import CANARY, CONFIG, VERSION
from responder.domain.target import Target
from responder.domain.throttle import RATE
from responder.domain.touch import ApiStage as TouchedStage
from responder.domain.touch import LambdaAlias as TouchedAlias
from responder.domain.touch import Touch, TouchKind
from responder.domain.touch import UsagePlan as TouchedPlan
from responder.domain.touch import VersionParameter as TouchedParameter
from responder.errors import NotThere
from responder.ports import Configurations, Remediator

GONE = Touch(
    sagemaker_endpoint="gone",
    lambda_alias=TouchedAlias("gone", "live"),
    version_parameter=TouchedParameter("/gone", ()),
    usage_plan=TouchedPlan("gone", 1),
    api_stage=TouchedStage("gone", "live", 1),
)


@dataclass(frozen=True)
class Case:
    """A thing as it stands, and another state it can be brought to at once."""

    target: Target
    remediator: Remediator
    now: dict[str, str]
    other: dict[str, str]


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


CASES: dict[str, Callable[[], Case]] = {
    "endpoint": _endpoint,
    "alias": _alias,
    "parameter": _parameter,
    "usage plan": _usage_plan,
    "stage": _stage,
    "twin of an endpoint": _twin(TouchKind.SAGEMAKER_ENDPOINT, CHAT.touch, {CONFIG: "chat-v2"}, {CONFIG: "chat-v1"}),
    "twin of an alias": _twin(
        TouchKind.LAMBDA_ALIAS,
        Touch(lambda_alias=TouchedAlias("chat", "live")),
        {VERSION: "2", CANARY: ""},
        {VERSION: "1", CANARY: ""},
    ),
    "twin of a usage plan": _twin(
        TouchKind.USAGE_PLAN, Touch(usage_plan=TouchedPlan("plan", 10)), limits(100), limits(50)
    ),
}
AT_ONCE = [name for name in CASES if "endpoint" not in name]
RUNNING = [name for name in CASES if "plan" not in name and "stage" not in name]
COMPARING = [name for name in CASES if "alias" in name]


@pytest.fixture
def case(request: pytest.FixtureRequest) -> Case:
    if not request.param.startswith("twin"):
        request.getfixturevalue("cloud")
    return CASES[request.param]()


@pytest.mark.parametrize("case", CASES, indirect=True)
def test_what_is_quiet_is_settled_where_it_stands(case: Case) -> None:
    seen = case.remediator.observe(case.target)

    assert (seen.current, seen.settled, seen.failed) == (case.now, True, False)


@pytest.mark.parametrize("case", CASES, indirect=True)
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


@pytest.mark.parametrize("case", RUNNING, indirect=True)
def test_what_runs_a_release_says_which_and_what_it_is_made_of(case: Case) -> None:
    assert isinstance(case.remediator, SageMakerEndpoint | LambdaAlias | VersionParameter | InMemoryThings)
    names = [next(iter(values.values())) for values in (case.now, case.other)]
    found: Configurations = case.remediator

    made_of = [found.configuration(case.target, name).artefacts for name in names]

    assert case.remediator.observe(case.target).release == names[0]
    assert all(artefacts.digests and not artefacts.missing for artefacts in made_of)
    assert made_of[0] != made_of[1]


@pytest.mark.parametrize("case", RUNNING, indirect=True)
def test_a_release_that_does_not_exist_is_missing(case: Case) -> None:
    assert isinstance(case.remediator, SageMakerEndpoint | LambdaAlias | VersionParameter | InMemoryThings)

    found = case.remediator.configuration(case.target, "9").artefacts

    assert found.missing
    assert not found.digests
