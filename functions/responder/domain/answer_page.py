"""What a person sees who follows the link of an invitation: the plan and two buttons, or why nothing is asked.

One page without a script, a picture or a request to anybody. What comes from outside is put on one line and
escaped; the policy sent with the page would stop it from doing anything even so.
"""

import base64
import hashlib
import html
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from responder.domain.incident import Incident
from responder.domain.plain import canonical, stamp
from responder.domain.remediation import Plan
from responder.domain.wording import one_line

LONGEST_CODE = 16  # characters typed
STYLE = (
    ":root{--ink:#1a1d21;--soft:#5a6472;--line:#d9dee5;--paper:#fff;--band:#f5f7f9;--yes:#11734b;--no:#b3261e}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e8eaed;--soft:#a3adb9;--line:#3a424d;--paper:#14171b;"
    "--band:#1d2227;--yes:#1c8a5d;--no:#c9453d}}"
    "*{box-sizing:border-box}body{margin:0 auto;padding:1rem;max-width:46rem;color:var(--ink);background:var(--paper);"
    "font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}h1{font-size:1.35rem;line-height:1.3;margin:.2rem 0}"
    "p{margin:.4rem 0}.soft{color:var(--soft)}.says{border:1px solid var(--line);border-left:.4rem solid var(--soft);"
    "border-radius:4px;background:var(--band);padding:.6rem .9rem;margin:.8rem 0}dl{margin:.8rem 0}"
    "dt{color:var(--soft);font-size:.85rem;margin-top:.6rem}dd{margin:0}"
    "code{font:.85em/1.5 ui-monospace,monospace;white-space:pre-wrap}"
    "form{border-top:1px solid var(--line);margin-top:1rem;padding-top:.8rem}label{display:block;font-weight:600}"
    "input{font:1.4rem ui-monospace,monospace;letter-spacing:.15em;width:11rem;max-width:100%;padding:.3rem .5rem;"
    "color:var(--ink);background:var(--paper);border:1px solid var(--soft);border-radius:4px;margin:.3rem 0 .8rem}"
    "button{font:inherit;font-weight:600;color:#fff;border:0;border-radius:4px;padding:.6rem 1.1rem;"
    "margin:0 .6rem .4rem 0}"
    ".yes{background:var(--yes)}.no{background:var(--no)}:focus-visible{outline:3px solid #1f5fbf;outline-offset:2px}"
)
POLICY = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}


class Shut(StrEnum):
    """Why there is nothing to answer here."""

    NOT_OURS = "not_ours"
    EXPIRED = "expired"
    NOT_ASKED = "not_asked"
    OTHER_PLAN = "other_plan"
    USED = "used"
    NO_TRIES_LEFT = "no_tries_left"
    BUSY = "busy"


_STATUS = {Shut.NOT_OURS: 404, Shut.NO_TRIES_LEFT: 403, Shut.BUSY: 503}
_GONE = 410
_TITLES = {
    Shut.NOT_OURS: "This link cannot be used",
    Shut.EXPIRED: "The time to answer is over",
    Shut.NOT_ASKED: "Nothing is asked any more",
    Shut.OTHER_PLAN: "This link is about another plan",
    Shut.USED: "This link was used already",
    Shut.NO_TRIES_LEFT: "The code was wrong too often",
    Shut.BUSY: "Try again in a moment",
}


@dataclass(frozen=True)
class Page:
    """An answer to a browser; `says` goes into the log, and never holds the link or the code."""

    status: int
    says: str
    html: str


def asking(incident: Incident, plan: Plan, wrong: str = "") -> Page:
    """Show what is proposed and how to answer; `wrong` says what was wrong with an answer just given."""
    about, answer = incident.target or incident.resource, stamp(incident.next_at) if incident.next_at else ""
    parts = [
        f"<p class='soft'>Incident {_text(incident.id)}, {_text(incident.severity)}, about {_text(about)}</p>",
        f"<h1>May automation {_text(plan.says)}?</h1>",
        f"<p class='says' role='alert'>{_text(wrong)}</p>" if wrong else "",
        f"<dl>{''.join(f'<dt>{name}</dt><dd>{said}</dd>' for name, said in _facts(incident, plan))}</dl>",
        _form(answer),
    ]
    return Page(403 if wrong else 200, wrong or "shown", _page("Yes or no?", "".join(parts)))


def shut(why: Shut, says: str) -> Page:
    """Say why nothing can be answered here, and where to go instead."""
    parts = f"<h1>{_TITLES[why]}</h1><p>{_text(says)}</p>{_ELSEWHERE}"
    return Page(_STATUS.get(why, _GONE), f"{why}: {says}", _page(_TITLES[why], parts))


def passed_on(incident: Incident, plan: Plan, *, yes: bool) -> Page:
    said = "yes" if yes else "no"
    after = (
        "Every other guard is asked again before anything is changed: it may still not be done."
        if yes
        else "Nothing will be changed by automation; a person has it."
    )
    parts = (
        f"<h1>You said {said}</h1><p class='says'>{_text(plan.says)}</p><p>{after}</p>"
        f"<p>Recorded as the answer of the bearer of the link. Follow it with:</p>"
        f"<p><code>responder incident {_text(incident.id)}</code></p>"
    )
    return Page(202, f"passed on: {said}", _page(f"You said {said}", parts))


_ELSEWHERE = (
    "<p class='soft'>Nothing was changed. How it stands: <code>responder incident ID</code>; where something is asked,"
    " <code>responder approve ID</code> or <code>responder deny ID</code> answers it under your own name.</p>"
)


def _facts(incident: Incident, plan: Plan) -> list[tuple[str, str]]:
    believed = incident.diagnosis
    why = f"{believed.failure_mode}, confidence {believed.confidence:.2f}" if believed else "not diagnosed"
    because = f" because {'; '.join(believed.because)}" if believed and believed.because else ""
    return [
        ("What we believe", _text(why + because)),
        ("Now", f"<code>{_text(canonical(plan.before))}</code>"),
        ("Afterwards", f"<code>{_text(canonical(plan.desired))}</code>"),
        ("By hand this would be", f"<code>{_text(plan.command)}</code>"),
        ("And back", f"<code>{_text(plan.undo_command)}</code>"),
        ("Plan, by its SHA-256", f"<code>{_text(plan.sha256)}</code>"),
    ]


def _form(until: str) -> str:
    return (
        "<form method='post'><label for='code'>The code that stands beside the link</label>"
        f"<input id='code' name='code' inputmode='numeric' autocomplete='off' maxlength='{LONGEST_CODE}' required>"
        "<div><button class='yes' name='answer' value='yes'>Yes, do it</button>"
        "<button class='no' name='answer' value='no'>No</button></div>"
        f"<p class='soft'>Until {until}. No answer is a no. The answer counts once, for this plan alone.</p></form>"
    )


def _page(title: str, parts: str) -> str:
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width,initial-scale=1'>"
        "<meta name='referrer' content='no-referrer'>"
        f"<title>{title}</title><style>{STYLE}</style></head><body><main>{parts}</main></body></html>"
    )


def _text(said: str) -> str:
    return html.escape(one_line(said, 2000), quote=True)
