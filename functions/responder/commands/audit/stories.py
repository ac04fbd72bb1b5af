"""One incident in the report: its row in the table, and its story along a line of time."""

from collections.abc import Sequence

from responder.commands.audit.basis import Rows, basis
from responder.commands.audit.escaping import text
from responder.commands.audit.telling import in_short, phase, sentence, span
from responder.domain.audit_story import OPEN, Step, Story, by_whom

NOTHING = "-"


def incident_row(story: Story, columns: Sequence[str]) -> str:
    """Write the row; its attributes are what the filter compares."""
    values = (
        f"<a href='#{_id(story)}'>{story.opened_at:%Y-%m-%d %H:%M}</a>",
        text(story.service),
        text(", ".join(story.names)),
        text(story.failure_mode),
        text(_done(story) or NOTHING),
        text(story.verdict.replace("_", " ") or NOTHING),
        _tag(story.disposition),
        span(story.seconds_to_act),
        span(story.seconds_to_recover),
    )
    cells = "".join(
        f"<td data-name='{name}' class='{_kind(name, value)}'>{value}</td>"
        for name, value in zip(columns, values, strict=True)
    )
    marks = f"data-service='{text(story.service).lower()}' data-mode='{text(story.failure_mode).lower()}'"
    return f"<tr data-story='{_id(story)}' {marks} data-end='{text(story.disposition).lower()}'>{cells}</tr>"


def story_section(story: Story) -> str:
    steps = "".join(_step(step, story) for step in story.steps)
    return (
        f"<details class='story' id='{_id(story)}'><summary><h3>{story.opened_at:%Y-%m-%d %H:%M} "
        f"{text(', '.join(story.names))} {_tag(story.disposition)}</h3><p>{text(in_short(story))}</p></summary>"
        f"<div class='inside'><p class='soft'>Incident <code>{text(story.id)}</code> on"
        f" <code>{text(story.resource)}</code>,"
        f" severity {text(story.severity)}</p>{_allowed_by(story)}<ol class='line'>{steps}</ol></div></details>"
    )


def _step(step: Step, story: Story) -> str:
    after = (step.at - story.opened_at).total_seconds()
    who = by_whom(step) or step.facts.get("actor", {}).get("name", "")
    return (
        f"<li><span class='when'>+{span(after)}<small>{step.at:%H:%M:%S}</small></span>"
        f"<span class='phase {phase(step)}'>{text(phase(step))}</span>"
        f"<div class='what'>{text(sentence(step))}{_basis(step)}"
        f"<small>record {step.seq} by {text(who)}</small></div></li>"
    )


def _basis(step: Step) -> str:
    tables = "".join(_table(title, headings, rows) for title, headings, rows in basis(step) if rows)
    proof = _table("Record", ("object", "sha256"), [(step.key, step.sha256)])
    return f"<details class='basis'><summary>what it rests on</summary>{tables}{proof}</details>"


def _table(title: str, headings: Sequence[str], rows: Rows) -> str:
    head = "".join(f"<th scope='col'>{text(one)}</th>" for one in headings)
    body = "".join("<tr>" + "".join(f"<td>{text(one)}</td>" for one in row) + "</tr>" for row in rows)
    return f"<h4>{text(title)}</h4><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _done(story: Story) -> str:
    did = [str(s.facts.get("action")) if s.kind == "acted" else "taken back" for s in story.actions]
    return ", ".join(did)


def _kind(name: str, value: str) -> str:
    """Numbers stand on the right; a phone leaves out what says nothing."""
    return f"{'num' if name.startswith('to ') else ''} {'none' if value == NOTHING else ''}".strip()


def _allowed_by(story: Story) -> str:
    book = story.decision.get("runbook")
    if not book:
        return ""
    path, digest = text(book.get("path")), text(book.get("sha256"))
    return f"<p class='soft'>Decided by <code>{path}</code>, sha256 <code>{digest}</code></p>"


def _tag(disposition: str) -> str:
    kind = "open" if disposition == OPEN else disposition
    return f"<span class='tag {text(kind)}'>{text(disposition)}</span>"


def _id(story: Story) -> str:
    return f"i-{text(story.id)}"
