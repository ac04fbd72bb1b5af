"""The numbers of the report, and its two other forms."""

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.audit.trails import an_honest_trail
from tests.world import NOON

from responder.commands.audit.escaping import cell, text
from responder.commands.audit.tables import as_csv, as_jsonl
from responder.commands.audit.telling import in_short, sentence
from responder.domain.audit_report import summarise
from responder.domain.audit_story import Story
from responder.workflow.report_audit import Asked, read_stories

DAYS = timedelta(days=2)


@pytest.fixture(scope="module")
def stories() -> list[Story]:
    return read_stories(an_honest_trail().trail, Asked(NOON - DAYS, NOON + DAYS))


def test_every_episode_has_exactly_one_disposition(stories: list[Story]) -> None:
    summary = summarise(stories)

    assert summary.episodes == sum(summary.dispositions.values()) == 8
    assert summary.dispositions == {"recovered": 2, "escalated": 4, "suppressed": 2}


def test_what_was_done_refused_and_taken_back_is_counted(stories: list[Story]) -> None:
    summary = summarise(stories)

    assert summary.actions == {"rollback: accepted": 4, "undo: accepted": 2}
    assert summary.undone == 2
    assert summary.refusals == {"mode": 2}


def test_who_said_yes_is_named(stories: list[Story]) -> None:
    facts = {"approval": {"by": "arn:aws:iam::1:user/ann", "yes": True, "plan_sha256": "0" * 64}}
    step = replace(stories[0].steps[0], kind="answered", facts=facts)
    story = replace(stories[0], steps=(*stories[0].steps, step))

    assert summarise([story]).people == {"arn:aws:iam::1:user/ann": 1}
    assert sentence(step) == f"arn:aws:iam::1:user/ann said yes to the plan {'0' * 16}"


def test_how_fast_it_was_is_told_per_failure_mode(stories: list[Story]) -> None:
    speeds = {speed.failure_mode: speed for speed in summarise(stories).speeds}

    assert speeds["latency_spike"].to_act == 0
    assert 300 <= (speeds["latency_spike"].to_recover or 0) <= 900
    assert speeds["not diagnosed"].to_act is None


def test_only_what_was_opened_in_the_period_is_told() -> None:
    trail = an_honest_trail().trail

    assert len(read_stories(trail, Asked(NOON, NOON + timedelta(minutes=1)))) == 1
    assert read_stories(trail, Asked(NOON - DAYS, NOON)) == []
    assert read_stories(trail, Asked(NOON, NOON + DAYS, service="other")) == []
    assert len(read_stories(trail, Asked(NOON, NOON + DAYS, mode="latency_spike"))) == 6


def test_a_stranger_reads_what_happened_in_a_few_sentences(stories: list[Story]) -> None:
    healed = next(story for story in stories if story.disposition == "recovered")

    said = in_short(healed)

    assert said.startswith("LLMHighP95 on chat. Diagnosed as latency_spike (confidence")
    assert "rollback (endpoint_config chat-v2 \u2192 chat-v1)" in said
    assert "Verification said recovered after" in said


def test_one_line_per_incident_for_programs_and_for_spreadsheets(stories: list[Story]) -> None:
    lines = [json.loads(line) for line in as_jsonl(stories).splitlines()]
    rows = list(csv.DictReader(io.StringIO(as_csv(stories))))

    assert [line["incident"] for line in lines] == [row["incident"] for row in rows] == [s.id for s in stories]
    assert next(csv.reader(io.StringIO(as_csv([])))) == list(rows[0])


@pytest.mark.parametrize("formula", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", " =1", "\uff1d1+1"])
def test_no_cell_is_run_by_a_spreadsheet(formula: str) -> None:
    assert cell(formula).startswith("'")


@pytest.mark.parametrize("harmless", ["chat", "-1.5", "+3", "2026-11-25T12:00:00.000Z"])
def test_ordinary_cells_stay_as_they_are(harmless: str) -> None:
    assert cell(harmless) == harmless


def test_text_is_escaped_and_what_cannot_be_seen_is_shown() -> None:
    assert text("<b>&\"'") == "&lt;b&gt;&amp;&quot;&#x27;"
    assert text("a\u202eb\u2066c\u200bd\x00") == "a[U+202E]b[U+2066]c[U+200B]d[U+0000]"
