"""What a person did about an incident where they were told of it: in PagerDuty, or in Jira."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from responder.domain.plain import canonical, sha256


class Did(StrEnum):
    """The three things a person does; each means that they have it."""

    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    REOPENED = "reopened"


@dataclass(frozen=True)
class Said:
    """One word of a person; `event` is the outside's id of it, the same when it is delivered again."""

    incident: str
    did: Did
    by: str
    via: str
    at: datetime
    event: str
    resource: str = ""
    redrives: int = 0

    @property
    def group_id(self) -> str:
        """The target's group: only who holds the target writes to its journal."""
        return sha256(self.resource)

    @property
    def deduplication_id(self) -> str:
        return sha256(canonical([self.via, self.event, self.incident, self.redrives]))
