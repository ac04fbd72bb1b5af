"""Whatever happens in whatever order: only moves of the table, and in the end everything is closed and proved."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.world import CHAT, Given, Practice, a_message, an_alert

from responder.domain.alert import Urgency
from responder.domain.audit import check_chain
from responder.domain.incident import MOVES, State
from responder.domain.remediation import Outcome
from responder.errors import ActionFailed, CannotKnow, TryAgain

ALERTS = [an_alert(), an_alert(route="/chat"), an_alert(severity="warning")]
OUTCOMES = [Outcome("accepted", "ok"), Outcome("refused", "no"), Outcome("unknown", "timeout")]
TROUBLE = [None, ActionFailed("down"), CannotKnow("timeout"), TryAgain("busy")]


def _tries(do: Callable[[], None]) -> None:
    """A message that fails is redelivered later; here it is simply lost, which must harm nothing either."""
    try:
        do()
    except (ActionFailed, TryAgain):
        return


class Walk:
    """One practice world, and everything that may happen to it."""

    def __init__(self) -> None:
        self.practice = Practice()
        self.made: list[tuple[State, State]] = []
        self.practice.between = self._watch

    def fire(self, number: int) -> None:
        alert = an_alert(at=self.practice.now, **_labels(number))
        self.practice.fires(alert)
        _tries(lambda: self.practice.deliver(a_message(alert, at=self.practice.now)))

    def end(self, number: int) -> None:
        alert = an_alert("resolved", at=self.practice.now, ends=self.practice.now, **_labels(number))
        self.practice.ends(alert)
        _tries(lambda: self.practice.deliver(a_message(alert, at=self.practice.now)))

    def wait(self, number: int) -> None:
        _tries(lambda: self.practice.wait(minutes=(1, 4, 20)[number]))

    def measure(self, number: int) -> None:
        self.practice.metrics.p95 = dict.fromkeys(("chat-v1", "chat-v2"), (0.3, 2.5, None)[number])

    def switch(self, number: int) -> None:
        self.practice.modes.settings["global"] = ("auto", "off", "suggest")[number]

    def answer(self, number: int) -> None:
        self.practice.remediator.reply = OUTCOMES[number]

    def trouble(self, number: int) -> None:
        practice = self.practice
        (practice.audit, practice.remediator, practice.pages)[number].trouble = TROUBLE[1 + number % 2]

    def heal(self, _: int = 0) -> None:
        practice = self.practice
        practice.audit.trouble = practice.remediator.trouble = practice.pages.trouble = None

    def finish(self) -> None:
        """Mend everything, let every alert end, and give it time."""
        self.heal()
        self.practice.remediator.reply = OUTCOMES[0]
        for number in range(3):
            self.end(number)
        self.practice.wait(hours=2)

    def _watch(self, name: str, call: Callable[[], Any]) -> Any:  # noqa: ANN401  # whatever the port returns
        if name != "journal.write":
            return call()
        before, answer, after = self._stands(), call(), self._stands()
        if before and after and before[0] == after[0]:
            self.made.append((before[1], after[1]))
        return answer

    def _stands(self) -> tuple[str, State] | None:
        state = self.practice.journal.states.get(CHAT.resource)
        incident = json.loads(state).get("incident") if state else None
        return (incident["id"], State(incident["state"])) if incident else None


def _labels(number: int) -> dict[str, Given]:
    return [{}, {"route": "/chat"}, {"severity": "warning"}][number]


STEPS = st.tuples(
    st.sampled_from(["fire", "fire", "end", "wait", "wait", "measure", "switch", "answer", "trouble", "heal"]),
    st.integers(0, 2),
)


def _walked(steps: list[tuple[str, int]]) -> Walk:
    walk = Walk()
    for name, number in steps:
        getattr(walk, name)(number)
    return walk


@settings(max_examples=30)
@given(st.lists(STEPS, min_size=3, max_size=14))
def test_only_moves_of_the_table_are_made_and_closed_is_the_end(steps: list[tuple[str, int]]) -> None:
    walk = _walked(steps)

    assert [made for made in walk.made if made[0] is not made[1] and made[1] not in MOVES[made[0]]] == []
    assert not any("AssertionError" in text for text in walk.practice.audit.objects.values())


@settings(max_examples=30)
@given(st.lists(STEPS, min_size=3, max_size=14))
def test_when_the_world_is_well_again_everything_is_closed_told_once_and_in_the_audit(
    steps: list[tuple[str, int]],
) -> None:
    walk = _walked([("fire", 0), *steps])
    walk.finish()

    practice = walk.practice
    record = practice.journal.read(CHAT.resource)
    assert (practice.state, record.lease_until, record.unexported) == (State.CLOSED, None, {})
    assert practice.journal.dues == {}
    for stream in practice.journal.streams:
        assert practice.audit.read(stream) == practice.journal.entries(stream, 1)
        assert check_chain(practice.audit.read(stream)) == []
    told = [(letter.key, letter.kind) for letter in practice.letters if letter.kind in set(Urgency)]
    assert len(told) == len(set(told))


def test_the_walk_of_the_plain_story_touches_every_state_on_its_way() -> None:
    walk = Walk()
    walk.fire(0)
    walk.wait(1)
    walk.wait(1)
    walk.wait(1)
    walk.end(0)
    walk.finish()

    on_its_way = [State.ACTING, State.CONVERGING, State.VERIFYING, State.RECOVERED, State.CLOSED]
    assert [to for before, to in walk.made if before is not to] == on_its_way
