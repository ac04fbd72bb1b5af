"""Judge how a scenario went, on whichever stage: by the records of its incidents, and by who was told.

A record is what stands in the journal, with its kind; the records of one incident follow those of the one before.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from responder.rehearsal.scenarios import Expected, Scenario

_LOUD = ("page", "ticket", "note")
Fact = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """What a stage saw of a scenario; `bad` and `harm` are minutes, `told` the kinds of what went out.

    Times are counted in `tick`s, each one `unit`.
    """

    began: datetime
    facts: Sequence[Fact]
    told: Sequence[str]
    bad: int
    harm: int
    audit_complete: bool
    tick: timedelta = timedelta(minutes=1)
    unit: str = "min"


@dataclass(frozen=True)
class Result:
    """One row of the table; times are in `unit` from the onset, None where it never came, `pages` how many went out."""

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
    unit: str = "min"

    @property
    def passed(self) -> bool:
        return self.did == self.expected and self.audit_complete and self.harm == 0


def judge(scenario: Scenario, expected: Expected, seen: Seen, nothing: int, reflex: int) -> Result:
    """`nothing` and `reflex` are the bad minutes there would have been with nobody, and with a reflex."""
    facts = seen.facts
    return Result(
        scenario=scenario.name,
        diagnosed=next((f["diagnosis"]["failure_mode"] for f in facts if "diagnosis" in f), "nothing"),
        did=Expected(tuple(_actions(facts)), _end(facts), _loudest(seen.told)),
        expected=expected,
        acted_after=_first(seen, lambda f: f["kind"] == "acted" and _done(f)),
        recovered_after=_first(seen, lambda f: f.get("verdict") == "recovered" and f.get("next") != "lift"),
        bad=seen.bad,
        bad_with_nothing=nothing,
        bad_with_reflex=reflex,
        harm=seen.harm,
        audit_complete=seen.audit_complete,
        pages=sum(kind == "page" for kind in seen.told),
        unit=seen.unit,
    )


def _actions(facts: Sequence[Fact]) -> Iterator[str]:
    lifting = False
    for fact in facts:
        lifting = fact.get("next") == "lift" if fact["kind"] == "verified" else lifting
        if fact["kind"] == "acted" and _done(fact) and not fact.get("again"):
            yield "lift" if lifting else str(fact["action"])
        if fact["kind"] == "undone" and _done(fact):
            yield "undo"


def _done(fact: Fact) -> bool:
    return bool(fact.get("outcome", {}).get("result") in ("accepted", "reconciled"))


def _first(seen: Seen, wanted: Callable[[Fact], bool]) -> int | None:
    """Return when the first such record was written, counted from the onset."""
    found = next((f for f in seen.facts if wanted(f)), None)
    return None if found is None else round((datetime.fromisoformat(found["recorded_at"]) - seen.began) / seen.tick)


def _end(facts: Sequence[Fact]) -> str:
    """A person has it when any incident was handed over; else as the last one was closed, or stands verified."""
    if any("escalated" in f or f.get("refusal") for f in facts):
        return "escalated"
    closed = [str(f["disposition"]) for f in facts if f["kind"] == "closed"]
    if len(closed) >= sum(bool(f.get("opened")) for f in facts):
        return closed[-1] if closed else "quiet"
    last = [f for f in facts if f["kind"] in ("verified", "followed")][-1:]
    return "recovered" if last and last[0]["state"] == "recovered" else "open"


def _loudest(told: Sequence[str]) -> str:
    return next((kind for kind in _LOUD if kind in told), "nobody")
