"""Every lever that the local cloud knows: looked at, planned, done, compared with an older look, and undone."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import boto3
import pytest
from infra.local.clouds import Clouds, start_clouds
from infra.local.paths import CLOUD_VENV
from infra.local.processes import Processes
from infra.local.web import ask
from tests.contracts.test_remediator import CASES, Case
from tests.world import CHAT

from responder.adapters import aws
from responder.adapters.appconfig_document import AppConfigDocument
from responder.adapters.config_rollout import ConfigRollout
from responder.adapters.roles import RemediationRoles
from responder.domain.plans.document import DOCUMENT
from responder.domain.plans.rollout import DEPLOYMENT
from responder.domain.remediation import Standing, classify
from responder.domain.things.documents import LimitsDocument as Touched
from responder.domain.things.rollouts import ConfigRollout as Rollout
from responder.domain.touch import Touch, TouchKind

pytestmark = pytest.mark.e2e
COMPARES = ("alias", "document")


@pytest.fixture(scope="module")
def _cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clouds]:
    with Processes(Path(tmp_path_factory.mktemp("levers"))) as processes, pytest.MonkeyPatch.context() as patch:
        clouds = start_clouds(processes, CLOUD_VENV / "bin" / "python", 2.0)
        for name, value in clouds.env.items():
            patch.setenv(name, value)
        patch.delenv("AWS_SESSION_TOKEN", raising=False)
        patch.setattr(boto3, "DEFAULT_SESSION", None)  # an earlier test's session remembers its credentials
        yield clouds


@pytest.fixture
def _new(_cloud: Clouds) -> None:
    """Let what stands beside the cloud be as new: the cases have names in common."""
    ask("POST", f"{_cloud.sagemaker_url}/moto-api/reset")


def _deployed(content: str, minutes: int) -> tuple[str, str, str, str]:
    """Deploy a first document within so many minutes; return the ids of application, environment, profile, strategy."""
    appconfig = aws.make_client("appconfig")
    application = appconfig.create_application(Name="chat")["Id"]
    environment = appconfig.create_environment(ApplicationId=application, Name="prod")["Id"]
    profile = appconfig.create_configuration_profile(ApplicationId=application, Name="limits", LocationUri="hosted")[
        "Id"
    ]
    strategy = appconfig.create_deployment_strategy(
        Name="ours", DeploymentDurationInMinutes=minutes, GrowthFactor=100, ReplicateTo="NONE", FinalBakeTimeInMinutes=0
    )["Id"]
    appconfig.create_hosted_configuration_version(
        ApplicationId=application,
        ConfigurationProfileId=profile,
        Content=content.encode(),
        ContentType="application/json",
    )
    appconfig.start_deployment(
        ApplicationId=application,
        EnvironmentId=environment,
        DeploymentStrategyId=strategy,
        ConfigurationProfileId=profile,
        ConfigurationVersion="1",
    )
    return application, environment, profile, strategy


def _document() -> Case:
    now, other = {DOCUMENT: '{"max_tokens":1024}'}, {DOCUMENT: '{"max_tokens":512}'}
    application, environment, profile, strategy = _deployed(now[DOCUMENT], minutes=0)
    touched = Touched(application, environment, profile, {"max_tokens": 100}, strategy=strategy)
    adapter = AppConfigDocument(TouchKind.LIMITS_DOCUMENT, RemediationRoles("", None))
    return Case(replace(CHAT, touch=Touch(limits_document=touched)), adapter, now, other)


LIVE: dict[str, Callable[[], Case]] = {
    **{name: CASES[name] for name in ("alias", "parameter", "usage plan", "stage", "evaluation", "service")},
    **{name: CASES[name] for name in ("capacity", "variants", "listener", "shards")},
    "document": _document,
}


def _settled(case: Case) -> Standing:
    """Look until nothing is in flight any more."""
    for _ in range(20):
        seen = case.remediator.observe(case.target)
        if seen.settled:
            return classify(seen, case.now, case.other)
        time.sleep(0.25)
    return Standing.IN_PROGRESS


@pytest.mark.parametrize("name", LIVE)
@pytest.mark.usefixtures("_new")
def test_a_change_is_made_and_taken_back_on_the_local_cloud(name: str) -> None:
    case = LIVE[name]()
    assert _settled(case) is Standing.BEFORE
    seen = case.remediator.observe(case.target)

    done = case.remediator.apply(case.target, seen, case.other, "action-1")
    assert (done.result, _settled(case)) == ("accepted", Standing.DESIRED)
    if name in COMPARES:
        assert case.remediator.apply(case.target, seen, case.other, "action-2").result == "refused"
    undone = case.remediator.apply(case.target, case.remediator.observe(case.target), case.now, "action-1")

    assert (undone.result, _settled(case)) == ("accepted", Standing.BEFORE)


@pytest.mark.usefixtures("_cloud")
def test_a_rollout_of_a_configuration_is_stopped_on_the_local_cloud() -> None:
    application, environment, profile, _ = _deployed('{"prompt":"new"}', minutes=10)
    target = replace(CHAT, touch=Touch(config_rollout=Rollout(application, environment, profile)))
    rollout = ConfigRollout(RemediationRoles("", None))
    seen = rollout.observe(target)
    assert seen.current == {DEPLOYMENT: "1"}

    done = rollout.apply(target, seen, {DEPLOYMENT: ""}, "action-1")

    assert (done.result, rollout.observe(target).current) == ("accepted", {DEPLOYMENT: ""})
    assert rollout.apply(target, seen, {DEPLOYMENT: ""}, "action-2").result == "refused"
