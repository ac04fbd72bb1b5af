"""Look and change over HTTP where nothing is compared: a change is asked for once and looked at again."""

from typing import Any, Literal

from responder.adapters.http import Http
from responder.domain.plain import canonical
from responder.domain.remediation import Outcome
from responder.errors import CannotKnow, NotThere

SECONDS = 5.0
_NOT_FOUND = 404
_THEIR_FAULT = 500


def look(http: Http, url: str, what: str) -> Any:  # noqa: ANN401  # the caller checks its shape
    """Return what it says; raise NotThere when it knows no such thing, CannotKnow when it does not say."""
    answer = http.ask("GET", url)
    if answer.status == _NOT_FOUND:
        raise NotThere(f"{what}: it knows no such thing")
    if not answer.ok:
        raise CannotKnow(f"{what}: HTTP {answer.status}")
    return answer.json()


def change(http: Http, method: str, url: str, body: object) -> Outcome:
    """Ask once; a fault of theirs, or no answer, leaves open whether it was done."""
    try:
        answer = http.ask(method, url, canonical(body).encode())
    except CannotKnow as error:
        return Outcome("unknown", f"the answer was lost: {error}")
    if answer.ok:
        return Outcome("accepted", "accepted")
    result: Literal["refused", "unknown"] = "refused" if answer.status < _THEIR_FAULT else "unknown"
    return Outcome(result, f"HTTP {answer.status}: {answer.excerpt}")
