"""What may be touched follows from `services.yaml` and from nothing else."""

from pathlib import Path
from typing import Any

import pytest
from infra.grants import _KINDS
from infra.remediation_blocks import main, read_services, render
from infra.remediation_policy import assume_statements, role_elsewhere, snapshot_statements, statements
from tests.infra.stack import REPOSITORY, TEMPLATE

from responder.domain.touch import TouchKind

DOCUMENTS: dict[str, dict[str, Any]] = {
    "limits_document": {"least": {"rps": 5}},
    "serving_profile": {"gentler": {"max_num_seqs": 16}},
    "circuit": {"open": {"share": 0}, "half_open": {"share": 0.1}},
}
DEPLOYMENT = ["application/a", "application/a/environment/e", "application/a/environment/e/deployment/*"]
"""AppConfig asks for the permission on a deployment, and on everything it is a part of."""
BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012"
QUEUES = "arn:aws:sqs:eu-west-1:123456789012"
ELSEWHERE = "arn:aws:iam::210987654321:role/llm-alert-responder"


def an_entry(endpoint: str = "chat", **given: Any) -> dict[str, Any]:  # noqa: ANN401  # any key of an entry
    return {"account": "123456789012", "region": "eu-west-1", "touch": {"sagemaker_endpoint": endpoint}, **given}


def an_entry_elsewhere(endpoint: str = "search", **given: Any) -> dict[str, Any]:  # noqa: ANN401  # any key of an entry
    return an_entry(endpoint, account="210987654321", role_arn=ELSEWHERE, **given)


