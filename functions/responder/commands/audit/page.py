"""The evidence pack as one page: no network, no server, readable without its script, on paper and on a phone."""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from responder.commands.audit.chart import speeds_chart
from responder.commands.audit.escaping import text
from responder.commands.audit.numbers import numbers
from responder.commands.audit.stories import incident_row, story_section
from responder.domain.audit_report import Summary
from responder.domain.audit_story import Story

HERE = Path(__file__).parent
COLUMNS = ("opened (UTC)", "service", "alert", "failure mode", "done", "verdict", "ended as", "to act", "to recover")


@dataclass(frozen=True)
class Proof:
    """What verification said of the records this report was made from, and how to ask again."""

    clean: bool | None
    says: str
    command: str
    findings: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cover:
    """What the report is about."""

    since: datetime
    until: datetime
    made_at: datetime
    made_from: str
    only: str = ""


def render(cover: Cover, proof: Proof, summary: Summary, stories: Sequence[Story]) -> str:
    css, script = (HERE / "page.css").read_text(encoding="utf-8"), (HERE / "page.js").read_text(encoding="utf-8")
    return "\n".join(
        [
            _head(cover, css, script),
            f"<body>{_title(cover)}{_proof(proof)}<main id='main'>",
            numbers(summary),
            _speeds(summary),
            _incidents(stories),
            f"<h2 id='stories'>What happened</h2>{''.join(map(story_section, stories)) or '<p>Nothing.</p>'}",
            f"</main>{_foot(cover)}<script>{script}</script></body></html>",
        ]
    )


def _head(cover: Cover, css: str, script: str) -> str:
    sources = f"default-src 'none'; img-src data:; style-src {_source(css)}; script-src {_source(script)}"
    policy = f"{sources}; base-uri 'none'; form-action 'none'"
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<link rel='icon' href='data:,'><title>Alert responder: {_period(cover)}</title><style>{css}</style></head>"
    )


def _source(code: str) -> str:
    """Let exactly this style or script run, whatever else somebody gets into the page."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"


def _title(cover: Cover) -> str:
    only = f", only {text(cover.only)}" if cover.only else ""
    return (
        "<a class='skip' href='#main'>Skip to the numbers</a><header><h1>What the alert responder did</h1>"
        f"<p class='soft'>Incidents opened {_period(cover)} (UTC){only}. Made {cover.made_at:%Y-%m-%d %H:%M} from"
        f" {text(cover.made_from)}.</p></header>"
    )


def _proof(proof: Proof) -> str:
    kind = {True: "clean", False: "faults", None: ""}[proof.clean]
    mark = {True: "Verified.", False: "NOT as it was sealed.", None: "Not verified."}[proof.clean]
    findings = "".join(f"<li>{text(one)}</li>" for one in proof.findings)
    unknown = "".join(f"<li>{text(one)}</li>" for one in proof.unknown)
    return (
        f"<section class='verdict {kind}' aria-label='Verification'><strong>{mark}</strong> {text(proof.says)}"
        + (f"<ul>{findings}</ul>" if findings else "")
        + f"<p>Check it yourself: <code>{text(proof.command)}</code></p>"
        + (
            f"<details><summary class='soft'>What cannot be known from here</summary><ul>{unknown}</ul></details>"
            if unknown
            else ""
        )
        + "</section>"
    )


def _speeds(summary: Summary) -> str:
    return f"<section><h2>How fast, by failure mode</h2>{speeds_chart(summary.speeds)}</section>"


def _incidents(stories: Sequence[Story]) -> str:
    head = "".join(f"<th scope='col'{' class=num' if name.startswith('to ') else ''}>{name}</th>" for name in COLUMNS)
    rows = "".join(incident_row(story, COLUMNS) for story in stories)
    return (
        f"<h2>Incidents</h2>{_filter(stories)}<p id='shown' class='soft' role='status'>{len(stories)} incidents</p>"
        f"<table id='incidents' class='wide'><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _filter(stories: Sequence[Story]) -> str:
    choices = (
        ("service", sorted({s.service for s in stories})),
        ("mode", sorted({s.failure_mode for s in stories})),
        ("end", sorted({s.disposition for s in stories})),
    )
    names = {"service": "service", "mode": "failure mode", "end": "ended as"}
    selects = "".join(_select(names[by], by, options) for by, options in choices)
    return (
        "<div class='filter' role='search'><label>any text<input type='search' data-by='any' "
        f"placeholder='alert, service, id'></label>{selects}</div>"
    )


def _select(name: str, by: str, options: Iterable[str]) -> str:
    shown = "".join(f"<option value='{text(one).lower()}'>{text(one)}</option>" for one in options)
    return f"<label>{name}<select data-by='{by}'><option value=''>all</option>{shown}</select></label>"


def _foot(cover: Cover) -> str:
    return (
        "<footer><p>Each step names its record in the audit bucket and that record's SHA-256."
        f" Incidents that were opened before {cover.since:%Y-%m-%d %H:%M} are in an earlier report.</p></footer>"
    )


def _period(cover: Cover) -> str:
    return f"{cover.since:%Y-%m-%d %H:%M} to {cover.until:%Y-%m-%d %H:%M}"
