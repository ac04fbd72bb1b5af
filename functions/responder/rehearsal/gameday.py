"""Play a scenario three times on the same fleet, with us, with nobody, and with a reflex, and judge what we did.

The reflex rolls back to the release before as soon as an alert fires, whatever it says, and never looks back.
Judged is what stands in the journal and the audit, not what the code believes.
"""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

from responder.domain.audit import check_chain
from responder.domain.runbook import Library
from responder.domain.target import Target
from responder.domain.touch import Touch
from responder.rehearsal.house import START, House
from responder.rehearsal.scenarios import BREAKS_AT, Scenario
from responder.rehearsal.verdict import Fact, Result, Seen, judge


def play(scenario: Scenario, library: Library) -> Result:
    ours = _played(scenario, library, scenario.events)
    nothing, reflex = baselines(scenario, library)
    facts = [fact for stream in _incidents(ours) for fact in _facts(ours, stream)]
    seen = Seen(
        began=START + timedelta(minutes=BREAKS_AT),
        facts=facts,
        told=[str(letter.kind) for letter in ours.pages.letters],
        bad=len(ours.bad_minutes),
        harm=len(set(ours.bad_minutes) - set(nothing)),
        audit_complete=all(_complete(ours, stream) for stream in _incidents(ours)),
    )
    return judge(scenario, scenario.expected, seen, len(nothing), len(reflex))


def baselines(scenario: Scenario, library: Library) -> tuple[list[int], list[int]]:
    """Return which minutes were bad with nobody, and with a reflex."""
    nothing = _played(scenario, library, scenario.events, mode="observe")
    reflex = _played(scenario, library, _with_reflex(scenario), mode="off")
    return nothing.bad_minutes, reflex.bad_minutes


def _played(scenario: Scenario, library: Library, events: Callable[[House], None], mode: str = "auto") -> House:
    target, neighbours = _target("chat", scenario.touch), [_target(name, touch) for name, touch in scenario.neighbours]
    house = House(
        library, target, scenario.alert, scenario.runbook, scenario.behaves, scenario.severity, tuple(neighbours)
    )
    house.modes.settings["global"] = mode
    house.release("v1", good=True)
    scenario.arrange(house)
    house.play(scenario.minutes, events)
    return house


def _target(name: str, touch: Touch) -> Target:
    return Target(
        name=name,
        match={"model": name},
        account="123456789012",
        region="us-east-1",
        touch=touch,
        team="practice",
        series={"model": name},
    )


def _with_reflex(scenario: Scenario) -> Callable[[House], None]:
    done: list[int] = []

    def events(house: House) -> None:
        scenario.events(house)
        kind = next(k for k in house.target.things if k in house.things)
        if house.alerts.firing and not done:
            done.append(house.minute)
            seen = house.things[kind].observe(house.target)
            wanted = {name: "" if name == "canary" else "v1" for name in seen.current}
            house.things[kind].apply(house.target, seen, wanted, "reflex")

    return events


def _incidents(house: House) -> list[str]:
    return [stream for stream, _, _ in sorted(house.journal.opened, key=lambda o: o[2])]


def _facts(house: House, stream: str) -> Iterator[Fact]:
    for text in house.audit.read(stream):
        record = json.loads(text)
        yield {**record["data"], "kind": record["type"].rsplit(".", 1)[-1]}


def _complete(house: House, stream: str) -> bool:
    journal = house.journal.entries(stream, 1)
    return house.audit.read(stream) == journal and check_chain(journal) == []
