"""What an answer of AWS means for a change we asked for, or for a look at something."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from responder.adapters import aws
from responder.adapters.roles import RemediationRoles
from responder.domain.remediation import Outcome
from responder.domain.target import Target
from responder.errors import ActionFailed, CannotKnow, NotThere

Part = TypeVar("Part", bound=tuple[str, ...])
_THEIR_FAULT = 500
_NOT_OURS = frozenset(
    {
        "ValidationException", "AccessDeniedException", "ResourceNotFoundException", "NotFoundException",
        "ParameterNotFound", "BadRequestException", "InvalidParameterValueException", "ListenerNotFound",
        "RuleNotFound", "TargetGroupNotFound", "ClusterNotFoundException", "ServiceNotFoundException",
        "ApplicationDoesNotExistException", "DeploymentGroupDoesNotExistException", "DeploymentDoesNotExistException",
        "AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist",
    }
)  # fmt: skip


def ask_once(
    roles: RemediationRoles, service: str, target: Target, token: str, call: Callable[[Any], dict[str, Any]]
) -> Outcome:
    """Ask for a change once, under the action's own session, and say what became of it."""
    try:
        client = roles.client_once(service, target, token)
    except ActionFailed as error:
        return Outcome("refused", str(error))  # nothing was asked yet
    try:
        answer = call(client)
    except aws.TROUBLE as error:
        return _no(error)
    return Outcome("accepted", "accepted", answer.get("ResponseMetadata", {}).get("RequestId"))


def one_by_one(parts: Sequence[Part], ask: Callable[[Part], Outcome], what: str) -> Outcome:
    """Move one part after the other; where one has followed the change is under way, and is asked for until all have.

    Each part begins with its name; `what` says what becomes of one.
    """
    outcome = Outcome("accepted", "accepted")
    for done, part in enumerate(parts):
        outcome = ask(part)
        if outcome.result != "accepted":
            says = f"{done} of {len(parts)} {what}; {part[0]}: {outcome.says}"
            return Outcome("accepted" if done else outcome.result, says, outcome.request_id)
    return outcome


def look(roles: RemediationRoles, service: str, target: Target, what: str, call: Callable[[Any], Any]) -> Any:  # noqa: ANN401  # boto3 has no types
    """Look at something; raise NotThere when it does not exist or is not ours to see, CannotKnow on any trouble."""
    try:
        return call(roles.client(service, target))
    except aws.TROUBLE as error:
        kind = NotThere if aws.code_of(error) in _NOT_OURS else CannotKnow
        raise kind(f"{what}: {aws.code_of(error)}") from error


def _no(error: Exception) -> Outcome:
    """A refusal is an answer; a fault of theirs, or silence, leaves open whether it happened."""
    if isinstance(error, ClientError) and aws.http_status(error) < _THEIR_FAULT:
        said = error.response.get("Error", {}).get("Message", "")
        request_id = error.response.get("ResponseMetadata", {}).get("RequestId")
        return Outcome("refused", f"{aws.code_of(error)}: {said}"[:500], request_id)
    return Outcome("unknown", f"the answer was lost: {aws.code_of(error)}")
