"""Errors say who should act.

ResponderError
├── TryAgain          the world is busy: let the queue redeliver
│   └── Fenced        somebody else holds the target, or held it since we read
├── CannotRead        message or runbook makes no sense: quarantine it, tell a person
└── ActionFailed      we tried and it failed: record, escalate
    ├── CannotKnow    the call may or may not have had its effect: look before repeating
    └── NotThere      the outside has no such thing, or refuses us
"""


class ResponderError(Exception):
    """Anything this product raises on purpose."""


class TryAgain(ResponderError):
    """The world is busy; the queue or the next sweep repeats the work."""

    def __init__(self, says: str, after_seconds: int = 10) -> None:
        super().__init__(says)
        self.after_seconds = after_seconds


class Fenced(TryAgain):
    """A conditional write lost: another holder has the target."""


class CannotRead(ResponderError):
    """Input that no retry makes readable."""


class ActionFailed(ResponderError):
    """The outside said no, or did not do what was asked; `after_seconds` is how long it wants to be left alone."""

    def __init__(self, says: str, after_seconds: int = 0) -> None:
        super().__init__(says)
        self.after_seconds = after_seconds


class CannotKnow(ActionFailed):
    """The answer was lost: the effect may have happened."""


class NotThere(ActionFailed):
    """The thing does not exist, or we may not touch it."""
