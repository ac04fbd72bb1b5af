"""Put the front door together, and import nothing else: Alertmanager waits for its cold start."""

import functools
import os
from pathlib import Path

from responder.adapters import aws
from responder.adapters.alert_queue import SqsAlertQueue
from responder.adapters.alertmanager_webhook import read_notification
from responder.adapters.quarantine import S3Quarantine
from responder.adapters.runbook_files import read_compiled
from responder.adapters.secret import Secret
from responder.adapters.tokens import SecretTokens
from responder.domain.runbook import Library
from responder.settings import ReceiveAlertsSettings, read_settings
from responder.workflow.receive_alerts import FrontDoor

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
