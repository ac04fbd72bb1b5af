"""The evidence pack as one page: no network, no server, readable without its script, on paper and on a phone."""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from responder.commands.audit.chart import shares_bar, speeds_chart
from responder.commands.audit.escaping import text
from responder.commands.audit.stories import incident_row, story_section
from responder.domain.audit_report import OPEN, Story, Summary

HERE = Path(__file__).parent
ORDER = ("recovered", "escalated", "suppressed", "quarantined", OPEN)
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
            _numbers(summary),
            _speeds(summary),
            _incidents(stories),
            f"<h2 id='stories'>What happened</h2>{''.join(map(story_section, stories)) or '<p>Nothing.</p>'}",
            f"</main>{_foot(cover)}<script>{script}</script></body></html>",
        ]
    )


def _head(cover: Cover, css: str, script: str) -> str:
    policy = f"default-src 'none'; img-src data:; style-src {_source(css)}; script-src {_source(script)}; base-uri 'none'; form-action 'none'"
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        "<meta name='viewport' content='width=device-width, initial-scale=1'><meta name='referrer' content='no-referrer'>"
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
        + (f"<details><summary class='soft'>What cannot be known from here</summary><ul>{unknown}</ul></details>" if unknown else "")
        + "</section>"
    )


def _numbers(summary: Summary) -> str:
    acted = sum(times for what, times in summary.actions.items() if what.endswith((": accepted", ": reconciled")))
    cards = (
        (summary.episodes, "episodes came in"),
        (summary.incidents, "incidents they made"),
        (acted, "changes made"),
        (summary.undone, "taken back"),
        (sum(summary.refusals.values()), "times it refused to act"),
        (summary.notices["page"], "pages sent"),
    )
    shown = "".join(f"<div class='card'><b>{number}</b><span>{label}</span></div>" for number, label in cards)
    return (
        f"<section aria-label='Numbers'><div class='cards'>{shown}</div><h2>How every episode ended</h2>{_bar(summary)}"
        f"{_dispositions(summary)}<div class='columns'>{_counts('Changes', summary.actions, 'nothing was changed')}"
        f"{_counts('Refusals by reason', summary.refusals, 'it never refused')}"
        f"{_counts('People who decided', summary.people, 'nobody had to')}"
        f"{_counts('Notices', summary.notices, 'nobody was told')}"
        f"{_counts('Taken out before writing', summary.redacted, 'no secret or person was found')}</div></section>"
    )


def _bar(summary: Summary) -> str:
    return shares_bar([(_class(name), name, summary.dispositions[name]) for name in ORDER])


def _dispositions(summary: Summary) -> str:
    rows = "".join(
        f"<tr><td><span class='tag {_class(name)}'>{name}</span></td><td class='num'>{summary.dispositions[name]}</td></tr>"
        for name in ORDER
    )
    total = sum(summary.dispositions.values())
    adds_up = "they add up" if total == summary.episodes else f"THEY DO NOT ADD UP to {summary.episodes}"
    return (
        f"<table class='ends'><thead><tr><th>ended as</th><th class='num'>episodes</th></tr></thead><tbody>{rows}</tbody>"
        f"<tfoot><tr><td>together ({adds_up})</td><td class='num'>{total}</td></tr></tfoot></table>"
    )


def _counts(title: str, counts: Counter[str], none: str) -> str:
    rows = "".join(f"<tr><td>{text(name)}</td><td class='num'>{times}</td></tr>" for name, times in counts.most_common())
    return f"<div><h4>{title}</h4>" + (f"<table><tbody>{rows}</tbody></table></div>" if rows else f"<p class='soft'>{none}</p></div>")


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
        "<footer><p>Each step names its record in the audit bucket and that record's SHA-256. Incidents that were opened"
        f" before {cover.since:%Y-%m-%d %H:%M} are in the report before this one.</p></footer>"
    )


def _period(cover: Cover) -> str:
    return f"{cover.since:%Y-%m-%d %H:%M} to {cover.until:%Y-%m-%d %H:%M}"


def _class(name: str) -> str:
    return "open" if name == OPEN else name


