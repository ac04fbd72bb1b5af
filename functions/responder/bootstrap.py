"""Put the pieces together: settings and adapters become a front door or a world. Once per process, when first used."""

import functools
import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from responder.adapters import aws
from responder.adapters.agenda_table import AgendaTable
from responder.adapters.alert_queue import Redelivery, SqsAlertQueue
from responder.adapters.alert_view import AlertmanagerView, PrometheusView
from responder.adapters.alertmanager_webhook import read_notification
from responder.adapters.audit_bucket import AuditBucket
from responder.adapters.audit_lock import AuditLock
from responder.adapters.http import Http, bearer, sigv4
from responder.adapters.journal_table import JournalTable
from responder.adapters.modes import ModeParameters
from responder.adapters.pagerduty import PagerDuty
from responder.adapters.prometheus import Prometheus
from responder.adapters.quarantine import S3Quarantine
from responder.adapters.releases_table import ReleasesTable
from responder.adapters.roles import RemediationRoles
from responder.adapters.runbook_files import read_compiled
from responder.adapters.sagemaker_endpoint import SageMakerEndpoint
from responder.adapters.secret import Secret
from responder.adapters.sns_topic import SnsTopic
from responder.adapters.tokens import SecretTokens
from responder.domain.audit import Actor
from responder.domain.runbook import Library
from responder.ports import AlertView, Channel, LockView, Metrics, Quarantine
from responder.settings import MetricsAuth, ReceiveAlertsSettings, RespondSettings, SweepSettings, read_settings
from responder.workflow.gather import gather
from responder.workflow.receive_alerts import FrontDoor
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
def redelivery() -> Redelivery:
    return Redelivery(read_settings(RespondSettings, os.environ).alerts_queue_url, aws.client("sqs"))


@functools.cache
def quarantine() -> Quarantine:
    return S3Quarantine(read_settings(RespondSettings, os.environ).quarantine_bucket, aws.client("s3"))


@functools.cache
def audit_lock() -> LockView:
    return AuditLock(read_settings(SweepSettings, os.environ).audit_bucket, aws.client("s3"))


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
    return World(
        actor=Actor(kind, name, settings.responder_version),
        library=books,
        journal=JournalTable(settings.journal_table, table),
        agenda=AgendaTable(settings.journal_table, table),
        audit=AuditBucket(settings.audit_bucket, aws.client("s3")),
        metrics=metrics,
        alerts=_alerts(settings, metrics),
        modes=ModeParameters(settings.mode_prefix, aws.client("ssm")),
        remediator=SageMakerEndpoint(RemediationRoles(settings.remediation_role_arn, aws.client("sts"))),
        releases=ReleasesTable(settings.journal_table, table),
        channels=tuple(_channels(settings)),
        gather=gather,
        time_left=timedelta,
        links={"responder dashboard": settings.dashboard_url} if settings.dashboard_url else {},
    )


def _channels(settings: SweepSettings) -> Sequence[Channel]:
    topic = SnsTopic(settings.pages_topic_arn, aws.client("sns"))
    if not settings.pagerduty_secret:
        return (topic,)
    key = Secret(settings.pagerduty_secret, aws.client("secretsmanager"))
    return (PagerDuty(settings.pagerduty_url, key, Http()), topic)


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
