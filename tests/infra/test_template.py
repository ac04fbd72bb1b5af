"""What the stack promises, read from the template that is deployed."""

import re
from datetime import timedelta

import pytest
from tests.infra.metrics import emitted, on_the_dashboard
from tests.infra.stack import (
    FUNCTIONS,
    REPOSITORY,
    RESOURCES,
    SERVING,
    STACK,
    actions,
    allowed,
    environment,
    identity_statements,
    of_type,
    properties,
    resources,
    statements,
)

from responder.domain.journal import LEASE
from responder.domain.mode import Mode
from responder.domain.seal import DELAY

SHARED = {
    "PAGES_TOPIC_ARN", "RESPONDER_VERSION",
    "POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_LOG_LEVEL",
}  # fmt: skip
RESPONDING = {
    "JOURNAL_TABLE", "AUDIT_BUCKET", "MODE_PREFIX", "PAGERDUTY_SECRET", "PAGERDUTY_URL", "REMEDIATION_ROLE_ARN",
    "PROMETHEUS_URL", "ALERTMANAGER_URL", "METRICS_AUTH", "METRICS_TOKEN_SECRET", "DASHBOARD_URL",
    "OPS_ITEMS", "JIRA_URL", "JIRA_SECRET", "JIRA_PROJECT", "JIRA_ISSUE_TYPE", "APPROVAL_URL", "APPROVAL_KEY_SECRET",
}  # fmt: skip
ENVIRONMENT = {
    "ReceiveAlertsFunction": SHARED | {"ALERTS_QUEUE_URL", "QUARANTINE_BUCKET", "WEBHOOK_TOKENS_SECRET"},
    "RespondFunction": SHARED | RESPONDING | {"ALERTS_QUEUE_URL", "QUARANTINE_BUCKET"},
    "SweepFunction": SHARED | RESPONDING,
    "BalanceBooksFunction": SHARED
    | RESPONDING
    | {"ALERTS_QUEUE_URL", "QUARANTINE_BUCKET", "FRONT_DOOR_LOG", "ALERTMANAGER_RECEIVER"},
    "HearPeopleFunction": SHARED | {"ALERTS_QUEUE_URL", "JOURNAL_TABLE", "PEOPLE_SECRET"},
    "DecideApprovalFunction": SHARED | {"ALERTS_QUEUE_URL", "JOURNAL_TABLE", "APPROVAL_KEY_SECRET"},
    "DrainDeadLettersFunction": SHARED | RESPONDING | {"ALERTS_QUEUE_URL", "QUARANTINE_BUCKET"},
    "SealAuditFunction": SHARED | {"AUDIT_BUCKET", "SEAL_KEY_ID", "SEAL_HEAD"},
    "SnapshotRegistryFunction": SHARED | {"JOURNAL_TABLE", "AUDIT_BUCKET"},
}

STARS_WITH_A_REASON = {
    "AttachToSubnets": "EC2 has no name for an interface that does not exist yet",
    "OpenTickets": "an OpsItem has no name before it exists",
}


# ── What outlives the stack ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "name",
    of_type(
        "AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::SQS::QueuePolicy",
        "AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::KMS::Key",
    ),
)  # fmt: skip
def test_what_holds_alerts_or_evidence_outlives_the_stack_together_with_its_rules(name: str) -> None:
    assert RESOURCES[name]["DeletionPolicy"] == "RetainExceptOnCreate"
    assert RESOURCES[name]["UpdateReplacePolicy"] == "Retain"


