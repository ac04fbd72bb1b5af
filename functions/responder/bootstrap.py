"""Put the pieces together: settings and adapters become a front door or a world. Once per process, when first used."""

import functools
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from responder import doorway
from responder.adapters import aws
from responder.adapters.agenda_table import AgendaTable
from responder.adapters.alert_list import AlertmanagerList
from responder.adapters.alert_queue import Redelivery, SqsAlertQueue
from responder.adapters.alert_view import AlertmanagerView, PrometheusView
from responder.adapters.api_limits import ApiStage, UsagePlan
from responder.adapters.appconfig_document import AppConfigDocument
from responder.adapters.audit_bucket import AuditBucket
from responder.adapters.audit_lock import AuditLock
from responder.adapters.audit_trail import AuditTrail
from responder.adapters.codedeploy import CodeDeployHooks, CodeDeployRollout
from responder.adapters.config_rollout import ConfigRollout
from responder.adapters.dead_letter_queue import DeadLetterQueue
from responder.adapters.ecs_service import EcsService
from responder.adapters.event_bus import EventBus
from responder.adapters.head_parameter import HeadParameter
from responder.adapters.http import Http, bearer, sigv4
from responder.adapters.inference_component import InferenceComponent
from responder.adapters.jira import Jira, basic
from responder.adapters.journal_table import JournalTable
from responder.adapters.kms_signer import KmsSigner
from responder.adapters.lambda_alias import LambdaAlias
from responder.adapters.link_uses import LinkUsesTable
from responder.adapters.listener_weights import ListenerWeights
from responder.adapters.litellm_circuit import LiteLlmCircuit
from responder.adapters.litellm_team import LiteLlmTeam
from responder.adapters.log_ledger import LogLedger
from responder.adapters.log_lines import CloudWatchLogs
from responder.adapters.modes import ModeParameters
from responder.adapters.ops_items import OpsItems
from responder.adapters.pagerduty import PagerDuty
from responder.adapters.people_webhooks import is_signed, read_people
from responder.adapters.platform_counters import PlatformCounters
from responder.adapters.prometheus import Prometheus
from responder.adapters.quarantine import S3Quarantine
from responder.adapters.reevaluation import Reevaluation
from responder.adapters.registries import Registries
from responder.adapters.registry_bucket import RegistryBucket
from responder.adapters.releases_table import ReleasesTable
from responder.adapters.roles import RemediationRoles
from responder.adapters.sagemaker_endpoint import SageMakerEndpoint
from responder.adapters.scalable_target import ScalableTarget
from responder.adapters.secret import Secret
from responder.adapters.sns_topic import SnsTopic
from responder.adapters.target_group import TargetGroup
from responder.adapters.tokens import SecretTokens
from responder.adapters.traces_bucket import TracesBucket
from responder.adapters.variant_weights import VariantWeights
from responder.adapters.version_parameter import VersionParameter
from responder.adapters.vllm_adapter import VllmAdapter
from responder.domain.audit import Actor
from responder.domain.levers import PLANNERS
from responder.domain.plain import sha256
from responder.domain.runbook import Library
from responder.domain.serving.service_level import ServiceLevel, parse_service_levels
from responder.domain.touch import DOCUMENTS, TouchKind
from responder.doorway import library
from responder.ports import AlertQueue, AlertView, Channel, LockView, Metrics, Quarantine, Remediator
from responder.settings import (
    ApprovalSettings,
    BooksSettings,
    EvaluationSettings,
    GateSettings,
    HearSettings,
    MetricsAuth,
    RespondSettings,
    SealSettings,
    SnapshotSettings,
    SweepSettings,
    TraceSettings,
    read_settings,
)
from responder.workflow.balance_books import Books
from responder.workflow.decide_approval import Desk
from responder.workflow.evaluate_model import Evaluating
from responder.workflow.gate_release import Gatehouse
from responder.workflow.gather import side_by_side
from responder.workflow.hear_people import Ears
from responder.workflow.seal_audit import Sealing
from responder.workflow.snapshot_registry import Snapshotting
from responder.workflow.world import Door, World

