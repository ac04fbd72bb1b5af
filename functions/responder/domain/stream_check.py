"""Follow one stream of records: numbers without a gap, each naming the one before, every intention with its end.

The state of a stream is a value, so that a check can put away the streams that are quiet. Records may come a
little out of order over the edge of an hour; what is ahead waits for what it follows.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from responder.domain.audit import GENESIS, record_key
from responder.domain.finding import Fault, Finding
from responder.domain.seal import Version
from responder.errors import CannotRead

IN_FLIGHT = frozenset({"acting", "converging", "verifying", "undoing", "reverting"})
PATIENCE = timedelta(hours=6)  # longer than any action may take from intention to verdict
SKEW = timedelta(minutes=3)  # two holders of one resource may have looked at the clock in the other order
MOST_AHEAD = 3


@dataclass(frozen=True)
class Line:
    """What the checks need of a record."""

    key: str
    version: str
    stream: str
    seq: int
    previous: str
    sha256: str
    at: datetime
    kind: str
    state: str
    intends: str
    does: str
    episodes: int
    settled: int


@dataclass(frozen=True)
class Followed:
    """A stream as far as it was followed."""

    seq: int = 0
    sha256: str = GENESIS
    at: datetime | None = None
    key: str = ""
    version: str = ""
    state: str = ""
    open_action: str = ""
    intended: tuple[str, ...] = ()
    episodes: int = 0
    ahead: tuple[Line, ...] = ()


def read_line(version: Version, sha256: str, content: bytes) -> Line:
    """Read what the checks need; raise CannotRead when it is no record."""
    try:
        event = json.loads(content)
        data = event["data"]
        return Line(
            key=version.key,
            version=version.id,
            stream=str(data["stream"]),
            seq=int(data["seq"]),
            previous=str(data["previous_sha256"]),
            sha256=sha256,
            at=datetime.fromisoformat(data["recorded_at"]),
            kind=str(event["type"]).rsplit(".", 1)[-1],
            state=str(data.get("state", "")),
            intends=str((data.get("intent") or {}).get("action_id", "")),
            does=str(data.get("action_id", "")),
            episodes=len(data.get("started", ())) + len(data.get("never_seen_firing", ())),
            settled=_settled(data),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CannotRead(f"it is no record: {type(error).__name__} {error}") from error


def place_of(line: Line) -> Iterator[Finding]:
    """Find a record that lies elsewhere than it says."""
    expected = record_key(line.stream, line.seq, line.at)
    if line.key != expected:
        yield Finding(Fault.MISPLACED, line.key, line.version, f"by what it says it belongs to {expected}")


def follow(state: Followed, line: Line) -> tuple[Followed, list[Finding]]:
    """Take one more record in; what is ahead of its turn waits, but not for ever."""
    if line.seq <= state.seq:
        return state, [_finding(Fault.CHAIN_BREAK, line, f"it is a second record number {line.seq} of its stream")]
    state = replace(state, ahead=tuple(sorted((*state.ahead, line), key=lambda waiting: waiting.seq)))
    state, found = _catch_up(state)
    if len(state.ahead) <= MOST_AHEAD:
        return state, found
    state, more = _jump(state)
    return state, found + more


def finish(state: Followed, as_of: datetime | None) -> list[Finding]:
    """Say what is wrong with where a stream ends."""
    found: list[Finding] = []
    while state.ahead:
        state, more = _jump(state)
        found += more
    quiet = as_of - state.at if as_of and state.at else PATIENCE
    if state.open_action and state.state in IN_FLIGHT and quiet >= PATIENCE:
        says = f"action {state.open_action} was {state.state} when the stream ended, {quiet} before the trail did"
        found.append(Finding(Fault.NO_END, state.key, state.version, says))
    return found


def _catch_up(state: Followed) -> tuple[Followed, list[Finding]]:
    found: list[Finding] = []
    while state.ahead and state.ahead[0].seq <= state.seq + 1:
        line, state = state.ahead[0], replace(state, ahead=state.ahead[1:])
        if line.seq <= state.seq:
            found.append(_finding(Fault.CHAIN_BREAK, line, f"it is a second record number {line.seq} of its stream"))
            continue
        if line.previous != state.sha256:
            found.append(_finding(Fault.CHAIN_BREAK, line, f"it follows {line.previous[:16]}, not {state.sha256[:16]}"))
        found += _faults(state, line)
        state = _after(state, line)
    return state, found


def _jump(state: Followed) -> tuple[Followed, list[Finding]]:
    """Give up waiting: name what is left out, and go on behind it."""
    line = state.ahead[0]
    gap = f"{state.seq + 1}" if line.seq == state.seq + 2 else f"{state.seq + 1} to {line.seq - 1}"
    found = [_finding(Fault.SEQUENCE_GAP, line, f"number {gap} of stream {line.stream} is not there")]
    caught, more = _catch_up(replace(state, seq=line.seq - 1, sha256=line.previous))
    return caught, found + more


def _faults(state: Followed, line: Line) -> Iterator[Finding]:
    if state.at and line.at < state.at - SKEW:
        yield _finding(Fault.BACKDATED, line, f"it says {line.at:%H:%M:%S}, the record before it {state.at:%H:%M:%S}")
    if line.kind in {"acted", "undone"} and line.does not in state.intended:
        yield _finding(Fault.NO_INTENTION, line, f"action {line.does or '(none)'} was done, but never intended")
    if line.state == "closed" and line.kind in {"closed", "received"}:
        if state.open_action:
            yield _finding(Fault.NO_END, line, f"it was closed while action {state.open_action} was under way")
        if line.settled != (episodes := state.episodes + line.episodes):
            yield _finding(Fault.NO_DISPOSITION, line, f"{episodes} episodes, but {line.settled} dispositions")


def _after(state: Followed, line: Line) -> Followed:
    running = line.state in IN_FLIGHT
    return Followed(
        seq=line.seq,
        sha256=line.sha256,
        at=line.at,
        key=line.key,
        version=line.version,
        state=line.state or state.state,
        open_action=(line.intends or line.does or state.open_action)
        if running
        else ""
        if line.state
        else state.open_action,
        intended=(*state.intended, line.intends) if line.intends else state.intended,
        episodes=state.episodes + line.episodes,
        ahead=state.ahead,
    )


def _settled(data: dict[str, Any]) -> int:
    """Count the episodes whose end this record states."""
    listed = [*data.get("episodes", ()), *data.get("never_seen_firing", ()), *data.get("started", ())]
    return sum("disposition" in episode for episode in listed) + int(data.get("episodes_before", 0))


def _finding(fault: Fault, line: Line, says: str) -> Finding:
    return Finding(fault, line.key, line.version, says)