def test_every_bucket_and_queue_has_rules_that_refuse_plain_http() -> None:
    guarded = [it["Properties"] for it in of_type("AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy").values()]
    named = {ref["Ref"] for it in guarded for ref in it.get("Queues", [it.get("Bucket")])}

    assert named == set(of_type("AWS::S3::Bucket", "AWS::SQS::Queue"))
    for policy in guarded:
        first = policy["PolicyDocument"]["Statement"][0]
        assert (first["Effect"], first["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_the_journal_can_be_restored_and_forgets_nothing_by_itself() -> None:
    table = properties("JournalTable")

    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert "TimeToLiveSpecification" not in table


def test_the_indexes_answer_what_is_due_and_what_was_opened() -> None:
    indexes = {
        index["IndexName"]: [key["AttributeName"] for key in index["KeySchema"]]
        for index in properties("JournalTable")["GlobalSecondaryIndexes"]
    }

    assert indexes == {"due": ["due", "due_at"], "opened": ["opened", "opened_at"]}


# ── Times that must fit together ─────────────────────────────────────────────────────────────────────────────────


def test_a_message_stays_hidden_for_six_times_the_longest_run_of_its_reader() -> None:
    assert properties("AlertsQueue")["VisibilityTimeout"] >= 6 * properties("RespondFunction")["Timeout"]


@pytest.mark.parametrize(
    "name", ["RespondFunction", "SweepFunction", "DrainDeadLettersFunction", "BalanceBooksFunction"]
)
def test_a_holder_is_dead_before_its_lease_ends(name: str) -> None:
    assert properties(name)["Timeout"] < LEASE.total_seconds()


def test_alertmanager_waits_longer_than_the_front_door_may_take() -> None:
    """The shipped receiver block gives up after ten seconds; API Gateway would wait for 29."""
    assert properties("ReceiveAlertsFunction")["Timeout"] <= 10


def test_dead_letters_wait_longer_than_any_alert_and_take_from_one_queue_only() -> None:
    alerts, dead = properties("AlertsQueue"), properties("DeadLettersQueue")
    source = dead["RedriveAllowPolicy"]["sourceQueueArns"][0]["Fn::Sub"]

    assert alerts["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": ["DeadLettersQueue", "Arn"]}, "maxReceiveCount": 5,
    }  # fmt: skip
    assert dead["MessageRetentionPeriod"] == 14 * 86400 > alerts["MessageRetentionPeriod"] == 4 * 86400
    assert dead["FifoQueue"]
    assert source.endswith(":" + alerts["QueueName"]["Fn::Sub"])


# ── The functions ────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_function_file_is_deployed_and_every_deployed_handler_is_a_file() -> None:
    handlers = {it["Properties"]["Handler"] for it in (*FUNCTIONS.values(), *SERVING.values())}

    assert handlers == {f"{file.stem}.handler" for file in (REPOSITORY / "functions").glob("*.py")}
    assert handlers == {
        "receive_alerts.handler", "respond.handler", "sweep.handler", "drain_dead_letters.handler",
        "seal_audit.handler", "snapshot_registry.handler", "balance_books.handler", "hear_people.handler",
        "decide_approval.handler", "gate_release.handler", "redact_traces.handler", "evaluate_model.handler",
    }  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_told_exactly_what_it_reads(name: str) -> None:
    assert environment(name) == ENVIRONMENT[name]


def test_every_function_has_a_role_and_a_log_of_its_own() -> None:
    roles = [it["Properties"]["Role"]["Fn::GetAtt"][0] for it in FUNCTIONS.values()]
    logs = [it["Properties"]["LoggingConfig"]["LogGroup"]["Ref"] for it in FUNCTIONS.values()]

    assert len(set(roles)) == len(set(logs)) == len(FUNCTIONS)
    assert all("RetentionInDays" in properties(log) for log in logs)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_changed_setting_is_published_under_the_alias_that_can_be_rolled_back(name: str) -> None:
    assert STACK["Globals"]["Function"]["AutoPublishAlias"] == "live"
    assert properties(name)["AutoPublishAliasAllProperties"] is True


def test_one_message_is_one_run_and_its_failure_is_its_own() -> None:
    mapping = properties("RespondFunction")["Events"]["Alerts"]["Properties"]

    assert mapping["BatchSize"] == 1
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": {"Ref": "RespondConcurrency"}}


def test_a_late_sweep_is_not_repeated() -> None:
    sweep = properties("SweepFunction")
    once = {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60}

    assert sweep["EventInvokeConfig"] == once
    assert sweep["Events"]["EveryMinute"]["Properties"]["RetryPolicy"] == once


# ── The front door ───────────────────────────────────────────────────────────────────────────────────────────────


def test_every_failure_of_ours_is_a_503_because_alertmanager_repeats_nothing_else() -> None:
    answers = properties("WebhookApi")["GatewayResponses"]

    assert {"THROTTLED", "QUOTA_EXCEEDED", "INTEGRATION_TIMEOUT", "INTEGRATION_FAILURE", "DEFAULT_5XX"} == set(answers)
    assert {it["StatusCode"] for it in answers.values()} == {"503"}


def test_a_notification_that_is_too_large_stays_a_413_because_repeating_it_would_not_help() -> None:
    assert not {"REQUEST_TOO_LARGE", "DEFAULT_4XX"} & set(properties("WebhookApi")["GatewayResponses"])


# ── Who may do what ──────────────────────────────────────────────────────────────────────────────────────────────


def test_no_role_is_allowed_a_star() -> None:
    starred = {
        statement["Sid"]
        for _, statement in identity_statements()
        if statement["Effect"] == "Allow" and ("*" in resources(statement) or "*" in "".join(actions(statement)))
    }

    assert starred == set(STARS_WITH_A_REASON)


def test_no_function_can_take_back_what_it_wrote() -> None:
    taking_back = re.compile(r"(?i):(delete(?!message$)|purge|update|bypass)")

    for name in FUNCTIONS:
        granted = allowed(name) - {"ec2:DeleteNetworkInterface", "ssm:UpdateOpsItem"}  # a ticket proves nothing
        assert not [action for action in granted if taking_back.search(action)]


def test_the_front_door_can_queue_and_set_aside_and_tell_and_nothing_else() -> None:
    assert allowed("ReceiveAlertsFunction") == {
        "logs:CreateLogStream", "logs:PutLogEvents", "secretsmanager:GetSecretValue", "sqs:SendMessage",
        "s3:PutObject", "kms:GenerateDataKey", "kms:Decrypt", "sns:Publish",
        "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes",  # of the topic's queue
    }  # fmt: skip


def test_only_the_sweeper_looks_for_what_is_due_and_into_the_history_of_the_mode() -> None:
    everywhere = allowed("RespondFunction")

    assert "ssm:GetParameterHistory" not in everywhere
    assert {"ssm:GetParameterHistory", "ssm:GetParametersByPath"} <= allowed("SweepFunction")
    assert [it["Sid"] for it in statements("SweepRole") if "/index/due" in str(it["Resource"])] == ["FindWhatIsDue"]
    assert "/index/due" not in str(statements("RespondingPolicy")) + str(statements("RespondRole"))


def test_only_the_sealer_signs_and_all_it_writes_is_seals_and_the_head() -> None:
    denied = properties("SealKey")["KeyPolicy"]["Statement"][1]
    writing = {"s3:PutObject", "ssm:PutParameter", "kms:Sign"}

    assert allowed("SealAuditFunction") >= writing
    assert not any("kms:Sign" in allowed(name) for name in FUNCTIONS if name != "SealAuditFunction")
    assert (denied["Effect"], denied["Action"]) == ("Deny", "kms:Sign")
    assert denied["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": {"Fn::GetAtt": ["SealAuditRole", "Arn"]}}}


