"""A person's yes or no to one proposal.

It is bound to the plan it was given for: when the plan has changed since, it is no answer to the new one. No answer
in time is a no.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Answer:
    """Who said what to which plan.

    `by` is who they say they are, as AWS told them; `sender` is whom SQS saw sending the answer, which nobody can
    claim (an IAM user's or role's unique id, with the session's name).
    """

    incident: str
    plan_sha256: str
    yes: bool
    by: str
    at: datetime
    sender: str | None = None
