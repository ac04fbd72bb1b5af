"""What people and accidents do in each scenario here, where it really happens.

What breaks, what must be done about it and who must be told stands in `responder.rehearsal.scenarios`, for both stages.
A scenario that is not in the table below is played on the simulated clock only.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from infra.local.live.adapters import load_everywhere, load_in_part, restart_one
from infra.local.live.documents import AT_ONCE, SLOWLY, roll_out, write_document
from infra.local.live.hands import Hands
from infra.local.live.letters import send_poison
from infra.local.live.load import move_listener, move_variants
from infra.local.live.registries import approve, package_next, promote, register_next
from responder.domain.touch import TouchKind
from responder.rehearsal.scenarios import BREAKS_AT, FIRST_HAND

Do = Callable[[Hands], None]
REGISTERED = "chat"
MOVED = {"a": 18, "b": 1, "c": 1}
"""Nine tenths of the calls go to one part."""


def nothing(_: Hands) -> None:
    """Stand by."""


@dataclass(frozen=True)
class Live:
    """How a scenario is played here.

    `before` is done when there is time, `begins` at the onset, `meanwhile` is looked at every second. The scenario's
    clock begins at `starts_at`, each minute lasts `minute_s`, and it stands still at `waits_at` until the responder
    acted `waits_for` times: then nothing depends on how fast this machine is. It is played at least until minute
    `at_least`.

    `opens_after` is how many seconds an alert takes from the onset at the least, `again_after` how many from the first
    change to the decision about a second one, where there is one; `restless` opens incident after
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
    waits_for: int = 1
    at_least: int = 0
    opens_after: float = 10.0
    again_after: float = 0.0
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


def _scaled(hands: Hands) -> None:
    """Serve long prompts as they are, on a release that somebody vouched for."""
    hands.vouch()
    write_document(hands, TouchKind.SERVING_PROFILE, {"compress_prompts": False})


def _served(hands: Hands) -> None:
    """Serve many prompts at a time, on a release that somebody vouched for."""
    hands.vouch()
    write_document(hands, TouchKind.SERVING_PROFILE, {"max_num_seqs": 64, "gpu_memory_utilization": 0.92})


def _large(hands: Hands) -> None:
    """Serve a model that takes long to load, on a release that somebody vouched for."""
    hands.vouch()
    hands.enlarge()


def _routed(hands: Hands) -> None:
    """Send every call to the first model, on a release that somebody vouched for."""
    hands.vouch()
    write_document(hands, TouchKind.CIRCUIT, {"primary_share": 1})


def _prompted(hands: Hands) -> None:
    """Hand out short prompts to everybody, on a release that somebody vouched for."""
    hands.vouch()
    roll_out(hands, {"system": "Be brief."}, AT_ONCE)


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
    "long_and_many": Live(
        before=_scaled, minute_s=5.0, waits_at=BREAKS_AT + 35, waits_for=2, again_after=90.0
    ),  # a minute is longer: what waits for work to be done takes a tenth of its time here, and not a thirtieth
    "quality_drop": Live(release_v2, opens_after=65.0),
    "cost_overrun": Live(_cost, opens_after=60.0, spent_before=1.5),
    "moved_inputs": Live(opens_after=30.0),
    "sticky_caller": Live(before=nothing, waits_at=BREAKS_AT + 14, opens_after=20.0),
    "weights_moved": Live(lambda hands: move_variants(hands, MOVED), opens_after=20.0),
    "listener_moved": Live(lambda hands: move_listener(hands, MOVED), before=nothing, opens_after=20.0),
    "too_few_replicas": Live(before=_scaled, waits_at=BREAKS_AT + 6),
    "two_failures": Live(release_v2, starts_at=BREAKS_AT - 1, waits_at=BREAKS_AT - 1),
    "does_not_help": Live(release_v2),
    "worse_package": Live(approve, before=package_next, opens_after=65.0),
    "mlflow_moved": Live(promote, before=register_next),
    "tokenizer_mismatch": Live(lambda hands: hands.point(REGISTERED, "7"), before=_register),
    "switched_off": Live(release_v2, _switch_off),
    "crowd": Live(waits_at=BREAKS_AT + 6),
    "gateway_crowd": Live(waits_at=BREAKS_AT + 6),
    "letters_left": Live(before=_routed, waits_at=BREAKS_AT + 10, opens_after=5.0),
    "letters_die_again": Live(send_poison, before=_routed, waits_at=BREAKS_AT + 10, opens_after=5.0),
    "provider_gone": Live(waits_at=BREAKS_AT + 10, opens_after=5.0),
    "upstream_gone": Live(before=_routed, waits_at=BREAKS_AT + 10, opens_after=5.0),
    "upstream_stays_gone": Live(before=_routed, opens_after=5.0),
    "long_prompts": Live(before=_served, opens_after=2.0),
    "bad_adapter": Live(load_in_part, opens_after=2.0),
    "lost_adapter": Live(restart_one, before=load_everywhere, opens_after=2.0),
    "bad_component": Live(release_v2, opens_after=2.0),
    "strange_alert": Live(release_v2, opens_after=5.0),
    "failing_release": Live(release_v2, before=_large, opens_after=5.0),  # large: a page is due before all is well
    "unsafe_release": Live(release_v2),
    "slow_release": Live(release_v2),
    "slow_service": Live(release_v2),
    "bad_prompts": Live(lambda hands: roll_out(hands, {"system": "Think aloud, at length."}, SLOWLY), before=_prompted),
    "bad_canary": Live(lambda hands: hands.canary("v2", 0.3), before=nothing),
    "human_first": Live(release_v2, _human),
    "flapping": Live(starts_at=14, minute_s=5.0, at_least=32, restless=True),
    "storm": Live(release_v2),
}
"""In the order in which they would like to begin: what disturbs others first, then what takes longest."""
