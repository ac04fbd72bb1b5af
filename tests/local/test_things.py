"""What the practice cloud makes for a service is seen there, by the fleet's own eyes, as the levers would leave it."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError
from infra.local.adapters import bring, tell_engines
from infra.local.clouds import ACCOUNT, REGION, Clouds, start_clouds
from infra.local.errors import LocalCloudError
from infra.local.eyes import LOOKS, Eyes
from infra.local.litellm import KEY
from infra.local.paths import CLOUD_VENV
from infra.local.processes import Processes
from infra.local.registered import add_package, add_version, tell_mlflow
from infra.local.replicas import instances
from infra.local.seed import release, seed_account
from infra.local.things import MAKERS, make
from infra.local.web import ask

from responder.domain.things.documents import Circuit
from responder.domain.things.evaluation import Evaluation
from responder.domain.things.gateway import LiteLlmCircuit, LiteLlmTeam
from responder.domain.things.load import Capacity, ListenerWeights, VariantWeights
from responder.domain.things.registries import MlflowRegistry, ModelPackages
from responder.domain.things.service import EcsService
from responder.domain.touch import ApiStage, LambdaAlias, Touch, TouchKind, UsagePlan, VersionParameter
from responder.rehearsal.scenarios.adapters import ADAPTED
from responder.rehearsal.scenarios.load import SHARDED, SHARDS


def test_whatever_can_be_made_can_be_looked_at() -> None:
    assert MAKERS.keys() <= LOOKS.keys()


@pytest.fixture(scope="module")
def clouds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clouds]:
    with Processes(Path(tmp_path_factory.mktemp("things"))) as processes:
        standing = start_clouds(processes, CLOUD_VENV / "bin" / "python", 1.0)
        seed_account(standing)
        yield standing


@pytest.mark.e2e
def test_an_endpoint_runs_the_first_release_until_it_is_rolled_to_the_second(clouds: Clouds) -> None:
    touch, eyes = make(clouds, "slow-release", Touch(sagemaker_endpoint="chat")), Eyes(clouds.client)

    before = eyes.look(touch).runs
    release(clouds, "v2", "slow-release")

    assert (touch.sagemaker_endpoint, before) == ("slow-release", "v1")
    assert in_time(lambda: eyes.look(touch).runs, "v2") == "v2"


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
def test_a_team_of_the_gateway_may_ask_as_much_as_it_says(clouds: Clouds) -> None:
    asked = LiteLlmTeam("http://gateway.internal:4000", "chat", {"rpm_limit": 1200}, "chat/gateway")
    touch, eyes = make(clouds, "gateway-crowd", Touch(litellm_team=asked)), Eyes(clouds.client)
    named = touch.litellm_team
    assert named is not None

    before = eyes.look(touch).things[TouchKind.LITELLM_TEAM]
    _asked_of_the_gateway("POST", f"{named.url}/team/update", {"team_id": named.team, "rpm_limit": 3000})

    assert (before, eyes.look(touch).things[TouchKind.LITELLM_TEAM]) == ({"rpm_limit": "6001"}, {"rpm_limit": "3000"})


@pytest.mark.e2e
def test_a_model_of_the_gateway_is_answered_as_its_weights_say(clouds: Clouds) -> None:
    asked = LiteLlmCircuit("http://gateway.internal:4000", "chat", ("chat-spare",), 0.1, "chat/gateway")
    touch, eyes = make(clouds, "provider-gone", Touch(litellm_circuit=asked)), Eyes(clouds.client)
    named = touch.litellm_circuit
    assert named is not None

    before = eyes.look(touch).things[TouchKind.LITELLM_CIRCUIT]
    _asked_of_the_gateway("PATCH", f"{named.url}/model/provider-gone-first/update", {"litellm_params": {"weight": 0}})

    assert named.fallback == ("provider-gone-spare",)
    assert before == {"provider-gone-first": "1", "provider-gone-spare": "0"}
    assert eyes.look(touch).things[TouchKind.LITELLM_CIRCUIT]["provider-gone-first"] == "0"


@pytest.mark.e2e
def test_an_alias_of_mlflow_points_at_the_first_version_until_it_is_moved(clouds: Clouds) -> None:
    asked = MlflowRegistry("http://mlflow.internal:5000", ("chat",), "champion")
    touch, eyes = make(clouds, "mlflow-moved", Touch(mlflow_registry=asked)), Eyes(clouds.client)

    before = eyes.look(touch).things[TouchKind.MLFLOW_REGISTRY]
    add_version(clouds, "mlflow-moved", "chat", "2")
    tell_mlflow(clouds, "registered-models/alias", {"name": "chat", "alias": "champion", "version": "2"})

    assert (before, eyes.look(touch).things[TouchKind.MLFLOW_REGISTRY]) == (
        {"chat@champion": "1"},
        {"chat@champion": "2"},
    )


@pytest.mark.e2e
def test_a_package_is_in_force_once_somebody_approves_it(clouds: Clouds) -> None:
    touch, eyes = make(clouds, "worse-package", Touch(model_packages=ModelPackages(("chat",)))), Eyes(clouds.client)

    add_package(clouds, "worse-package", "chat", "PendingManualApproval", "2")
    before = eyes.look(touch).things[TouchKind.MODEL_PACKAGES]
    clouds.client("sagemaker").update_model_package(
        ModelPackageArn=f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package/chat/2", ModelApprovalStatus="Approved"
    )

    assert (before, eyes.look(touch).things[TouchKind.MODEL_PACKAGES]) == (
        {"chat@approved": "1"},
        {"chat@approved": "2"},
    )


def _asked_of_the_gateway(method: str, url: str, body: dict[str, object]) -> None:
    assert ask(method, url, body, {"Authorization": f"Bearer {KEY}"}).status == 200


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


def in_time(look: Callable[[], object], wanted: object) -> object:
    """Look until it is so, for as long as a change may take."""
    deadline = time.monotonic() + 5
    while (seen := look()) != wanted and time.monotonic() < deadline:
        time.sleep(0.1)
    return seen


@pytest.mark.e2e
def test_weights_are_in_force_once_the_endpoint_was_updated(clouds: Clouds) -> None:
    asked = Touch(sagemaker_endpoint="chat", variant_weights=VariantWeights("chat", {"a": 1, "b": 1}))
    touch, eyes, sagemaker = make(clouds, "weights-moved", asked), Eyes(clouds.client), clouds.client("sagemaker")

    wanted = [{"VariantName": "a", "DesiredWeight": 9.0}]
    sagemaker.update_endpoint_weights_and_capacities(EndpointName="weights-moved", DesiredWeightsAndCapacities=wanted)

    under_way = sagemaker.describe_endpoint(EndpointName="weights-moved")
    desired = {one["VariantName"]: one["DesiredWeight"] for one in under_way["ProductionVariants"]}
    assert (under_way["EndpointStatus"], desired) == ("Updating", {"a": 9.0, "b": 1.0})
    assert eyes.look(touch).things[TouchKind.VARIANT_WEIGHTS] == {"a": "1", "b": "1"}
    wanted_words = {"a": "9", "b": "1"}
    assert in_time(lambda: eyes.look(touch).things[TouchKind.VARIANT_WEIGHTS], wanted_words) == wanted_words
    assert eyes.look(touch).runs == "v1"


@pytest.mark.e2e
def test_an_endpoint_that_is_updated_takes_no_other_weights(clouds: Clouds) -> None:
    make(clouds, "busy", Touch(sagemaker_endpoint="chat"))
    sagemaker, asked = clouds.client("sagemaker"), [{"VariantName": "all", "DesiredWeight": 2.0}]
    change = partial(sagemaker.update_endpoint_weights_and_capacities, EndpointName="busy")
    change(DesiredWeightsAndCapacities=asked)

    with pytest.raises(ClientError, match="in-progress"):
        change(DesiredWeightsAndCapacities=asked)


@pytest.mark.e2e
def test_replicas_follow_their_bounds_and_do_not_leave_while_scaling_in_is_suspended(clouds: Clouds) -> None:
    asked = Touch(sagemaker_endpoint="chat", capacity=Capacity("endpoint/chat/variant/all", most=6))
    touch, eyes = make(clouds, "too-few-replicas", asked), Eyes(clouds.client)
    named, scaling = touch.capacity, clouds.client("application-autoscaling")
    assert named is not None
    where = {"ServiceNamespace": "sagemaker", "ResourceId": named.resource, "ScalableDimension": named.dimension}

    def bound(least: int, most: int, *, held: bool) -> None:
        suspended = {"DynamicScalingInSuspended": held}
        scaling.register_scalable_target(**where, MinCapacity=least, MaxCapacity=most, SuspendedState=suspended)

    def running() -> object:
        return eyes.look(touch).things[TouchKind.CAPACITY]["running"]

    seen = [in_time(running, "4")]
    bound(6, 6, held=True)
    seen += [running(), in_time(running, "6")]
    bound(2, 4, held=True)
    time.sleep(1.5)
    seen.append(running())
    bound(2, 4, held=False)
    seen.append(in_time(running, "4"))

    assert seen == ["4", "4", "6", "6", "4"]


@pytest.mark.e2e
def test_a_shard_drains_before_it_is_gone_and_is_checked_before_it_serves_again(clouds: Clouds) -> None:
    touch = make(clouds, "sticky-caller", SHARDED)
    eyes, balancer, (hot, *_) = Eyes(clouds.client), clouds.client("elbv2"), SHARDS
    place = {"Id": hot.split(":")[0], "Port": 8000}
    group = touch.target_group.group if touch.target_group else ""

    def states() -> list[str]:
        found = balancer.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        return sorted(one["TargetHealth"]["State"] for one in found)

    def serving() -> object:
        return eyes.look(touch).things[TouchKind.TARGET_GROUP]["shards"]

    assert in_time(serving, ",".join(SHARDS)) == ",".join(SHARDS)
    balancer.deregister_targets(TargetGroupArn=group, Targets=[place])
    assert states() == ["draining", "healthy", "healthy"]
    assert serving() == ",".join(SHARDS[1:])
    assert in_time(states, ["healthy", "healthy"]) == ["healthy", "healthy"]
    balancer.register_targets(TargetGroupArn=group, Targets=[place])
    assert states() == ["healthy", "healthy", "initial"]
    assert serving() == ",".join(SHARDS[1:])
    assert in_time(states, ["healthy"] * 3) == ["healthy"] * 3


@pytest.mark.e2e
def test_a_listener_spreads_calls_over_groups_of_its_service(clouds: Clouds) -> None:
    arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/chat/1/2"
    touch = make(clouds, "listener-moved", Touch(listener_weights=ListenerWeights(arn, {"a": 1, "b": 2})))

    assert instances(touch) == ("listener-moved-a", "listener-moved-b")
    assert Eyes(clouds.client).look(touch).things[TouchKind.LISTENER_WEIGHTS] == {
        "listener-moved-a": "1",
        "listener-moved-b": "2",
    }


@pytest.mark.e2e
def test_the_old_tasks_serve_until_the_new_ones_proved_themselves(clouds: Clouds) -> None:
    touch, eyes = make(clouds, "slow-service", Touch(ecs_service=EcsService("live", "chat"))), Eyes(clouds.client)
    ecs = clouds.client("ecs")

    before = eyes.look(touch).runs
    ecs.update_service(cluster="live", service="slow-service", taskDefinition="slow-service:2")
    states = [
        one["rolloutState"]
        for one in ecs.describe_services(cluster="live", services=["slow-service"])["services"][0]["deployments"]
    ]

    assert (before, states, eyes.look(touch).runs) == ("v1", ["IN_PROGRESS", "COMPLETED"], "v1")
    assert in_time(lambda: eyes.look(touch).runs, "v2") == "v2"


@pytest.mark.e2e
def test_a_component_serves_another_model_once_it_was_updated(clouds: Clouds) -> None:
    touch, eyes = make(clouds, "bad-component", Touch(inference_component="chat")), Eyes(clouds.client)
    sagemaker = clouds.client("sagemaker")
    change = partial(
        sagemaker.update_inference_component,
        InferenceComponentName="bad-component",
        Specification={"ModelName": "bad-component-v2"},
    )

    before = eyes.look(touch)
    change()

    with pytest.raises(ClientError, match="Updating"):
        change()
    assert before.things[TouchKind.INFERENCE_COMPONENT] == {"artefact": "bad-component-v1", "version": "v1"}
    assert eyes.look(touch).runs == "v1"
    assert in_time(lambda: eyes.look(touch).runs, "v2") == "v2"
    with pytest.raises(ClientError, match="Could not find"):
        sagemaker.describe_inference_component(InferenceComponentName="nobody")


@pytest.mark.e2e
def test_replicas_are_apart_when_one_refuses_an_adapter_or_begins_anew(clouds: Clouds) -> None:
    touch, eyes = make(clouds, "bad-adapter", ADAPTED), Eyes(clouds.client)
    named = touch.adapter
    assert named is not None
    first, second, third = named.replicas

    def seen() -> list[str]:
        words = eyes.look(touch).things[TouchKind.ADAPTER]
        return [words[urlsplit(url).netloc] for url in named.replicas]

    before = seen()
    tell_engines(clouds, "refuse", {"url": third, "path": "v2"})
    loaded = [bring(named, url, "v2") for url in named.replicas]
    tell_engines(clouds, "restart", {"url": second})

    assert before == ["v1", "v1", "v1"]
    assert loaded == [True, True, False]
    assert seen() == ["v2", "", "v1"]
    assert bring(named, first, "v3") is False
    with pytest.raises(LocalCloudError, match="refused restart"):
        tell_engines(clouds, "restart", {"url": "http://127.0.0.1:1"})


@pytest.mark.e2e
def test_what_is_asked_to_be_evaluated_is_seen_once_it_was_asked_for(clouds: Clouds) -> None:
    touch, eyes = make(clouds, "moved-inputs", Touch(evaluation=Evaluation("chat", "/any"))), Eyes(clouds.client)

    before = eyes.look(touch).things[TouchKind.EVALUATION]
    clouds.client("ssm").put_parameter(Name="/moved-inputs/reevaluation", Value="i-1", Type="String")

    assert (before, eyes.look(touch).things[TouchKind.EVALUATION]) == ({"asked_for": ""}, {"asked_for": "i-1"})


@pytest.mark.e2e
def test_a_parameter_says_the_first_release(clouds: Clouds) -> None:
    touch = make(clouds, "by-parameter", Touch(version_parameter=VersionParameter("/chat/version", ())))

    assert Eyes(clouds.client).look(touch).runs == "v1"


@pytest.mark.e2e
def test_what_cannot_be_made_is_named(clouds: Clouds) -> None:
    with pytest.raises(LocalCloudError, match="cannot make api_stage"):
        make(clouds, "chat", Touch(api_stage=ApiStage("a", "live", least=1)))
