"""The role under which a target is touched: one per account, assumed through STS, credentials kept while they last."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from responder.adapters import aws
from responder.domain.target import Target
from responder.errors import CannotKnow, NotThere

LASTS = timedelta(minutes=15)  # the shortest STS gives
MARGIN = timedelta(minutes=2)
OBSERVE = "observe"
Identity = dict[str, str]


class RemediationRoles:
    """Makes clients in a target's account and region; the session's name says in CloudTrail for which action."""

    def __init__(self, home_role: str, sts: Any, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:  # noqa: ANN401  # boto3 has no types
        self._home_role, self._sts, self._clock = home_role, sts, clock
        self._identities: dict[tuple[str, str], tuple[datetime, Identity]] = {}
        self._clients: dict[tuple[str, str, str], tuple[Identity, Any]] = {}

    def client(self, service: str, target: Target) -> Any:  # noqa: ANN401  # boto3 has no types
        """Return a client to look with."""
        identity = self._identity(target, OBSERVE)
        key = (service, target.region, target.role_arn or self._home_role)
        made_for, client = self._clients.get(key, (None, None))
        if made_for != identity:
            client = aws.make_client(service, region=target.region, identity=identity)
            self._clients[key] = (identity, client)
        return client

    def client_once(self, service: str, target: Target, session: str) -> Any:  # noqa: ANN401  # boto3 has no types
        """Make a client to act with: one try per call, under a session of its own."""
        return aws.make_client(service, region=target.region, identity=self._identity(target, session), once=True)

    def _identity(self, target: Target, session: str) -> Identity:
        role = target.role_arn or self._home_role
        if not role:
            return {}
        alive = {key: kept for key, kept in self._identities.items() if kept[0] > self._clock() + MARGIN}
        if (role, session) not in alive:
            alive[role, session] = self._assume(role, target.external_id, session)
        self._identities = alive
        return alive[role, session][1]

    def _assume(self, role: str, external_id: str | None, session: str) -> tuple[datetime, Identity]:
        asked = {"ExternalId": external_id} if external_id else {}
        try:
            given = self._sts.assume_role(
                RoleArn=role, RoleSessionName=session, DurationSeconds=int(LASTS.total_seconds()), **asked
            )["Credentials"]
        except aws.TROUBLE as error:
            kind = NotThere if aws.code_of(error) == "AccessDenied" else CannotKnow
            raise kind(f"cannot assume {role}: {aws.code_of(error)}") from error
        return given["Expiration"], {
            "aws_access_key_id": given["AccessKeyId"],
            "aws_secret_access_key": given["SecretAccessKey"],
            "aws_session_token": given["SessionToken"],
        }
