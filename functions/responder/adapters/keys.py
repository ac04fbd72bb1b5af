"""Speak HTTP to what a target names, with a key that is a secret of the target's account."""

from responder.adapters.http import Http, bearer
from responder.adapters.roles import RemediationRoles
from responder.adapters.secret import Secret
from responder.domain.target import Target


def http_for(roles: RemediationRoles, target: Target, token: str | None, seconds: float) -> Http:
    """Return the way to speak; the key is read anew each time, because it is rarely asked for and the role runs out."""
    if not token:
        return Http(seconds=seconds)
    return Http(bearer(Secret(token, roles.client("secretsmanager", target))), seconds)
