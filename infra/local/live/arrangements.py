"""What people and accidents do in each scenario here, where it really happens.

What breaks, what must be done about it and who must be told stands in `responder.rehearsal.scenarios`, for both stages.
A scenario that is not in the table below is played on the simulated clock only.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from infra.local.live.hands import Hands
from responder.rehearsal.scenarios import BREAKS_AT, FIRST_HAND

Do = Callable[[Hands], None]
REGISTERED = "chat"


def nothing(_: Hands) -> None:
    """Stand by."""


@dataclass(frozen=True)
class Live:
    """How a scenario is played here.

    `before` is done when there is time, `begins` at the onset, `meanwhile` is looked at every second. The scenario's
    clock begins at `starts_at`, each minute lasts `minute_s`, and it stands still at `waits_at` until the responder
    acted: then nothing depends on how fast this machine is. It is played at least until minute `at_least`.

    `opens_after` is how many seconds an alert takes from the onset at the least; `restless` opens incident after
    incident. Nobody else may begin before what is named by `ends_alone` was done. `spent_before` is how many times its
    budget's pace it has spent for hours. Where the clock of this stage makes a difference to who is told, `told` says
    so, and `because` why.
    """

    begins: Do = nothing
    meanwhile: Do = nothing
    before: Do = Hands.vouch
    starts_at: int = BREAKS_AT
    minute_s: float = 2.0
    waits_at: int | None = None
    at_least: int = 0
    opens_after: float = 10.0
    restless: bool = False
    ends_alone: str = ""
    spent_before: float | None = None
    told: str | None = None
    because: str = ""


def release_v2(hands: Hands) -> None:
    """Deploy v2."""
    hands.release("v2")


def _cost(hands: Hands) -> None:
    """By now a quarter more than the week's budget is spent: then the rule fires on any day of the week."""
    hands.tell("spend", {"share": 1.25})


def _register(hands: Hands) -> None:
    """Version 6 ran well and was written down; version 7 has another tokenizer."""
    hands.vouch()
    for number in ("6", "7"):
        hands.register(REGISTERED, number)
    hands.point(REGISTERED, "6")
    hands.snapshot()


def _human(hands: Hands) -> None:
    """Roll back by hand before the alert fires."""
    if hands.minute >= BREAKS_AT + FIRST_HAND and hands.once("rolled back"):
        hands.roll_back("v1")


def _restart(hands: Hands) -> None:
    """End Alertmanager when the change was made, and start it when that is in service."""
    if hands.acted and hands.once("stopped"):
        hands.stop_alertmanager()
    if hands.trail().has("converged") and hands.once("started"):
        hands.start_alertmanager()


def _killed(hands: Hands) -> None:
    release_v2(hands)
    hands.kill_in_the_act()


def _switch_off(hands: Hands) -> None:
    if hands.acted and hands.once("off"):
        hands.switch_off()


LIVE: Mapping[str, Live] = {
    "killed_mid_action": Live(
        _killed,
        ends_alone="killed",
        told="page",
        because="a lease lasts 90 real seconds, which is longer than a page waits where minutes are seconds",
    ),
    "alertmanager_restarts": Live(release_v2, _restart, ends_alone="started"),
    "quality_drop": Live(release_v2, opens_after=65.0),
    "cost_overrun": Live(_cost, opens_after=60.0, spent_before=1.5),
    "two_failures": Live(release_v2, starts_at=BREAKS_AT - 1, waits_at=BREAKS_AT - 1),
    "does_not_help": Live(release_v2),
    "tokenizer_mismatch": Live(lambda hands: hands.point(REGISTERED, "7"), before=_register),
    "switched_off": Live(release_v2, _switch_off),
    "crowd": Live(waits_at=BREAKS_AT + 6),
    "unsafe_release": Live(release_v2),
    "slow_release": Live(release_v2),
    "bad_canary": Live(lambda hands: hands.canary("v2", 0.3), before=nothing),
    "human_first": Live(release_v2, _human),
    "flapping": Live(starts_at=14, minute_s=5.0, at_least=32, restless=True),
    "storm": Live(release_v2),
}
"""In the order in which they would like to begin: what disturbs others first, then what takes longest."""
