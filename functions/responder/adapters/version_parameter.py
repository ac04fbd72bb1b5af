"""A parameter from which a fleet reads the version it runs: look at it, and write another version.

PutParameter compares nothing, so the answer's version is: when it is not the next one after our look, somebody
else wrote in the same moment, and that is said. A version is put into the names of its objects only when it
has the form of one.
"""

import re
from collections.abc import Mapping

from responder.adapters.answers import ask_once, look
from responder.adapters.roles import RemediationRoles
from responder.adapters.sagemaker_artefacts import object_digest
from responder.domain.plans.rollback import VERSION
from responder.domain.release import Artefacts, Configuration
from responder.domain.remediation import Outcome, Snapshot
from responder.domain.target import Target
from responder.domain.touch import VersionParameter as Named
from responder.errors import ActionFailed, NotThere

_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


class VersionParameter:
    """One call to look, one to change; the fleet follows when it reads the parameter next."""

    def __init__(self, roles: RemediationRoles) -> None:
        self._roles = roles

    def observe(self, target: Target) -> Snapshot:
        name = _named(target).parameter
        found = look(self._roles, "ssm", target, f"parameter {name}", lambda c: c.get_parameter(Name=name))["Parameter"]
        return Snapshot(
            current={VERSION: found["Value"]},
            state=f"on {found['Value']}",
            settled=True,
            release=found["Value"],
            revision=str(found["Version"]),
        )

    def configuration(self, target: Target, name: str) -> Configuration:
        if not _VERSION.fullmatch(name):
            return Configuration((), Artefacts(missing=(f"{name!r}, which is no version",)))
        places = [place.replace("{version}", name) for place in _named(target).objects]
        try:
            s3 = self._roles.client("s3", target)
        except ActionFailed as error:
            return Configuration((), Artefacts(missing=(f"{name} ({error})",)))
        digests = {place: object_digest(s3, place) for place in places}
        found = {place: digest for place, digest in digests.items() if digest}
        return Configuration((), Artefacts(found, tuple(place for place in places if place not in found)))

    def apply(self, target: Target, seen: Snapshot, desired: Mapping[str, str], token: str) -> Outcome:
        asked = {"Name": _named(target).parameter, "Value": desired[VERSION], "Overwrite": True}
        written: list[int] = []

        def put(client: object) -> dict[str, object]:
            answer: dict[str, object] = client.put_parameter(**asked)  # type: ignore[attr-defined]  # boto3 has no types
            written.append(int(str(answer["Version"])))
            return answer

        outcome = ask_once(self._roles, "ssm", target, token, put)
        if written and str(written[0] - 1) != seen.revision:
            says = f"version {written[0]} was written over {written[0] - 1}, but {seen.revision} was looked at"
            return Outcome("accepted", f"{says}: somebody else wrote in the same moment", outcome.request_id)
        return outcome


def _named(target: Target) -> Named:
    if not target.touch.version_parameter:
        raise NotThere(f"{target.name} names no version parameter")
    return target.touch.version_parameter
