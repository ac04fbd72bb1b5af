"""What each function is told through its environment; a missing variable stops it with its name and purpose.

The error is "try again": while a function is not configured the front door answers 503 and the queue keeps
its messages, so that nothing is lost until somebody sets it.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from enum import StrEnum
from typing import TypeVar

from responder.domain.serving.sampling import LEAST, MOST
from responder.errors import TryAgain

T = TypeVar("T")


class MetricsAuth(StrEnum):
    """How Prometheus and Alertmanager are asked."""

    NONE = "none"
    BEARER = "bearer"
    SIGV4 = "sigv4"


def _told(purpose: str, default: str | None = None) -> str:
    """Declare a variable, named like its field in capitals; without a default it must be set."""
    declared: str = field(metadata={"purpose": purpose}, default=MISSING if default is None else default)  # type: ignore[assignment]  # MISSING is how a field says "no default"
    return declared


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What every function needs."""

    pages_topic_arn: str = _told("SNS topic that pages, tickets and notes go to")
    responder_version: str = _told("revision of the artifact, for audit records", "unknown")


@dataclass(frozen=True, kw_only=True)
class ReceiveAlertsSettings(Settings):
    """The front door."""

    alerts_queue_url: str = _told("queue alerts.fifo")
    quarantine_bucket: str = _told("bucket for bytes nobody could read")
    webhook_tokens_secret: str = _told("secret with the bearer tokens by source")


@dataclass(frozen=True, kw_only=True)
class SweepSettings(Settings):
    """What advancing an incident takes."""

    journal_table: str = _told("DynamoDB table of the journal")
    audit_bucket: str = _told("Object Lock bucket of the audit records")
    mode_prefix: str = _told("Parameter Store prefix of the modes, like /responder/mode")
    pagerduty_secret: str = _told("secret with the PagerDuty routing key", "")
    pagerduty_url: str = _told("PagerDuty Events v2", "https://events.pagerduty.com/v2/enqueue")
    ops_items: str = _told("true where tickets are OpsItems", "false")
    jira_url: str = _told("base URL of Jira Cloud", "")
    jira_secret: str = _told("secret with e-mail and token for Jira", "")
    jira_project: str = _told("Jira project for tickets of teams without one", "")
    jira_issue_type: str = _told("type of our Jira issues", "Task")
    prometheus_url: str = _told("base URL of Prometheus", "")
    alertmanager_url: str = _told("base URL of Alertmanager", "")
    metrics_auth: str = _told("none, bearer or sigv4", MetricsAuth.NONE)
    metrics_token_secret: str = _told("secret with the bearer token for both", "")
    remediation_role_arn: str = _told("role that touches targets of this account", "")
    dashboard_url: str = _told("link put into pages", "")
    approval_url: str = _told("where proposals can be answered by link", "")
    approval_key_secret: str = _told("secret with the key such links are made with", "")

    def __post_init__(self) -> None:
        if self.metrics_auth not in list(MetricsAuth):
            raise TryAgain(f"METRICS_AUTH is {self.metrics_auth!r}, expected one of {', '.join(MetricsAuth)}")
        if self.metrics_auth == MetricsAuth.BEARER and not self.metrics_token_secret:
            raise TryAgain("METRICS_TOKEN_SECRET is not set, but METRICS_AUTH is bearer")


@dataclass(frozen=True, kw_only=True)
class GateSettings:
    """What the release gate reads; it tells nobody and changes nothing."""

    journal_table: str = _told("DynamoDB table of the journal")
    prometheus_url: str = _told("base URL of Prometheus", "")
    metrics_auth: str = _told("none, bearer or sigv4", MetricsAuth.NONE)
    metrics_token_secret: str = _told("secret with the bearer token for Prometheus", "")
    hook_target: str = _told("target a CodeDeploy hook asks about", "")
    responder_version: str = _told("revision of the artifact", "unknown")


@dataclass(frozen=True, kw_only=True)
class RespondSettings(SweepSettings):
    """The same, fed by the queue."""

    alerts_queue_url: str = _told("queue alerts.fifo")
    quarantine_bucket: str = _told("bucket for bytes nobody could read")


@dataclass(frozen=True, kw_only=True)
class SealSettings(Settings):
    """The sealer."""

    audit_bucket: str = _told("Object Lock bucket of the audit records")
    seal_key_id: str = _told("KMS key that signs the seals")
    seal_head: str = _told("Parameter Store name under which the newest seal is noted")


@dataclass(frozen=True, kw_only=True)
class SnapshotSettings(Settings):
    """The registry's snapshots."""

    journal_table: str = _told("DynamoDB table of the journal")
    audit_bucket: str = _told("Object Lock bucket, which holds the snapshots too")


@dataclass(frozen=True, kw_only=True)
class BooksSettings(RespondSettings):
    """The books: both sides, and where what was missed is put in."""

    front_door_log: str = _told("log group of receive_alerts")
    alertmanager_receiver: str = _told("name of our receiver in Alertmanager", "responder")


@dataclass(frozen=True, kw_only=True)
class EvaluationSettings:
    """Where the traces are, and whom to ask for the money."""

    traces_bucket: str = _told("bucket of the redacted traces")
    alerts_queue_url: str = _told("queue alerts.fifo, which takes what was found")
    prometheus_url: str = _told("base URL of Prometheus", "")
    metrics_auth: str = _told("none, bearer or sigv4", MetricsAuth.NONE)
    metrics_token_secret: str = _told("secret with the bearer token for Prometheus", "")
    responder_version: str = _told("revision of the artifact", "unknown")


@dataclass(frozen=True, kw_only=True)
class TraceSettings:
    """What the redaction of traces is told; it tells nobody and reads one key."""

    text_share: str = _told("share of the traces whose text is kept, 0.01 to 0.1")
    user_key_secret: str = _told("secret with the key under which users are named", "")
    responder_version: str = _told("revision of the artifact", "unknown")

    @property
    def share(self) -> float:
        share = float(self.text_share)
        if not LEAST <= share <= MOST:
            raise TryAgain(f"TEXT_SHARE is {self.text_share}, expected {LEAST} to {MOST}")
        return share


@dataclass(frozen=True, kw_only=True)
class HearSettings(Settings):
    """Where people's words come from and go to."""

    alerts_queue_url: str = _told("queue alerts.fifo")
    journal_table: str = _told("DynamoDB table of the journal")
    people_secret: str = _told("secret with what PagerDuty and Jira sign with")


@dataclass(frozen=True, kw_only=True)
class ApprovalSettings(Settings):
    """Answering by link."""

    alerts_queue_url: str = _told("queue alerts.fifo")
    journal_table: str = _told("DynamoDB table of the journal")
    approval_key_secret: str = _told("secret with the key links are made with")


def read_settings(kind: type[T], environ: Mapping[str, str]) -> T:
    """Read the settings of one function; raise TryAgain naming everything that is missing."""
    declared = fields(kind)  # type: ignore[arg-type]  # the kinds above are dataclasses
    told = {f.name: environ[f.name.upper()] for f in declared if environ.get(f.name.upper())}
    missing = [f for f in declared if f.name not in told and f.default is MISSING]
    if missing:
        named = ", ".join(f"{f.name.upper()} ({f.metadata['purpose']})" for f in missing)
        raise TryAgain(f"not set: {named}")
    return kind(**told)
