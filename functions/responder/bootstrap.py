"""Put the pieces together: settings and adapters become a front door or a world. Once per process, when first used."""

import functools
import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from responder.adapters import aws
from responder.adapters.agenda_table import AgendaTable
from responder.adapters.alert_queue import Redelivery, SqsAlertQueue
from responder.adapters.alert_view import AlertmanagerView, PrometheusView
from responder.adapters.alertmanager_webhook import read_notification
from responder.adapters.api_limits import ApiStage, UsagePlan
from responder.adapters.audit_bucket import AuditBucket
from responder.adapters.audit_lock import AuditLock
from responder.adapters.audit_trail import AuditTrail
from responder.adapters.head_parameter import HeadParameter
from responder.adapters.http import Http, bearer, sigv4
from responder.adapters.jira import Jira, basic
from responder.adapters.journal_table import JournalTable
from responder.adapters.kms_signer import KmsSigner
from responder.adapters.lambda_alias import LambdaAlias
from responder.adapters.limits_document import LimitsDocument
from responder.adapters.log_lines import CloudWatchLogs
from responder.adapters.modes import ModeParameters
from responder.adapters.ops_items import OpsItems
from responder.adapters.pagerduty import PagerDuty
from responder.adapters.platform_counters import PlatformCounters
from responder.adapters.prometheus import Prometheus
from responder.adapters.quarantine import S3Quarantine
from responder.adapters.registry_bucket import RegistryBucket
from responder.adapters.registry_table import RegistryTable
from responder.adapters.releases_table import ReleasesTable
from responder.adapters.roles import RemediationRoles
from responder.adapters.runbook_files import read_compiled
from responder.adapters.sagemaker_endpoint import SageMakerEndpoint
from responder.adapters.secret import Secret
from responder.adapters.sns_topic import SnsTopic
from responder.adapters.tokens import SecretTokens
from responder.adapters.version_parameter import VersionParameter
from responder.domain.audit import Actor
from responder.domain.levers import PLANNERS
from responder.domain.plain import sha256
from responder.domain.runbook import Library
from responder.domain.touch import TouchKind
from responder.ports import AlertQueue, AlertView, Channel, LockView, Metrics, Quarantine, Remediator
from responder.settings import (
    MetricsAuth,
    ReceiveAlertsSettings,
    RespondSettings,
    SealSettings,
    SnapshotSettings,
    SweepSettings,
    read_settings,
)
from responder.workflow.gather import side_by_side
from responder.workflow.receive_alerts import FrontDoor
from responder.workflow.seal_audit import Sealing
from responder.workflow.snapshot_registry import Snapshotting
from responder.workflow.world import World

COMPILED = Path(__file__).parent.parent / "runbooks.json"


@functools.cache
def library() -> Library:
    """Read the runbooks that were compiled into the artifact."""
    return read_compiled(COMPILED)


@functools.cache
def front_door() -> FrontDoor:
    settings = read_settings(ReceiveAlertsSettings, os.environ)
    return FrontDoor(
        queue=SqsAlertQueue(settings.alerts_queue_url, aws.client("sqs")),
        quarantine=S3Quarantine(settings.quarantine_bucket, aws.client("s3")),
        tokens=SecretTokens(Secret(settings.webhook_tokens_secret, aws.client("secretsmanager"))),
        read=read_notification,
        targets=library().targets,
    )


@functools.cache
def alerts_queue() -> AlertQueue:
    return SqsAlertQueue(read_settings(RespondSettings, os.environ).alerts_queue_url, aws.client("sqs"))


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
    """Build what a snapshot takes: under the function's own role, which can only look at the registry."""
    settings = read_settings(SnapshotSettings, os.environ)
    return Snapshotting(
        registry=RegistryTable(RemediationRoles("", aws.client("sts"))),
        snapshots=RegistryBucket(settings.audit_bucket, aws.client("s3")),
        journal=JournalTable(settings.journal_table, aws.client("dynamodb")),
    )


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
    registry = RegistryTable(roles)
    things: Mapping[TouchKind, Remediator] = {**running, **_limits(roles), TouchKind.REGISTRY: registry}
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
    )


def _published() -> str:
    """Name the function's version as Lambda does; nothing at the command line."""
    name, version = os.environ.get("AWS_LAMBDA_FUNCTION_NAME"), os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
    return f"{name}:{version}" if name else ""


@functools.cache
def _config_sha256() -> str:
    """Digest everything the machine was allowed: all runbooks and services of the artifact."""
    return sha256(COMPILED.read_bytes()) if COMPILED.exists() else ""


def _running(roles: RemediationRoles) -> dict[TouchKind, SageMakerEndpoint | LambdaAlias | VersionParameter]:
    """What runs releases, by kind."""
    return {
        TouchKind.SAGEMAKER_ENDPOINT: SageMakerEndpoint(roles),
        TouchKind.LAMBDA_ALIAS: LambdaAlias(roles),
        TouchKind.VERSION_PARAMETER: VersionParameter(roles),
    }


def _limits(roles: RemediationRoles) -> dict[TouchKind, Remediator]:
    """What lets traffic in, by kind."""
    return {
        TouchKind.USAGE_PLAN: UsagePlan(roles),
        TouchKind.API_STAGE: ApiStage(roles),
        TouchKind.LIMITS_DOCUMENT: LimitsDocument(roles),
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


def _metrics(settings: SweepSettings) -> Metrics | None:
    return Prometheus(settings.prometheus_url, _http(settings)) if settings.prometheus_url else None


def _alerts(settings: SweepSettings, metrics: Metrics | None) -> AlertView | None:
    if settings.alertmanager_url:
        return AlertmanagerView(settings.alertmanager_url, _http(settings))
    return PrometheusView(metrics) if metrics else None


def _http(settings: SweepSettings) -> Http:
    match settings.metrics_auth:
        case MetricsAuth.BEARER:
            return Http(bearer(Secret(settings.metrics_token_secret, aws.client("secretsmanager"))))
        case MetricsAuth.SIGV4:
            return Http(sigv4())
        case _:
            return Http()
