"""The nested stack of the serving tools: off by default, and unable to change anything."""

import re

from tests.infra.stack import RESOURCES, SERVING, SERVING_STACK, STACK, actions, resources

from responder.settings import EvaluationSettings, GateSettings, TraceSettings

WRITES = re.compile(r":(Put|Update|Delete|Create|Send|Publish|Invoke|Pass|Assume)")
TELLS_CODEDEPLOY = "codedeploy:PutLifecycleEventHookExecutionStatus"
NESTED = RESOURCES["ServingStack"]


def granted() -> list[dict[str, object]]:
    (inline,) = SERVING_STACK["Resources"]["GateReleaseRole"]["Properties"]["Policies"]
    said = inline["PolicyDocument"]["Statement"]
    return [one["Fn::If"][1] if "Fn::If" in one else one for one in said]


def test_it_is_not_deployed_unless_somebody_asks_for_it() -> None:
    assert STACK["Parameters"]["ServingTools"]["Default"] == "false"
    assert NESTED["Condition"] == "WithServingTools"


def test_it_is_given_every_parameter_it_has() -> None:
    assert set(NESTED["Properties"]["Parameters"]) == set(SERVING_STACK["Parameters"])


def test_the_gate_is_told_exactly_what_it_reads() -> None:
    told = SERVING["GateReleaseFunction"]["Properties"]["Environment"]["Variables"]

    assert {name.lower() for name in told if "POWERTOOLS" not in name} == set(GateSettings.__dataclass_fields__)


def test_the_gate_can_change_nothing_but_its_own_records_and_the_answer_codedeploy_waits_for() -> None:
    writing = {action for one in granted() for action in actions(one) if WRITES.search(action)}

    assert writing == {"logs:CreateLogStream", "logs:PutLogEvents", "dynamodb:PutItem", TELLS_CODEDEPLOY}


def test_what_it_writes_down_is_in_a_stream_of_its_own() -> None:
    (writing,) = [one for one in granted() if one["Sid"] == "WriteDownItsDecisions"]
    condition = writing["Condition"]

    assert isinstance(condition, dict)
    assert condition["ForAllValues:StringLike"] == {
        "dynamodb:LeadingKeys": ["TARGET#release-gate/*", "STREAM#release-gate/*"]
    }
    assert condition["Null"] == {"dynamodb:LeadingKeys": "false"}


def test_it_reads_targets_and_releases_and_no_incident() -> None:
    (seeing,) = [one for one in granted() if one["Sid"] == "SeeTargetsAndReleases"]
    condition = seeing["Condition"]

    assert actions(seeing) == ["dynamodb:GetItem", "dynamodb:Query"]
    assert isinstance(condition, dict)
    assert condition["ForAllValues:StringLike"] == {"dynamodb:LeadingKeys": ["TARGET#*", "RELEASE#*"]}


def test_only_the_answer_to_a_hook_is_for_everything_because_it_knows_no_resource() -> None:
    assert [one["Sid"] for one in granted() if "*" in resources(one)] == ["AnswerTheHook"]


def test_who_sees_raw_text_can_log_and_read_one_key_and_nothing_else() -> None:
    (inline,) = SERVING_STACK["Resources"]["RedactTracesRole"]["Properties"]["Policies"]
    allowed = {action for one in inline["PolicyDocument"]["Statement"] for action in actions(one)}

    assert allowed == {"logs:CreateLogStream", "logs:PutLogEvents", "secretsmanager:GetSecretValue"}


def test_no_raw_trace_is_backed_up_and_what_could_not_be_passed_is_gone_after_a_day() -> None:
    stream = SERVING_STACK["Resources"]["TracesStream"]["Properties"]["ExtendedS3DestinationConfiguration"]
    rules = SERVING_STACK["Resources"]["TracesBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]

    assert stream["S3BackupMode"] == "Disabled"
    assert [rule["ExpirationInDays"] for rule in rules if rule["Prefix"] == "undelivered/"] == [1]


def test_every_function_has_its_alarms() -> None:
    alarms = [it["Properties"] for it in SERVING_STACK["Resources"].values() if it["Type"] == "AWS::CloudWatch::Alarm"]
    watched = {(one["MetricName"], one["Dimensions"][0]["Value"]["Ref"]) for one in alarms if "Dimensions" in one}

    assert watched == {(metric, name) for metric in ("Errors", "Throttles") for name in SERVING}


def test_the_redaction_is_told_exactly_what_it_reads() -> None:
    told = SERVING["RedactTracesFunction"]["Properties"]["Environment"]["Variables"]

    assert {name.lower() for name in told if "POWERTOOLS" not in name} == set(TraceSettings.__dataclass_fields__)


def test_evaluation_reads_what_is_redacted_and_writes_beside_it() -> None:
    (inline,) = SERVING_STACK["Resources"]["EvaluateModelRole"]["Properties"]["Policies"]
    said = [one for one in inline["PolicyDocument"]["Statement"] if "Fn::If" not in one]
    told = SERVING["EvaluateModelFunction"]["Properties"]["Environment"]["Variables"]

    assert [resources(one) for one in said if "s3:PutObject" in actions(one)] == [
        [{"Fn::Sub": "${TracesBucket.Arn}/evaluation/*"}]
    ]
    assert {name.lower() for name in told if "POWERTOOLS" not in name} == set(EvaluationSettings.__dataclass_fields__)


def test_its_url_takes_signed_requests_only() -> None:
    assert SERVING["GateReleaseFunction"]["Properties"]["FunctionUrlConfig"] == {"AuthType": "AWS_IAM"}
