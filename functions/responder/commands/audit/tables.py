"""The same incidents for a spreadsheet (CSV) or a program (one JSON document a line)."""

import csv
import io
from collections.abc import Sequence

from responder.commands.audit.escaping import cell
from responder.commands.audit.telling import in_short
from responder.domain.audit_story import Story
from responder.domain.plain import canonical, stamp


def facts_of(story: Story) -> dict[str, object]:
    """Return an incident as flat facts, every column always there."""
    book = story.decision.get("runbook") or {}
    return {
        "incident": story.id,
        "opened_at": stamp(story.opened_at),
        "service": story.service,
        "resource": story.resource,
        "alerts": list(story.names),
        "severity": story.severity,
        "episodes": len(story.episodes),
        "dispositions": dict(sorted(story.dispositions.items())),
        "failure_mode": story.failure_mode,
        "runbook": book.get("path"),
        "runbook_sha256": book.get("sha256"),
        "actions": [
            f"{s.kind} {s.facts.get('action')}: {s.facts['outcome'].get('result')}" for s in story.of("acted", "undone")
        ],
        "refusals": story.refusals,
        "verdict": story.verdict or None,
        "disposition": story.disposition,
        "seconds_to_act": story.seconds_to_act,
        "seconds_to_recover": story.seconds_to_recover,
        "records": len(story.steps),
        "last_record_sha256": story.steps[-1].sha256,
        "in_short": in_short(story),
    }


def as_jsonl(stories: Sequence[Story]) -> str:
    return "".join(canonical(facts_of(story)) + "\n" for story in stories)


def as_csv(stories: Sequence[Story]) -> str:
    """Write one row per incident; the header stands also when there is none."""
    rows = [facts_of(story) for story in stories]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(rows[0] if rows else COLUMNS)
    writer.writerows([[cell(value) for value in row.values()] for row in rows])
    return out.getvalue()


COLUMNS = [
    "incident",
    "opened_at",
    "service",
    "resource",
    "alerts",
    "severity",
    "episodes",
    "dispositions",
    "failure_mode",
    "runbook",
    "runbook_sha256",
    "actions",
    "refusals",
    "verdict",
    "disposition",
    "seconds_to_act",
    "seconds_to_recover",
    "records",
    "last_record_sha256",
    "in_short",
]
