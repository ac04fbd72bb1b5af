"""Read a runbook: strict, so that a typo is refused when the artifact is built and not discovered at night.

Every fault of the page is told at once, as `file:line: what is wrong; what to write instead`.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePath

from responder.domain.condition import fault_of, paths_of
from responder.domain.duration import write_duration
from responder.domain.failure_mode import FailureMode
from responder.domain.matching import parts_of
from responder.domain.plain import sha256
from responder.domain.prose import read_prose
from responder.domain.runbook import AFTERWARDS, Policy, Runbook, Verify
from responder.domain.signal import Kind, Signal, kind_of, spell_out, words_named
from responder.domain.written import Finding, Read, Written, nearest, read_as, read_yaml, refuse

KINDS = "alertname, alert, log, text, query (or metric) and explained_by"
_FRONT = re.compile(r"\A---\n(?P<front>.*?\n)---\n(?P<prose>.*)\Z", re.DOTALL)
_UPPER = re.compile(r"(?<!\\)[A-Z]")
_PLACEHOLDER = re.compile(r"\$(?!series\b|\{series\})\{?([A-Za-z_]\w*)")
_OF_MEASUREMENT = re.compile(r'"value"')
_OF_STEP = re.compile(r'"alert"\."(severity|age_s)"|"release"\."(version|age_s)"|"evidence"\."?.+')


def parse_page(text: str, path: str) -> Runbook:
    """Read the page written at `path`; raise CannotRead with all its faults."""
    parts = _FRONT.match(text)
    if not parts:
        refuse([Finding(path, 1, "no front matter", "begin with a line ---, the policy, and another line ---")])
    front, prose = parts.groups() if parts else ("", "")
    policy = _read_policy(front, path)
    sections = read_prose(prose, path, first_line=front.count("\n") + 3)
    refuse([*policy.findings, *sections.findings])
    return Runbook(policy.value, sections.value, sha256(text), path)  # type: ignore[arg-type]  # no findings, so both are there


def _read_policy(front: str, path: str) -> Read[Policy]:
    written = read_yaml(front, path, first_line=2)
    if isinstance(written, Finding):
        return Read(None, (written,))
    policy = read_as(Policy, written.data, written)
    if policy.value is None:
        return policy
    spelled = replace(policy.value, signals=tuple(spell_out(s, policy.value.words) for s in policy.value.signals))
    return Read(spelled, (*_word_faults(policy.value, written), *_faults(spelled, written)))


def _word_faults(policy: Policy, at: Written) -> Iterator[Finding]:
    for number, signal in enumerate(policy.signals):
        named = {name for pattern in (*signal.patterns, *signal.unless) for name in words_named(pattern)}
        for name in named - policy.words.keys():
            yield at.finding(("signals", number), f"no word list {name}", nearest(name, sorted(policy.words)))


def _faults(policy: Policy, at: Written) -> Iterator[Finding]:
    stem = PurePath(at.file).stem
    if policy.failure_mode != stem:
        yield at.finding(
            ("failure_mode",),
            f"failure_mode is {policy.failure_mode}, the file is {stem}.md",
            f"write {stem}, or rename the file",
        )
    if policy.failure_mode is FailureMode.UNKNOWN and policy.remediation:
        yield at.finding(("remediation",), "unknown never acts", "remove remediation")
    if policy.remediation and not policy.verify:
        yield at.finding(
            ("remediation",),
            "an action without verify",
            "add verify with query, condition, soak, within and traffic",
        )
    yield from _afterwards_faults(policy, at)
    yield from _signal_faults(policy, at)
    for number, step in enumerate(policy.remediation):
        yield from _condition_faults(step.when, _OF_STEP, ("remediation", number, "when"), at)
    if policy.verify:
        yield from _verify_faults(policy.verify, at)


def _afterwards_faults(policy: Policy, at: Written) -> Iterator[Finding]:
    """What clears up heals nothing, and what heals does not clear up: each has a list of its own."""
    for number, step in enumerate(policy.remediation):
        if step.action in AFTERWARDS:
            what = f"{step.action} heals nothing; it is done once the service is well again"
            yield at.finding(("remediation", number, "action"), what, "move it to afterwards")
    for number, follow_up in enumerate(policy.afterwards):
        if follow_up.action not in AFTERWARDS:
            what = f"{follow_up.action} is no step for afterwards"
            yield at.finding(
                ("afterwards", number, "action"),
                what,
                f"it may be {', '.join(sorted(AFTERWARDS))}; or move it to remediation",
            )
    if policy.afterwards and not policy.remediation:
        yield at.finding(
            ("afterwards",),
            "nothing comes before afterwards",
            "add remediation: what follows it is done when it helped",
        )


def _signal_faults(policy: Policy, at: Written) -> Iterator[Finding]:
    seen: set[str] = set()
    for number, signal in enumerate(policy.signals):
        place = ("signals", number)
        if signal.id in seen:
            yield at.finding((*place, "id"), f"a second signal {signal.id}", "give each signal an id of its own")
        seen.add(signal.id)
        kind = kind_of(signal)
        if kind is None:
            yield at.finding(
                place,
                f"signal {signal.id} looks at nothing, or at several things",
                f"give exactly one of {KINDS}",
            )
        if signal.explained_by is policy.failure_mode:
            yield at.finding((*place, "explained_by"), "a mode cannot explain itself", "name another mode")
        yield from _look_faults(signal, kind, place, at)


def _look_faults(signal: Signal, kind: Kind | None, place: tuple[str, int], at: Written) -> Iterator[Finding]:
    for number, pattern in enumerate(signal.patterns):
        fault = _pattern_fault(pattern)
        if fault:
            yield at.finding(
                (*place, kind or "", number), f"{pattern!r} {fault}", "write a regular expression in lower case"
            )
    yield from _unless_faults(signal, place, at)
    if kind == "measure" and not signal.when:
        yield at.finding(place, f"signal {signal.id} measures without `when`", "add for example when: value > `1.2`")
    if kind != "measure" and signal.when:
        yield at.finding(
            (*place, "when"), f"signal {signal.id} has `when` but measures nothing", "remove it, or add query"
        )
    yield from _condition_faults(signal.when, _OF_MEASUREMENT, (*place, "when"), at)
    yield from _query_faults(signal.query, (*place, "query"), at)


def _unless_faults(signal: Signal, place: tuple[str, int], at: Written) -> Iterator[Finding]:
    for number, pattern in enumerate(signal.unless):
        fault = _pattern_fault(pattern)
        if fault:
            yield at.finding((*place, "unless", number), f"{pattern!r} {fault}", "write a pattern in lower case")
    if signal.unless and not signal.patterns:
        yield at.finding((*place, "unless"), f"signal {signal.id} has `unless` but reads no text", "remove it")


def _verify_faults(verify: Verify, at: Written) -> Iterator[Finding]:
    if verify.within < verify.shortest_within:
        shortest = write_duration(verify.shortest_within)
        within = write_duration(verify.within)
        what = f"within {within} is shorter than the query's range plus soak, so old minutes would count"
        yield at.finding(("verify", "within"), what, f"write {shortest} or more")
    yield from _condition_faults(verify.condition, _OF_MEASUREMENT, ("verify", "condition"), at)
    yield from _query_faults(verify.query, ("verify", "query"), at)
    yield from _query_faults(verify.traffic.query, ("verify", "traffic", "query"), at)


def _condition_faults(
    written: str | None, readable: re.Pattern[str], place: tuple[int | str, ...], at: Written
) -> Iterator[Finding]:
    if written is None:
        return
    fault = fault_of(written)
    if fault:
        what, _, do = fault.partition("; ")
        yield at.finding(place, what, do or "write for example value > `1.2`")
        return
    for path in paths_of(written):
        if not readable.fullmatch(path):
            does = (
                "value"
                if readable is _OF_MEASUREMENT
                else "alert.severity, alert.age_s, evidence.<name>, release.age_s, release.version"
            )
            yield at.finding(place, f"{written!r} reads {path}, which nobody fills in", f"it may read {does}")


def _query_faults(query: str | None, place: tuple[int | str, ...], at: Written) -> Iterator[Finding]:
    for name in _PLACEHOLDER.findall(query or ""):
        yield at.finding(place, f"placeholder ${name} in a query", "only $series is filled in")


def _pattern_fault(pattern: str) -> str | None:
    if _UPPER.search(pattern):
        return "has capitals, but text is lower-cased before it is matched"
    try:
        return "matches everything" if any(re.search(part, "") for part in parts_of(pattern)) else None
    except re.error as error:
        return f"is not a regular expression: {error}"
