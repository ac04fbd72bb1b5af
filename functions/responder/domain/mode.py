"""How much the responder is allowed to do, right now.

The strictest of the global mode, the runbook's, the target's and the runbook's own autonomy wins. A missing
or unreadable global mode is `observe`; a mode nobody can read is `observe` too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from responder.domain.failure_mode import FailureMode
from responder.domain.runbook import Autonomy


class Mode(StrEnum):
    """From strict to free."""

    OFF = "off"
    OBSERVE = "observe"
    SUGGEST = "suggest"
    AUTO = "auto"


_STRICTNESS = tuple(Mode)


@dataclass(frozen=True)
class Switch:
    """The mode in force and which setting made it so."""

    mode: Mode
    because: str


def names(failure_mode: FailureMode, target: str | None) -> tuple[str, ...]:
    """Return the settings that bear on one effect, without their prefix."""
    return ("global", f"runbook/{failure_mode}", *([f"target/{target}"] if target else []))


def in_force(settings: Mapping[str, str], autonomy: Autonomy, can_ask: bool) -> Switch:  # noqa: FBT001  # read where it is called by name
    """Combine the settings; without a way to ask whether an alert still fires, autonomy ends at `suggest`."""
    said = [_switch(name, text) for name, text in settings.items()]
    if "global" not in settings:
        said.append(Switch(Mode.OBSERVE, "the global mode is missing or unreadable"))
    said.append(Switch(Mode(autonomy.value), f"the runbook's autonomy is {autonomy}"))
    if not can_ask:
        said.append(
            Switch(Mode.SUGGEST, "neither Prometheus nor Alertmanager can be asked whether the alert still fires")
        )
    return min(said, key=lambda s: _STRICTNESS.index(s.mode))


def _switch(name: str, text: str) -> Switch:
    try:
        return Switch(Mode(text.strip().lower()), f"mode {name} is {text.strip().lower()}")
    except ValueError:
        return Switch(Mode.OBSERVE, f"mode {name} is {text!r}, which is none of {', '.join(Mode)}")
