"""Log lines from CloudWatch Logs, read under the target's remediation role."""

from datetime import datetime

from responder.adapters import aws
from responder.adapters.roles import RemediationRoles
from responder.domain.plain import millis
from responder.domain.target import Target
from responder.errors import ActionFailed, CannotKnow

MOST = 200
TROUBLE = " ".join(  # any of these terms; matching is case-sensitive
    f"?{term}"
    for term in (
        "error", "Error", "ERROR", "exception", "Exception", "fatal", "FATAL", "CRITICAL", "Killed", "killed",
        "OOM", "oom", "memory", "timeout", "timed", "Timeout", "tokenizer", "vocab", "adapter", "LoRA", "lora",
    )
)  # fmt: skip


class CloudWatchLogs:
    """One call per group: the first lines since the start that speak of trouble."""

    def __init__(self, roles: RemediationRoles) -> None:
        self._roles = roles

    def lines(self, target: Target, group: str, since: datetime, until: datetime) -> list[str]:
        try:
            found = self._roles.client("logs", target).filter_log_events(
                logGroupName=group,
                startTime=millis(since),
                endTime=millis(until),
                filterPattern=TROUBLE,
                limit=MOST,
            )
        except aws.TROUBLE as error:
            raise CannotKnow(f"log group {group}: {aws.code_of(error)}") from error
        except ActionFailed as error:
            raise CannotKnow(f"log group {group}: {error}") from error
        return [str(event["message"]) for event in found["events"]]