def granted(found: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return resource names by action, without the part every one shares."""
    return {
        one["Action"]: [
            str(it.get("Fn::Sub") if isinstance(it, dict) else it).rsplit(":", 1)[-1] for it in one["Resource"]
        ]
        for one in found
    }


def test_an_empty_allow_list_denies_everything() -> None:
    [only] = statements([])

    assert (only["Effect"], only["Action"], only["Resource"]) == ("Deny", "*", "*")


def test_an_endpoint_may_be_seen_and_pointed_at_its_own_releases() -> None:
    assert granted(statements([an_entry()])) == {
        "sagemaker:DescribeEndpoint": ["endpoint/chat"],
        "sagemaker:UpdateEndpoint": ["endpoint/chat", "endpoint-config/chat-*"],
        "sagemaker:DescribeEndpointConfig": ["endpoint-config/chat-*"],
        "sagemaker:DescribeModel": ["model/chat-*"],
        "cloudwatch:GetMetricData": ["*"],
    }


def test_names_are_lower_case_as_iam_sees_them() -> None:
    assert granted(statements([an_entry("Chat-EU")]))["sagemaker:DescribeEndpoint"] == ["endpoint/chat-eu"]


def test_the_region_is_the_targets_and_the_account_the_stacks() -> None:
    [endpoint] = statements([an_entry()])[0]["Resource"]

    assert endpoint == {"Fn::Sub": "arn:${AWS::Partition}:sagemaker:eu-west-1:${AWS::AccountId}:endpoint/chat"}


def test_digests_are_compared_only_where_an_entry_says_its_artefacts_are() -> None:
    with_artefacts = statements([an_entry(artefacts=["s3://models/chat/"])])

    assert granted(with_artefacts)["s3:GetObject"] == ["models/chat/*"]
    assert "s3:GetObject" not in granted(statements([an_entry()]))


def test_log_groups_are_read_only_where_an_entry_names_them() -> None:
    with_logs = statements([an_entry(logs=["/aws/sagemaker/Endpoints/chat"])])

    [[group]] = [one["Resource"] for one in with_logs if one["Action"] == "logs:FilterLogEvents"]
    assert group["Fn::Sub"].endswith(":log-group:/aws/sagemaker/Endpoints/chat:*")
    assert "logs:FilterLogEvents" not in granted(statements([an_entry()]))


def test_releases_with_names_of_their_own_replace_the_default() -> None:
    found = granted(statements([an_entry(releases=["prod-chat-*"])]))

    assert found["sagemaker:DescribeEndpointConfig"] == ["endpoint-config/prod-chat-*"]


def test_a_target_of_another_account_is_not_touched_from_here() -> None:
    assert granted(statements([an_entry(), an_entry_elsewhere()])) == granted(statements([an_entry()]))


def test_the_role_of_another_account_is_assumed_with_its_external_id() -> None:
    [only] = assume_statements(
        [an_entry(), an_entry_elsewhere(external_id="x-1"), an_entry_elsewhere("rank", external_id="x-1")]
    )

    assert only["Resource"] == ELSEWHERE
    assert only["Condition"] == {"StringEquals": {"sts:ExternalId": ["x-1"]}}


def test_the_owner_of_another_account_gets_a_role_with_its_own_targets_only() -> None:
    stack = role_elsewhere([an_entry(), an_entry_elsewhere(external_id="x-1")], ELSEWHERE)
    role = stack["Resources"]["RemediationRole"]["Properties"]
    [trust] = role["AssumeRolePolicyDocument"]["Statement"]

    assert role["RoleName"] == "llm-alert-responder"
    assert role["Policies"][0]["PolicyDocument"]["Statement"][0]["Resource"] == [
        "arn:aws:sagemaker:eu-west-1:210987654321:endpoint/search"
    ]
    assert trust["Principal"] == {"AWS": [{"Ref": "RespondRoleArn"}, {"Ref": "SweepRoleArn"}]}
    assert trust["Condition"] == {"StringEquals": {"sts:ExternalId": ["x-1"]}}


def test_the_template_says_what_the_shipped_services_say() -> None:
    shipped = read_services([REPOSITORY / "runbooks" / "services.yaml"])

    assert render(TEMPLATE.read_text(), shipped) == TEMPLATE.read_text()


def test_a_template_made_for_services_becomes_the_shipped_one_again_without_them() -> None:
    template = TEMPLATE.read_text()
    filled = render(template, [an_entry(), an_entry_elsewhere()])

    assert "endpoint/chat" in filled
    assert render(filled, [an_entry(), an_entry_elsewhere()]) == filled
    assert render(filled, []) == template


def test_a_drift_is_shown_and_fails_the_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    services = tmp_path / "services.yaml"
    services.write_text("services: {chat: {account: '1', region: eu-west-1, touch: {sagemaker_endpoint: chat}}}")

    assert main(["check", str(services)]) == 1
    assert "+          - Sid: SeeEndpoints" in capsys.readouterr().out


def test_a_copy_for_the_build_leaves_the_template_alone(tmp_path: Path) -> None:
    before, services, copy = TEMPLATE.read_text(), tmp_path / "services.yaml", tmp_path / "template.yaml"
    services.write_text("services: {chat: {account: '1', region: eu-west-1, touch: {sagemaker_endpoint: chat}}}")

    assert main(["write", str(services), "--output", str(copy)]) == 0
    assert "endpoint/chat" in copy.read_text()
    assert TEMPLATE.read_text() == before


@pytest.mark.parametrize(
    ("touch", "wanted"),
    [
        (
            {"lambda_alias": {"function": "chat", "alias": "live"}},
            {
                "lambda:GetAlias": ["chat"],
                "lambda:UpdateAlias": ["chat"],
                "lambda:GetFunctionConfiguration": ["*"],
            },
        ),
        (
            {"version_parameter": {"parameter": "/chat/version", "objects": ["s3://models/chat/{version}/model"]}},
            {
                "ssm:GetParameter": ["parameter/chat/version"],
                "ssm:PutParameter": ["parameter/chat/version"],
                "s3:GetObject": ["models/chat/*/model"],
            },
        ),
        (
            {"usage_plan": {"plan": "p1", "least": 5}},
            {"apigateway:GET": ["/usageplans/p1"], "apigateway:PATCH": ["/usageplans/p1"]},
        ),
        (
            {"api_stage": {"api": "a1", "stage": "live", "least": 5}},
            {"apigateway:GET": ["/restapis/a1/stages/live"], "apigateway:PATCH": ["/restapis/a1/stages/live"]},
        ),
        (
            {"ecs_service": {"cluster": "prod", "service": "chat", "images": ["chat"]}},
            {
                "ecs:DescribeServices": ["service/prod/chat"],
                "ecs:UpdateService": ["service/prod/chat"],
                "ecs:DescribeTaskDefinition": ["*"],
                "ecr:DescribeImages": ["repository/chat"],
            },
        ),
        (
            {"litellm_team": {"url": "http://g", "team": "chat", "least": {"rpm_limit": 5}, "token": "chat/gateway"}},
            {"secretsmanager:GetSecretValue": ["chat/gateway-??????"]},
        ),
        (
            {
                "litellm_circuit": {
                    "url": "http://g",
                    "model": "chat",
                    "fallback": ["spare"],
                    "half_open": 0.1,
                    "token": "chat/gateway",
                }
            },
            {"secretsmanager:GetSecretValue": ["chat/gateway-??????"]},
        ),
        (
            {"inference_component": "Chat"},
            {
                "sagemaker:DescribeInferenceComponent": ["inference-component/chat"],
                "sagemaker:UpdateInferenceComponent": ["inference-component/chat"],
                "sagemaker:DescribeModel": ["model/chat-*"],
            },
        ),
        (
            {
                "adapter": {
                    "adapter": "support-de",
                    "path": "/adapters/{version}",
                    "replicas": ["http://10.0.0.1:8000"],
                    "objects": ["s3://models/adapters/{version}/weights"],
                    "token": "chat/engines",
                }
            },
            {
                "secretsmanager:GetSecretValue": ["chat/engines-??????"],
                "s3:GetObject": ["models/adapters/*/weights"],
            },
        ),
        (
            {"mlflow_registry": {"url": "http://m", "models": ["chat"], "alias": "live", "token": "chat/mlflow"}},
            {"secretsmanager:GetSecretValue": ["chat/mlflow-??????"]},
        ),
        (
            {"model_packages": {"groups": ["Chat"]}},
            {
                "sagemaker:ListModelPackages": ["model-package/chat/*"],
                "sagemaker:DescribeModelPackage": ["model-package/chat/*"],
                "sagemaker:UpdateModelPackage": ["model-package/chat/*"],
            },
        ),
        (
            {"variant_weights": {"endpoint": "Chat", "weights": {"a": 1, "b": 1}}},
            {
                "sagemaker:DescribeEndpoint": ["endpoint/chat"],
                "sagemaker:UpdateEndpointWeightsAndCapacities": ["endpoint/chat"],
            },
        ),
        *(
            (
                {"listener_weights": {"listener": f"{BALANCER}:{place}", "weights": {"a": 1, "b": 1}}},
                {
                    f"elasticloadbalancing:Describe{what}s": ["*"],
                    f"elasticloadbalancing:Modify{what}": [place],
                },
            )
            for what, place in (("Listener", "listener/app/c/1/2"), ("Rule", "listener-rule/app/c/1/2/3"))
        ),
        (
            {"target_group": {"group": f"{BALANCER}:targetgroup/chat/1", "least": 2}},
            {
                "elasticloadbalancing:DescribeTargetHealth": ["*"],
                "elasticloadbalancing:DeregisterTargets": ["targetgroup/chat/1"],
                "elasticloadbalancing:RegisterTargets": ["targetgroup/chat/1"],
            },
        ),
        (
            {"capacity": {"resource": "service/prod/chat", "most": 6, "id": "0ec5"}},
            {
                "application-autoscaling:DescribeScalableTargets": ["*"],
                "application-autoscaling:RegisterScalableTarget": ["scalable-target/0ec5"],
                "ecs:DescribeServices": ["service/prod/chat"],
            },
        ),
        (
            {"capacity": {"resource": "endpoint/Chat/variant/all", "most": 6}},
            {
                "application-autoscaling:DescribeScalableTargets": ["*"],
                "application-autoscaling:RegisterScalableTarget": ["scalable-target/*"],
                "sagemaker:DescribeEndpoint": ["endpoint/chat"],
            },
        ),
        (
            {"codedeploy_group": {"application": "chat", "group": "live"}},
            {
                "codedeploy:ListDeployments": ["chat/live"],
                "codedeploy:GetDeployment": ["chat/live"],
                "codedeploy:StopDeployment": ["chat/live"],
            },
        ),
        (
            {"dead_letters": {"queue": f"{QUEUES}:dead", "of": [f"{QUEUES}:work"], "most": 100}},
            {
                "sqs:GetQueueAttributes": ["dead"],
                "sqs:ListDeadLetterSourceQueues": ["dead"],
                "sqs:ListMessageMoveTasks": ["dead"],
                "sqs:StartMessageMoveTask": ["dead"],
                "sqs:CancelMessageMoveTask": ["dead"],
                "sqs:ReceiveMessage": ["dead"],
                "sqs:DeleteMessage": ["dead"],
                "sqs:SendMessage": ["work"],
            },
        ),
        (
            {"evaluation": {"model": "chat", "parameter": "/chat/reevaluation"}},
            {
                "ssm:GetParameters": ["parameter/chat/reevaluation"],
                "ssm:PutParameter": ["parameter/chat/reevaluation"],
                "events:PutEvents": ["event-bus/default"],
            },
        ),
        (
            {"config_rollout": {"application": "a", "environment": "e", "profile": "p"}},
            {
                "appconfig:ListDeployments": DEPLOYMENT[:2],
                "appconfig:GetDeployment": DEPLOYMENT,
                "appconfig:StopDeployment": DEPLOYMENT,
            },
        ),
        *(
            (
                {kind: {"application": "a", "environment": "e", "profile": "p", **declared}},
                {
                    "appconfig:ListDeployments": DEPLOYMENT[:2],
                    "appconfig:GetDeployment": DEPLOYMENT,
                    "appconfig:GetHostedConfigurationVersion": [
                        "application/a",
                        "application/a/configurationprofile/p",
                        "application/a/configurationprofile/p/hostedconfigurationversion/*",
                    ],
                    "appconfig:CreateHostedConfigurationVersion": [
                        "application/a",
                        "application/a/configurationprofile/p",
                    ],
                    "appconfig:StartDeployment": [
                        "application/a",
                        "application/a/environment/e",
                        "application/a/configurationprofile/p",
                        "deploymentstrategy/AppConfig.AllAtOnce",
                    ],
                },
            )
            for kind, declared in DOCUMENTS.items()
        ),
    ],
    ids=lambda v: next(iter(v)),
)
def test_each_kind_of_thing_is_granted_on_itself_alone(touch: dict[str, Any], wanted: dict[str, list[str]]) -> None:
    assert granted(statements([an_entry(touch=touch)])) == wanted


@pytest.mark.parametrize(
    ("touch", "wanted"),
    [
        ({"sagemaker_endpoint": "chat"}, {}),
        ({"registry": {"table": "t", "models": ["chat"]}}, {"dynamodb:Query": ["table/t"]}),
        (
            {"mlflow_registry": {"url": "http://m", "models": ["chat"], "alias": "live", "token": "chat/mlflow"}},
            {"secretsmanager:GetSecretValue": ["chat/mlflow-??????"]},
        ),
        (
            {"model_packages": {"groups": ["chat"]}},
            {
                "sagemaker:ListModelPackages": ["model-package/chat/*"],
                "sagemaker:DescribeModelPackage": ["model-package/chat/*"],
            },
        ),
    ],
    ids=lambda v: next(iter(v), "nothing"),
)
def test_snapshots_are_taken_by_looking_and_nothing_else(touch: dict[str, Any], wanted: dict[str, list[str]]) -> None:
    entry = an_entry(touch=touch, artefacts=["s3://models/chat/"])
    digests = {"s3:GetObject": ["models/chat/*"]} if wanted else {}

    assert granted(snapshot_statements([entry])) == {**wanted, **digests}
    assert snapshot_statements([an_entry_elsewhere(touch=touch)]) == []


def test_every_kind_that_may_be_named_has_its_grants() -> None:
    assert set(_KINDS) == set(TouchKind)
