"""What the doorman is told of a scenario in play."""

from dataclasses import dataclass, field, replace

import pytest
from infra.local.journal import Entry
from infra.local.live.arrangements import LIVE
from infra.local.live.gameday import playable
from infra.local.live.play import Play
from infra.local.live.trail import Trail
from tests.world import SHIPPED

from responder.rehearsal.scenarios import SCENARIOS


@dataclass
class Still:
    """Hands that do nothing, on a service of which so much is on record."""

    kinds: tuple[str, ...]
    done: set[str] = field(default_factory=set)

    def trail(self) -> Trail:
        return Trail(tuple(Entry("i-1", seq, kind, "", {}) for seq, kind in enumerate(self.kinds)))


def test_every_scenario_of_the_simulated_clock_can_be_played_here() -> None:
    assert {one.name for one in playable(SCENARIOS)} == {one.name for one in SCENARIOS}


@pytest.mark.parametrize(
    ("scenario", "kinds", "spent"),
    [
        ("too_few_replicas", ("decided",), False),
        ("too_few_replicas", ("decided", "acted"), True),
        ("long_and_many", ("decided", "acted", "verified", "decided"), False),
        ("long_and_many", ("decided", "acted", "verified", "decided", "acted"), True),
    ],
)
def test_what_a_scenario_will_ask_for_is_spent_once_all_of_it_was_done(
    scenario: str, kinds: tuple[str, ...], *, spent: bool
) -> None:
    played = next(one for one in SCENARIOS if one.name == scenario)
    play = Play(played, LIVE[scenario], [Still(kinds)], lambda _: None, SHIPPED)  # type: ignore[list-item]  # no house

    play.look()

    assert play.turn.opened_at is not None
    assert (play.turn.acted_at is not None) is spent
    assert (play.turn.reopens_at is not None) is (scenario == "long_and_many")


@pytest.mark.parametrize(("scenario", "opens_again"), [("flapping", True), ("slow_release", False)])
def test_what_is_restless_has_opened_a_moment_ago_as_long_as_it_plays(scenario: str, *, opens_again: bool) -> None:
    played = next(one for one in SCENARIOS if one.name == scenario)
    play = Play(played, LIVE[scenario], [Still(("decided",))], lambda _: None, SHIPPED)  # type: ignore[list-item]  # no house

    play.look()
    first = play.turn.opened_at
    play.look()
    assert (play.turn.opened_at != first) is opens_again

    play.turn = replace(play.turn, over=True)
    last = play.turn.opened_at
    play.look()
    assert play.turn.opened_at == last