def test_the_sealing_key_signs_what_is_hashed_already_on_a_curve_that_everybody_can_check() -> None:
    assert (properties("SealKey")["KeySpec"], properties("SealKey")["KeyUsage"]) == ("ECC_NIST_P256", "SIGN_VERIFY")


def test_the_desk_of_links_writes_nothing_but_what_was_done_with_a_link_and_passes_answers_on() -> None:
    writing = next(it for it in statements("DecideApprovalRole") if "dynamodb:PutItem" in actions(it))

    assert writing["Condition"] == {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["LINK#*"]}, "Null": {"dynamodb:LeadingKeys": "false"},
    }  # fmt: skip
    assert allowed("DecideApprovalFunction") == {
        "logs:CreateLogStream", "logs:PutLogEvents", "secretsmanager:GetSecretValue", "sqs:SendMessage",
        "dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem",
    }  # fmt: skip


def test_nothing_of_the_links_stands_unless_it_is_wanted() -> None:
    theirs = [name for name in RESOURCES if name.startswith(("DecideApproval", "ApprovalKey"))]

    assert STACK["Parameters"]["ApprovalLinks"]["Default"] == "false"
    assert len(theirs) == 6
    assert {RESOURCES[name].get("Condition") for name in theirs} == {"ApprovalsByLink"}


def test_no_log_of_the_door_holds_a_link() -> None:
    assert "$context.path" not in str(properties("WebhookApi")["AccessLogSetting"])


def test_an_hour_is_sealed_ten_minutes_after_it_is_over() -> None:
    assert properties("SealAuditFunction")["Events"]["EveryHour"]["Properties"]["Schedule"] == "cron(10 * * * ? *)"
    assert timedelta(minutes=10) == DELAY


def test_an_audit_that_is_not_sealed_is_noticed_by_its_silence() -> None:
    alarm = properties("SealMissingAlarm")

    assert (alarm["ComparisonOperator"], alarm["Threshold"], alarm["EvaluationPeriods"]) == ("LessThanThreshold", 1, 2)
    assert alarm["TreatMissingData"] == "breaching"


def test_a_target_is_touched_only_through_the_remediation_role_and_only_by_who_holds_a_lease() -> None:
    trusted = properties("RemediationRole")["AssumeRolePolicyDocument"]["Statement"]
    touching = {action for name in FUNCTIONS for action in allowed(name) if action.startswith("sagemaker:")}

    assert [it["Principal"]["AWS"] for it in trusted] == [
        [{"Fn::GetAtt": ["RespondRole", "Arn"]}, {"Fn::GetAtt": ["SweepRole", "Arn"]}]
    ]
    assert not touching
    assert "sts:AssumeRole" not in allowed("ReceiveAlertsFunction")


# ── Parameters and outputs ───────────────────────────────────────────────────────────────────────────────────────


