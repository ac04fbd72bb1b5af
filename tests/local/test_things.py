"""What the practice cloud makes for a service is seen there, by the fleet's own eyes, as the levers would leave it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from infra.local.clouds import Clouds, start_clouds
from infra.local.errors import LocalCloudError
from infra.local.eyes import LOOKS, Eyes
from infra.local.paths import CLOUD_VENV
from infra.local.processes import Processes
from infra.local.seed import release, seed_account
from infra.local.things import MAKERS, make

from responder.domain.things.documents import Circuit
from responder.domain.touch import ApiStage, LambdaAlias, Touch, TouchKind, UsagePlan


def test_whatever_can_be_made_can_be_looked_at() -> None:
    assert MAKERS.keys() <= LOOKS.keys()


@pytest.fixture(scope="module")
def clouds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clouds]:
    with Processes(Path(tmp_path_factory.mktemp("things"))) as processes:
        standing = start_clouds(processes, CLOUD_VENV / "bin" / "python", 0.0)
        seed_account(standing)
        yield standing


@pytest.mark.e2e
def test_an_endpoint_runs_the_first_release_until_it_is_rolled_to_the_second(clouds: Clouds) -> None:
    touch, eyes = make(clouds, "slow-release", Touch(sagemaker_endpoint="chat")), Eyes(clouds.client)

    before = eyes.look(touch).runs
    release(clouds, "v2", "slow-release")

    assert (touch.sagemaker_endpoint, before, eyes.look(touch).runs) == ("slow-release", "v1", "v2")


@pytest.mark.e2e
def test_an_alias_runs_its_newest_version_as_soon_as_a_canary_leads_there(clouds: Clouds) -> None:
    touch, eyes = make(clouds, "bad-canary", Touch(lambda_alias=LambdaAlias("chat", "live"))), Eyes(clouds.client)

    before = eyes.look(touch)
    clouds.client("lambda").update_alias(
        FunctionName="bad-canary", Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": 0.3}}
    )

    assert (before.runs, before.things[TouchKind.LAMBDA_ALIAS]["canary"]) == ("v1", "")
    assert eyes.look(touch).runs == "v2"
    assert eyes.look(touch).things[TouchKind.LAMBDA_ALIAS] == {"version": "v1", "canary": "v2=0.3"}


@pytest.mark.e2e
def test_a_usage_plan_lets_in_what_it_says(clouds: Clouds) -> None:
    touch, eyes = make(clouds, "crowd", Touch(usage_plan=UsagePlan("chat", least=20))), Eyes(clouds.client)

    before = eyes.look(touch).things[TouchKind.USAGE_PLAN]
    patch = [{"op": "replace", "path": "/throttle/rateLimit", "value": "50"}]
    clouds.client("apigateway").update_usage_plan(
        usagePlanId=touch.usage_plan.plan if touch.usage_plan else "", patchOperations=patch
    )

    assert (before, eyes.look(touch).things[TouchKind.USAGE_PLAN]) == ({"rate": "100"}, {"rate": "50"})


@pytest.mark.e2e
def test_a_document_is_what_was_deployed_last_and_empty_before(clouds: Clouds) -> None:
    asked = Touch(circuit=Circuit("chat", "live", "routing", {"primary_share": 0}, {"primary_share": 0.1}))
    named, eyes, appconfig = (
        make(clouds, "upstream-gone", asked).circuit,
        Eyes(clouds.client),
        clouds.client("appconfig"),
    )
    assert named is not None
    touch, seen = Touch(circuit=named), []
    at = {"ApplicationId": named.application, "ConfigurationProfileId": named.profile}

    for content in ("", '{"primary_share":1}', '{"primary_share":0}'):
        if content:
            stored = appconfig.create_hosted_configuration_version(
                **at, Content=content.encode(), ContentType="application/json"
            )
            appconfig.start_deployment(
                **at,
                EnvironmentId=named.environment,
                DeploymentStrategyId=named.strategy,
                ConfigurationVersion=str(stored["VersionNumber"]),
            )
        seen.append(eyes.look(touch).things[TouchKind.CIRCUIT]["document"])

    assert seen == ["{}", '{"primary_share":1}', '{"primary_share":0}']


@pytest.mark.e2e
def test_what_cannot_be_made_is_named(clouds: Clouds) -> None:
    with pytest.raises(LocalCloudError, match="cannot make api_stage"):
        make(clouds, "chat", Touch(api_stage=ApiStage("a", "live", least=1)))
