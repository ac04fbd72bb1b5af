"""Play a scenario three times on the same fleet, with us, with nobody, and with a reflex, and judge what we did.

The reflex rolls back to the release before as soon as an alert fires, whatever it says, and never looks back.
Judged is what stands in the journal and the audit, not what the code believes.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from responder.domain.audit import check_chain
from responder.domain.runbook import Library
from responder.domain.target import Target
from responder.domain.touch import Touch
from responder.rehearsal.house import MINUTE, START, House
from responder.rehearsal.scenarios import BREAKS_AT, Expected, Scenario

_LOUD = ("page", "ticket", "note")
Fact = dict[str, Any]


@dataclass(frozen=True)
class Result:
    """One row of the table; times are minutes from the onset, None where it never came, `pages` how many went out."""

    scenario: str
    diagnosed: str
    did: Expected
    expected: Expected
    acted_after: int | None
    recovered_after: int | None
    bad: int
    bad_with_nothing: int
    bad_with_reflex: int
    harm: int
    audit_complete: bool
    pages: int

    @property
    def passed(self) -> bool:
        return self.did == self.expected and self.audit_complete and self.harm == 0


def play(scenario: Scenario, library: Library) -> Result:
    ours = _played(scenario, library, scenario.events)
    nothing = _played(scenario, library, scenario.events, mode="observe")
    reflex = _played(scenario, library, _with_reflex(scenario), mode="off")
    facts = [fact for stream in _incidents(ours) for fact in _facts(ours, stream)]
    return Result(
        scenario=scenario.name,
        diagnosed=next((f["diagnosis"]["failure_mode"] for f in facts if "diagnosis" in f), "nothing"),
        did=Expected(tuple(_actions(facts)), _end(ours, facts), _loudest(ours)),
        expected=scenario.expected,
        acted_after=_first(facts, lambda f: f["kind"] == "acted" and _done(f)),
        recovered_after=_first(facts, lambda f: f.get("verdict") == "recovered" and f.get("next") != "lift"),
        bad=len(ours.bad_minutes),
        bad_with_nothing=len(nothing.bad_minutes),
        bad_with_reflex=len(reflex.bad_minutes),
        harm=len(set(ours.bad_minutes) - set(nothing.bad_minutes)),
        pages=sum(letter.kind == "page" for letter in ours.pages.letters),
        audit_complete=all(_complete(ours, stream) for stream in _incidents(ours)),
    )


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


def _actions(facts: list[Fact]) -> Iterator[str]:
    lifting = False
    for fact in facts:
        lifting = fact.get("next") == "lift" if fact["kind"] == "verified" else lifting
        if fact["kind"] == "acted" and _done(fact):
            yield "lift" if lifting else str(fact["action"])
        if fact["kind"] == "undone" and _done(fact):
            yield "undo"


def _done(fact: Fact) -> bool:
    return bool(fact.get("outcome", {}).get("result") in ("accepted", "reconciled"))


def _first(facts: list[Fact], wanted: Callable[[Fact], bool]) -> int | None:
    """Return the minute of the first such record, counted from the onset."""
    found = next((f for f in facts if wanted(f)), None)
    if found is None:
        return None
    return round((datetime.fromisoformat(found["recorded_at"]) - START) / MINUTE) - BREAKS_AT


def _end(house: House, facts: list[Fact]) -> str:
    """A person has it when any incident was handed over; else as the last one stands."""
    if any("escalated" in f or f.get("refusal") for f in facts):
        return "escalated"
    incident = house.incident
    return str(incident.disposition or incident.state) if incident else "quiet"


def _loudest(house: House) -> str:
    kinds = {str(letter.kind) for letter in house.pages.letters}
    return next((kind for kind in _LOUD if kind in kinds), "nobody")