def test_nobody_can_deploy_without_a_subscriber_and_a_decision_about_the_audit() -> None:
    required = {name for name, it in STACK["Parameters"].items() if "Default" not in it}

    assert required == {"SubscriberEmail", "AuditMode"}
    assert properties("PagesToEmail")["Endpoint"] == {"Ref": "SubscriberEmail"}


def test_the_switch_knows_the_modes_of_the_code_and_starts_by_observing() -> None:
    modes = [str(mode) for mode in Mode]

    assert STACK["Parameters"]["InitialMode"]["AllowedValues"] == modes
    assert STACK["Parameters"]["InitialMode"]["Default"] == Mode.OBSERVE
    assert properties("GlobalMode")["AllowedPattern"] == f"^({'|'.join(modes)})$"


@pytest.mark.parametrize(
    ("parameter", "given", "accepted"),
    [
        ("PrometheusUrl", "", True),
        ("PrometheusUrl", "http://prometheus.monitoring:9090", True),
        ("PrometheusUrl", "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1", True),
        ("PrometheusUrl", "http://prometheus:9090/", False),
        ("PrometheusUrl", "http://prometheus:9090/api/v1", False),
        ("PrometheusUrl", "prometheus:9090", False),
        ("AlertmanagerUrl", "http://alertmanager:9093/api/v2", False),
        ("SubscriberEmail", "oncall@example.com", True),
        ("SubscriberEmail", "", False),
        ("SubscriberEmail", "a@example.com,b@example.com", False),
        ("AmpWorkspaceId", "ws-0a1b", True),
        ("AmpWorkspaceId", "arn:aws:aps:us-east-1:1:workspace/ws-0a1b", False),
        ("PagerDutySecretName", "prod/pagerduty", True),
        ("PagerDutySecretName", "two words", False),
    ],
)
def test_a_mistyped_parameter_is_refused_at_the_door(parameter: str, given: str, accepted: bool) -> None:  # noqa: FBT001  # a column of the table
    pattern = STACK["Parameters"][parameter]["AllowedPattern"]

    assert bool(re.search(pattern, given)) is accepted


def test_every_parameter_has_a_place_in_the_form() -> None:
    groups = STACK["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    shown = [name for group in groups for name in group["Parameters"]]

    assert sorted(shown) == sorted(STACK["Parameters"])


def test_the_outputs_are_those_that_others_read() -> None:
    assert set(STACK["Outputs"]) >= {
        "WebhookUrl", "AlertsQueueUrl", "DeadLettersQueueUrl", "JournalTable", "AuditBucket", "QuarantineBucket",
        "PagesTopicArn", "WebhookTokensSecret", "ModePrefix", "RemediationRoleArn", "ReceiveAlertsFunction",
        "RespondFunction", "SweepFunction", "DashboardName",
    }  # fmt: skip


# ── Watching the responder ───────────────────────────────────────────────────────────────────────────────────────

ALARMS = of_type("AWS::CloudWatch::Alarm")


@pytest.mark.parametrize("name", ALARMS)
def test_every_alarm_reaches_a_person_and_says_what_to_look_at(name: str) -> None:
    alarm = properties(name)

    assert alarm["AlarmActions"] == [{"Fn::If": ["OwnAlarmTopic", {"Ref": "AlarmTopicArn"}, {"Ref": "PagesTopic"}]}]
    assert len(alarm["AlarmDescription"]) > 40


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_every_function_has_its_alarm(metric: str) -> None:
    watched = {
        it["Properties"]["Dimensions"][0]["Value"]["Ref"]
        for it in ALARMS.values()
        if it["Properties"]["MetricName"] == metric
    }

    assert watched == set(FUNCTIONS)


def test_a_sweeper_that_does_not_run_is_noticed_by_its_silence() -> None:
    alarm = properties("SweeperNotRunAlarm")

    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
    assert alarm["TreatMissingData"] == "breaching"


def test_an_alarm_watches_what_the_code_says_of_the_whole_stack() -> None:
    alarms = [it["Properties"] for it in ALARMS.values() if it["Properties"]["Namespace"] == "LLMAlertResponder"]

    assert {alarm["MetricName"] for alarm in alarms} == {
        "DueLag", "ExportBacklog", "NoticesFailing", "TooLarge", "BooksUnreadable", "AlertsQuarantined",
        "HoursSealed", "AuditFaults",
    }  # fmt: skip
    for alarm in alarms:
        assert alarm["Dimensions"] == [{"Name": "service", "Value": {"Ref": "AWS::StackName"}}]
        assert emitted()[alarm["MetricName"]] == {"service"}


def test_the_dashboard_shows_every_metric_of_the_code_by_the_dimensions_it_has() -> None:
    assert on_the_dashboard() == emitted()
