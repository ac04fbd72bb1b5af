"""Find what is legal in the runbooks and still cannot be meant.

A page is refused for what it says wrongly (see page.py); this finds what only shows when pages, alert rules
and actions are looked at together.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import combinations

from responder.domain.diagnosis import diagnose
from responder.domain.duration import write_duration
from responder.domain.effects import EFFECTS, opposed
from responder.domain.failure_mode import FailureMode
from responder.domain.rules import AlertRule
from responder.domain.runbook import Action, Book, Library, Runbook
from responder.domain.written import Finding


def lint(library: Library, rules: Sequence[AlertRule], now: datetime) -> list[Finding]:
    """Return every finding; without alert rules, what depends on them is not looked at."""
    book = library.book
    findings = [*_dead_signals(book), *_shared_names(book), *_conflicts(book)]
    return findings + (list(_unreached(book, rules, now)) if rules else [])


def _dead_signals(book: Book) -> Iterator[Finding]:
    for page in book.runbooks.values():
        for signal in page.policy.signals:
            if not signal.weight:
                yield Finding(page.path, None, f"signal {signal.id} weighs nothing", "give it a weight, or remove it")
            if signal.explained_by and signal.explained_by not in book.runbooks:
                yield Finding(
                    page.path,
                    None,
                    f"signal {signal.id} can never match: {signal.explained_by} has no page",
                    "write that page, or remove the signal",
                )
            for pattern in (*signal.patterns, *signal.unless):
                if "  " in pattern or r"\n" in pattern or r"\t" in pattern or "\n" in pattern:
                    yield Finding(
                        page.path,
                        None,
                        f"signal {signal.id} can never match: {pattern!r} asks for a line break, tab or two spaces",
                        "write one space; white space is one space when it is matched",
                    )


def _shared_names(book: Book) -> Iterator[Finding]:
    owners: dict[str, list[Runbook]] = defaultdict(list)
    for page in book.runbooks.values():
        for name in {name for s in page.policy.signals if s.weight > 0 for name in s.alertname}:
            owners[name].append(page)
    for name, pages in sorted(owners.items()):
        if len(pages) > 1:
            listed = " and ".join(sorted(page.failure_mode for page in pages))
            yield Finding(
                pages[0].path,
                None,
                f"alert name {name} speaks for {listed}",
                "leave it to one page; let evidence decide the rest",
            )


def _conflicts(book: Book) -> Iterator[Finding]:
    for one, other in combinations(book.runbooks.values(), 2):
        for a, b in [(a, b) for a in _actions(one) for b in _actions(other)]:
            if opposed(EFFECTS[a], EFFECTS[b]):
                what = f"{a} here and {b} in {other.path} push the {EFFECTS[a].moves} apart on one target"
                yield Finding(
                    one.path,
                    None,
                    what,
                    "let one of them only suggest, or give both a condition that excludes the other",
                )
        yield from _chases(one, other)
        yield from _chases(other, one)


def _chases(cause: Runbook, chased: Runbook) -> Iterator[Finding]:
    """One page's side effect would start the other before it has settled."""
    for action in _actions(cause):
        effect, cooldown = EFFECTS[action], chased.policy.limits.cooldown
        if chased.failure_mode in effect.brings and _actions(chased) and cooldown < effect.settles_within:
            brings = f"{action} in {cause.path} brings {chased.failure_mode} for a while"
            what = f"{brings} and would start this page after {write_duration(cooldown)}"
            yield Finding(
                chased.path,
                None,
                what,
                f"set limits.cooldown to {write_duration(effect.settles_within)} or more",
            )


def _actions(page: Runbook) -> list[Action]:
    afterwards = {follow_up.action for follow_up in page.policy.afterwards}
    return sorted({step.action for step in page.policy.remediation} | afterwards)


def _unreached(book: Book, rules: Sequence[AlertRule], now: datetime) -> Iterator[Finding]:
    reached: set[str] = set()
    for rule in rules:
        alert = rule.as_alert(now)
        if alert.is_watchdog:  # wakes nobody, so there is nothing to read
            continue
        diagnosis = diagnose([alert], [], (), book, now)
        if alert.runbook and alert.runbook not in book.runbooks:
            yield Finding(
                rule.file,
                rule.line,
                f"alert {rule.name} names the runbook {alert.runbook}, which does not exist",
                "name one of " + ", ".join(book.runbooks),
            )
        elif not alert.runbook and diagnosis.failure_mode is FailureMode.UNKNOWN:
            yield Finding(
                rule.file,
                rule.line,
                f"alert {rule.name} has no runbook",
                "add the annotation runbook: runbooks/<failure mode>.md",
            )
        reached |= {alert.runbook or diagnosis.failure_mode}
    for mode, page in sorted(book.runbooks.items()):
        if mode not in reached and mode is not FailureMode.UNKNOWN:
            yield Finding(
                page.path,
                None,
                "no alert rule leads here; only evidence can",
                "add an alert rule with the annotation runbook: " + page.path,
            )