Running = SageMakerEndpoint | LambdaAlias | VersionParameter | EcsService | InferenceComponent | VllmAdapter
LEVELS = Path(__file__).parent.parent / "service_levels.yaml"


@functools.cache
def alerts_queue() -> AlertQueue:
    return SqsAlertQueue(read_settings(RespondSettings, os.environ).alerts_queue_url, aws.client("sqs"))


@functools.cache
def books() -> Books:
    settings = read_settings(BooksSettings, os.environ)
    return Books(
        ledger=LogLedger(settings.front_door_log, aws.client("logs")),
        listed=AlertmanagerList(settings.alertmanager_url, _http(settings)) if settings.alertmanager_url else None,
        queue=alerts_queue(),
        receiver=settings.alertmanager_receiver,
    )


@functools.cache
def ears() -> Ears:
    settings = read_settings(HearSettings, os.environ)
    return Ears(
        secrets=SecretTokens(Secret(settings.people_secret, aws.client("secretsmanager"))),
        is_signed=is_signed,
        read=read_people,
        journal=JournalTable(settings.journal_table, aws.client("dynamodb")),
        queue=SqsAlertQueue(settings.alerts_queue_url, aws.client("sqs")),
    )


@functools.cache
def desk() -> Desk:
    settings = read_settings(ApprovalSettings, os.environ)
    table = aws.client("dynamodb")
    return Desk(
        key=_key(settings.approval_key_secret),
        journal=JournalTable(settings.journal_table, table),
        uses=LinkUsesTable(settings.journal_table, table),
        queue=SqsAlertQueue(settings.alerts_queue_url, aws.client("sqs")),
    )


@functools.cache
def redelivery() -> Redelivery:
    return Redelivery(read_settings(RespondSettings, os.environ).alerts_queue_url, aws.client("sqs"))


@functools.cache
def quarantine() -> Quarantine:
    return S3Quarantine(read_settings(RespondSettings, os.environ).quarantine_bucket, aws.client("s3"))


@functools.cache
def audit_lock() -> LockView:
    return AuditLock(read_settings(SweepSettings, os.environ).audit_bucket, aws.client("s3"))


@functools.cache
def sealing() -> Sealing:
    """Build what sealing takes; the handler puts in whether there is time for one more hour."""
    settings = read_settings(SealSettings, os.environ)
    trail = AuditTrail(settings.audit_bucket, aws.client("s3"))
    return Sealing(
        trail=trail,
        shelf=trail,
        signer=KmsSigner(settings.seal_key_id, aws.client("kms")),
        heads=HeadParameter(settings.seal_head, aws.client("ssm")),
        actor=Actor("function", "seal_audit", settings.responder_version, _published()),
        policy=trail.policy,
        enough_time=lambda: True,
    )


@functools.cache
def snapshotting() -> Snapshotting:
    """Build what a snapshot takes: under the function's own role, which can only look at registries."""
    settings = read_settings(SnapshotSettings, os.environ)
    return Snapshotting(
        registry=Registries(RemediationRoles("", aws.client("sts"))),
        snapshots=RegistryBucket(settings.audit_bucket, aws.client("s3")),
        journal=JournalTable(settings.journal_table, aws.client("dynamodb")),
    )


def _levels() -> Sequence[ServiceLevel]:
    return parse_service_levels(LEVELS.read_text(encoding="utf-8"), LEVELS.name)


@functools.cache
def gatehouse() -> Gatehouse:
    settings = read_settings(GateSettings, os.environ)
    table = aws.client("dynamodb")
    return Gatehouse(
        library=library(),
        levels=_levels(),
        journal=JournalTable(settings.journal_table, table),
        releases=ReleasesTable(settings.journal_table, table),
        metrics=_metrics(settings),
        actor=Actor("function", "gate_release", settings.responder_version, _published(), _config_sha256()),
    )


