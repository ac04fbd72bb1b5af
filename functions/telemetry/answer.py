"""What is known of one answered request."""

from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus


class Outcome(StrEnum):
    """How a request ended; `client_error` counts neither as failure nor as request in the error budget."""

    OK = "ok"
    CLIENT_ERROR = "client_error"
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    THROTTLED = "throttled"


@dataclass
class Answer:
    """What the serving code tells of a request; the middleware puts an empty one into the scope for it to fill in.

    `safety_flags` are all categories the classifier raised, `severe_flags` those of which one answer is too many.
    """

    adapter: str = "none"
    input_len: int = 0
    output_len: int = 0
    cost_usd: float = 0.0
    cache_hit: bool = False
    user_hash: str | None = None
    language: str | None = None
    toxicity: float | None = None
    safety_flags: list[str] = field(default_factory=list)
    severe_flags: list[str] = field(default_factory=list)


CLOSED_BY_CLIENT = 499  # what nginx writes when a caller did not wait
_BY_STATUS = {
    HTTPStatus.REQUEST_TIMEOUT: Outcome.TIMEOUT,
    HTTPStatus.GATEWAY_TIMEOUT: Outcome.TIMEOUT,
    CLOSED_BY_CLIENT: Outcome.TIMEOUT,
    HTTPStatus.TOO_MANY_REQUESTS: Outcome.THROTTLED,
}


def outcome_of(status: int) -> Outcome:
    """Tell how a request ended from its HTTP status."""
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Outcome.SERVER_ERROR
    return Outcome.CLIENT_ERROR if status >= HTTPStatus.BAD_REQUEST else Outcome.OK
