from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from responder.adapters.runbook_files import read_library
from responder.domain.effects import EFFECTS, Effect, opposed
from responder.domain.failure_mode import FailureMode
from responder.domain.lint import lint
from responder.domain.page import parse_page
from responder.domain.rules import parse_rules
from responder.domain.runbook import Action, Book, Library

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 25, tzinfo=UTC)
PROSE = "\n".join(f"## {h}\n\nx\n" for h in ("Meaning", "Impact", "Diagnosis", "Remediation", "Verification"))


def a_page(mode: str, front: str = "", autonomy: str = "observe") -> str:
    head = f"failure_mode: {mode}\ntitle: T\nowner: o\nreviewed: 2026-11-25\nautonomy: {autonomy}\n"
    return f"---\n{head}{front}---\n\n{PROSE}"


def a_library(**pages: str) -> Library:
    runbooks = {FailureMode(m): parse_page(text, f"runbooks/{m}.md") for m, text in pages.items()}
    return Library(Book({FailureMode.UNKNOWN: parse_page(a_page("unknown"), "runbooks/unknown.md"), **runbooks}), ())


def said(library: Library, rules: str = "") -> str:
    found = lint(library, parse_rules(rules, "rules.yaml") if rules else (), NOW)
    return "\n".join(map(str, found))


def test_the_shipped_runbooks_are_clean() -> None:
    assert lint(read_library(ROOT / "runbooks"), (), NOW) == []


def test_a_pattern_that_asks_for_a_line_break_can_never_match() -> None:
    front = "signals:\n  - {id: s, says: x, weight: 3, log: ['error\\nTraceback']}\n".replace("T", "t")

    assert "can never match" in said(a_library(error_rate=a_page("error_rate", front)))


def test_a_signal_that_weighs_nothing_says_nothing() -> None:
    front = "signals:\n  - {id: s, says: x, weight: 0, log: [boom]}\n"

    assert "signal s weighs nothing" in said(a_library(error_rate=a_page("error_rate", front)))


def test_a_cause_without_a_page_can_never_explain() -> None:
    front = "signals:\n  - {id: s, says: x, weight: -3, explained_by: api_timeout}\n"

    assert "api_timeout has no page" in said(a_library(error_rate=a_page("error_rate", front)))


def test_an_alert_name_on_two_pages_is_found() -> None:
    front = "signals:\n  - {id: s, says: x, weight: 6, alertname: [Slow]}\n"
    library = a_library(error_rate=a_page("error_rate", front), latency_spike=a_page("latency_spike", front))

    assert "alert name Slow speaks for error_rate and latency_spike" in said(library)


RULES = """
groups:
  - name: g
    rules:
      - alert: Slow
        expr: up
        labels: {severity: page}
        annotations: {summary: "x"}
      - record: a:b
        expr: up
      - alert: Linked
        expr: up
        annotations: {runbook: runbooks/latency_spike.md}
      - alert: LinkedWrongly
        expr: up
        annotations: {runbook: runbooks/latency.md}
"""


@pytest.mark.parametrize(("severity", "found"), [("none", ""), ("page", "alert Watchdog has no runbook")])
def test_the_watchdog_needs_no_page_while_it_wakes_nobody(severity: str, found: str) -> None:
    rule = f"{{alert: Watchdog, expr: vector(1), labels: {{severity: {severity}}}}}"

    rules = f"groups: [{{name: g, rules: [{rule}]}}]"
    assert found in said(a_library(), rules)
    assert bool(found) is ("Watchdog" in said(a_library(), rules))


def test_alert_rules_without_a_runbook_are_found_with_their_line() -> None:
    found = said(a_library(latency_spike=a_page("latency_spike")), RULES)

    assert "rules.yaml:5: alert Slow has no runbook; add the annotation runbook" in found
    assert "rules.yaml:14: alert LinkedWrongly names the runbook latency, which does not exist" in found
    assert "Linked has" not in found


def test_a_runbook_no_rule_reaches_is_found() -> None:
    library = a_library(latency_spike=a_page("latency_spike"), data_drift=a_page("data_drift"))

    assert "runbooks/data_drift.md: no alert rule leads here" in said(library, RULES)


ACTING = """\
remediation:
  - {action: rollback, if_not_recovered: undo}
limits: {cooldown: 5m}
verify: {query: "up{$series}", condition: value > `0`, soak: 1m, within: 5m, traffic: {query: up, at_least: 1}}
"""


def test_a_side_effect_that_would_start_another_page_is_found() -> None:
    """A rollback starts with cold caches; a page that would answer the slowness at once would chase it."""
    library = a_library(
        error_rate=a_page("error_rate", ACTING, "auto"), latency_spike=a_page("latency_spike", ACTING, "auto")
    )

    assert "would start this page after 5m; set limits.cooldown to 15m or more" in said(library)


def test_actions_that_move_one_thing_apart_are_opposed() -> None:
    up = Effect("traffic", "up", frozenset(), timedelta())
    down = Effect("traffic", "down", frozenset(), timedelta())

    assert opposed(up, down)
    assert not opposed(up, up)


def test_every_action_says_what_it_moves() -> None:
    assert set(EFFECTS) == set(Action)