@functools.cache
def evaluating() -> Evaluating:
    settings = read_settings(EvaluationSettings, os.environ)
    return Evaluating(
        traces=TracesBucket(settings.traces_bucket, aws.client("s3")),
        jobs=EventBus(aws.client("events")),
        metrics=_metrics(settings),
        queue=SqsAlertQueue(settings.alerts_queue_url, aws.client("sqs")),
        targets=library().targets,
        levels=_levels(),
    )


@functools.cache
def trace_settings() -> TraceSettings:
    return read_settings(TraceSettings, os.environ)


@functools.cache
def _user_key_secret() -> Secret:
    return Secret(trace_settings().user_key_secret, aws.client("secretsmanager"))


def user_key() -> bytes:
    """Return the key as it is now; raise ActionFailed when there is none."""
    return _user_key_secret().read().encode()


def hook_target() -> str:
    return read_settings(GateSettings, os.environ).hook_target


@functools.cache
def hooks() -> CodeDeployHooks:
    return CodeDeployHooks(aws.client("codedeploy"))


@functools.cache
def modes() -> ModeParameters:
    return ModeParameters(read_settings(SweepSettings, os.environ).mode_prefix, aws.client("ssm"))


@functools.cache
def world(name: str) -> World:
    """Build the world of a function; the handler puts in how much time its invocation has left."""
    return make_world(read_settings(SweepSettings, os.environ), library(), name)


def make_world(settings: SweepSettings, books: Library, name: str, kind: str = "function") -> World:
    table = aws.client("dynamodb")
    metrics = _metrics(settings)
    roles = RemediationRoles(settings.remediation_role_arn, aws.client("sts"))
    running = _running(roles)
    registry = Registries(roles)
    known = {**_limits(roles), **_rollouts(roles), **_load(roles), **_afterwards(roles), **registry.kinds}
    things: Mapping[TouchKind, Remediator] = {**running, **known}
    return World(
        actor=Actor(kind, name, settings.responder_version, _published(), _config_sha256()),
        library=books,
        journal=JournalTable(settings.journal_table, table),
        agenda=AgendaTable(settings.journal_table, table),
        audit=AuditBucket(settings.audit_bucket, aws.client("s3")),
        metrics=metrics,
        alerts=_alerts(settings, metrics),
        modes=ModeParameters(settings.mode_prefix, aws.client("ssm")),
        remediators={lever: things[lever.kind] for lever in PLANNERS},
        configurations=running,
        registry=registry,
        snapshots=RegistryBucket(settings.audit_bucket, aws.client("s3")),
        releases=ReleasesTable(settings.journal_table, table),
        channels=tuple(_channels(settings)),
        ask=side_by_side,
        logs=CloudWatchLogs(roles),
        counters=PlatformCounters(roles),
        time_left=timedelta,
        links=_links(settings),
        door=_door(settings) if kind == "function" else None,
    )


def _published() -> str:
    """Name the function's version as Lambda does; nothing at the command line."""
    name, version = os.environ.get("AWS_LAMBDA_FUNCTION_NAME"), os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
    return f"{name}:{version}" if name else ""


@functools.cache
def _config_sha256() -> str:
    """Digest everything the machine was allowed: all runbooks and services of the artifact."""
    return sha256(doorway.COMPILED.read_bytes()) if doorway.COMPILED.exists() else ""


def _running(roles: RemediationRoles) -> dict[TouchKind, Running]:
    """What runs releases, by kind."""
    return {
        TouchKind.SAGEMAKER_ENDPOINT: SageMakerEndpoint(roles),
        TouchKind.LAMBDA_ALIAS: LambdaAlias(roles),
        TouchKind.VERSION_PARAMETER: VersionParameter(roles),
        TouchKind.ECS_SERVICE: EcsService(roles),
        TouchKind.INFERENCE_COMPONENT: InferenceComponent(roles),
        TouchKind.ADAPTER: VllmAdapter(roles),
    }


