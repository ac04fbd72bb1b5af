import re
from datetime import timedelta
from pathlib import Path

import pytest

from responder.domain.failure_mode import FailureMode
from responder.domain.page import parse_page
from responder.domain.plain import sha256
from responder.domain.runbook import HEADINGS, Action
from responder.errors import CannotRead

SHIPPED = Path(__file__).parents[2] / "runbooks"
GOOD = """\
---
failure_mode: latency_spike
title: Answers are slow
owner: ml-platform
reviewed: 2026-11-25
autonomy: auto
signals:
  - id: name
    says: the alert is about latency
    weight: 3
    alertname: [Slow]
remediation:
  - action: rollback
    when: release.age_s < `86400`
    if_not_recovered: undo
verify:
  query: avg(rate(latency{$series}[5m]))
  condition: value < `1.2`
  soak: 5m
  within: 15m
  traffic: {query: "sum(rate(requests{$series}[5m]))", at_least: 0.1}
---

## Meaning

Slow.

## Impact

People wait.

## Diagnosis

Look.

## Remediation

Roll back.

## Verification

Look again.
"""


def faults_of(text: str, path: str = "runbooks/latency_spike.md") -> str:
    with pytest.raises(CannotRead) as refused:
        parse_page(text, path)
    return str(refused.value)


def test_a_good_page_is_read_with_policy_prose_and_the_hash_of_the_file_as_written() -> None:
    page = parse_page(GOOD, "runbooks/latency_spike.md")

    assert page.failure_mode is FailureMode.LATENCY_SPIKE
    assert page.policy.remediation[0].action is Action.ROLLBACK
    assert tuple(page.prose) == HEADINGS
    assert page.prose["Impact"] == "People wait."
    assert page.sha256 == sha256(GOOD)


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("autonomy: auto", "autonmy: auto", r":6: unknown key autonmy; did you mean autonomy\?"),
        ("autonomy: auto", "autonomy: full", r":6: autonomy: unknown 'full'; known here: observe, suggest, auto"),
        ("action: rollback", "action: rolback", r":13: .*unknown 'rolback'; did you mean rollback\?"),
        ("    weight: 3", "    wieght: 3", r":10: unknown key signals.0.wieght; did you mean weight\?"),
        ("    weight: 3\n", "", r":8: signals.0.weight is missing; add it"),
        ("soak: 5m", "soak: 5 minutes", r":19: verify.soak: '5 minutes' is not a duration; write for example"),
        ("within: 15m", "within: 9m", r":20: within 9m is shorter .*; write 10m or more"),
        ("value < `1.2`", "value <", r":18: 'value <' is not JMESPath"),
        ("value < `1.2`", "p95 < `1.2`", r":18: .* reads \"p95\", which nobody fills in; it may read value"),
        ("release.age_s", "release.age", r":14: .* which nobody fills in; it may read alert.severity"),
        ("{$series}", "{job=~'$job'}", r":17: placeholder \$job in a query; only \$series"),
        ("failure_mode: latency_spike", "failure_mode: error_rate", r":2: failure_mode is error_rate, the file is"),
        ("alertname: [Slow]", "alertname: []", r":8: signal name looks at nothing, or at several things"),
        ("alertname: [Slow]", "alertname: [Slow]\n    log: [slow]", r":8: signal name looks at nothing, or at sev"),
        ("alertname: [Slow]", "log: ['slow[']", r":11: 'slow\[' is not a regular expression"),
        ("alertname: [Slow]", "log: ['.*']", r":11: '\.\*' matches everything"),
        ("alertname: [Slow]", "log: [slow]\n    unless: ['fast[']", r":12: 'fast\[' is not a regular expression"),
        ("alertname: [Slow]", "alertname: [Slow]\n    unless: [fast]", r":12: signal name has `unless` but reads"),
        ("alertname: [Slow]", "query: up", r":8: signal name measures without `when`"),
        ("title: Answers", "owner: Answers", r":4: key 'owner' is written twice; keep one"),
        ("## Impact", "## Impacts", r":28: unknown heading 'Impacts'; did you mean Impact\?"),
        ("## Impact\n\nPeople wait.\n\n", "", r":\d+: heading 'Impact' is missing; add a line: ## Impact"),
        ("People wait.", "", r":28: nothing under 'Impact'; say `nothing to do` and why"),
        ("\n## Meaning", "\nRead me first.\n\n## Meaning", r":24: text before the first heading reaches nobody"),
    ],
)
def test_a_fault_is_refused_with_its_line_and_what_to_write_instead(good: str, bad: str, said: str) -> None:
    assert good in GOOD

    said_instead = faults_of(GOOD.replace(good, bad, 1))

    assert re.search(r"^runbooks/latency_spike\.md" + said, said_instead, re.MULTILINE), said_instead


def test_an_action_without_verify_is_refused() -> None:
    start, end = GOOD.index("verify:"), GOOD.index("---\n\n")

    assert "an action without verify; add verify" in faults_of(GOOD[:start] + GOOD[end:])


def test_all_faults_are_told_at_once() -> None:
    bad = GOOD.replace("owner:", "ownr:").replace("## Impact", "## Impakt").replace("soak: 5m", "soak: x")

    assert {"unknown key ownr", "owner is missing", "unknown heading 'Impakt'"} <= {
        line.split(": ", 1)[1].split(";")[0] for line in faults_of(bad).splitlines()
    }


def test_the_page_unknown_may_not_act() -> None:
    text = GOOD.replace("failure_mode: latency_spike", "failure_mode: unknown")

    assert "unknown never acts; remove remediation" in faults_of(text, "runbooks/unknown.md")


def test_a_heading_inside_a_code_block_is_code() -> None:
    page = parse_page(GOOD.replace("Look.", "```\n## not a heading\n```"), "latency_spike.md")

    assert "## not a heading" in page.prose["Diagnosis"]


def test_a_page_without_front_matter_is_refused() -> None:
    assert faults_of("# Hello") == (
        "runbooks/latency_spike.md:1: no front matter; begin with a line ---, the policy, and another line ---"
    )


@pytest.mark.parametrize("mode", list(FailureMode))
def test_every_failure_mode_has_a_shipped_page(mode: FailureMode) -> None:
    path = SHIPPED / f"{mode}.md"

    assert parse_page(path.read_text(), str(path)).failure_mode is mode


def test_what_is_done_afterwards_is_a_list_beside_the_ladder() -> None:
    written = GOOD.replace("verify:\n", "afterwards:\n  - action: requeue\n    converge_within: 20m\nverify:\n")

    (follow_up,) = parse_page(written, "runbooks/latency_spike.md").policy.afterwards

    assert (follow_up.action, follow_up.converge_within) == (Action.REQUEUE, timedelta(minutes=20))


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (GOOD.replace("action: rollback", "action: requeue"), "requeue heals nothing"),
        (GOOD.replace("verify:\n", "afterwards: [{action: drain}]\nverify:\n"), "drain is no step for afterwards"),
        (GOOD.replace("verify:\n", "afterwards: [{action: requeue, when: x}]\nverify:\n"), "unknown key"),
        (
            re.sub(r"remediation:.*?undo\n", "afterwards: [{action: requeue}]\n", GOOD, flags=re.DOTALL),
            "nothing comes before afterwards",
        ),
    ],
)
def test_what_cannot_be_done_afterwards_is_refused(written: str, says: str) -> None:
    assert says in faults_of(written)