def _limits(roles: RemediationRoles) -> dict[TouchKind, Remediator]:
    """What lets traffic in and says how it is served, by kind."""
    return {
        TouchKind.USAGE_PLAN: UsagePlan(roles),
        TouchKind.API_STAGE: ApiStage(roles),
        TouchKind.LITELLM_TEAM: LiteLlmTeam(roles),
        TouchKind.LITELLM_CIRCUIT: LiteLlmCircuit(roles),
        **{kind: AppConfigDocument(kind, roles) for kind in DOCUMENTS},
    }


def _rollouts(roles: RemediationRoles) -> dict[TouchKind, Remediator]:
    """What somebody else rolls out or evaluates, by kind."""
    return {
        TouchKind.EVALUATION: Reevaluation(roles),
        TouchKind.CODEDEPLOY_GROUP: CodeDeployRollout(roles),
        TouchKind.CONFIG_ROLLOUT: ConfigRollout(roles),
    }


def _afterwards(roles: RemediationRoles) -> dict[TouchKind, Remediator]:
    """What is looked after once a service is well again, by kind."""
    return {TouchKind.DEAD_LETTERS: DeadLetterQueue(roles)}


def _load(roles: RemediationRoles) -> dict[TouchKind, Remediator]:
    """How load meets replicas, by kind."""
    return {
        TouchKind.CAPACITY: ScalableTarget(roles),
        TouchKind.VARIANT_WEIGHTS: VariantWeights(roles),
        TouchKind.LISTENER_WEIGHTS: ListenerWeights(roles),
        TouchKind.TARGET_GROUP: TargetGroup(roles),
    }


def _channels(settings: SweepSettings) -> Sequence[Channel]:
    """Return the ways to reach people, the preferred first; the topic is the last resort for everything."""
    channels: list[Channel] = []
    if settings.pagerduty_secret:
        key = Secret(settings.pagerduty_secret, aws.client("secretsmanager"))
        channels.append(PagerDuty(settings.pagerduty_url, key, Http()))
    if settings.jira_url:
        proof = basic(Secret(settings.jira_secret, aws.client("secretsmanager")))
        channels.append(Jira(settings.jira_url, settings.jira_project, settings.jira_issue_type, Http(proof)))
    if settings.ops_items == "true":
        channels.append(OpsItems(aws.client("ssm")))
    return (*channels, SnsTopic(settings.pages_topic_arn, aws.client("sns")))


def _links(settings: SweepSettings) -> Mapping[str, str]:
    """Return what pages point at; Managed Prometheus has no page of its own."""
    graphs = "" if settings.metrics_auth == MetricsAuth.SIGV4 else settings.prometheus_url
    known = {"responder dashboard": settings.dashboard_url, "Prometheus": graphs}
    return {name: url for name, url in known.items() if url}


def _door(settings: SweepSettings) -> Door | None:
    return Door(settings.approval_url, _key(settings.approval_key_secret)) if settings.approval_url else None


def _key(secret: str) -> Callable[[], bytes]:
    kept = Secret(secret, aws.client("secretsmanager"))
    return lambda: kept.read().encode()


def _metrics(settings: SweepSettings | GateSettings | EvaluationSettings) -> Metrics | None:
    return Prometheus(settings.prometheus_url, _http(settings)) if settings.prometheus_url else None


def _alerts(settings: SweepSettings, metrics: Metrics | None) -> AlertView | None:
    if settings.alertmanager_url:
        return AlertmanagerView(settings.alertmanager_url, _http(settings))
    return PrometheusView(metrics) if metrics else None


def _http(settings: SweepSettings | GateSettings | EvaluationSettings) -> Http:
    match settings.metrics_auth:
        case MetricsAuth.BEARER:
            return Http(bearer(Secret(settings.metrics_token_secret, aws.client("secretsmanager"))))
        case MetricsAuth.SIGV4:
            return Http(sigv4())
        case _:
            return Http()
