"""The text a person is woken by: what is wrong and how bad, what to do first, what we believe and did, and why.

Plain text on purpose. Everything that came from outside is put on one line, without control or
bidirectional characters, and cut: it cannot pretend to be another line of the page.
"""

import re
import unicodedata
from datetime import datetime
from enum import StrEnum

from responder.domain.advice import Pointers, do_first, prose
from responder.domain.alert import Alert
from responder.domain.diagnosis import Diagnosis
from responder.domain.duration import roughly
from responder.domain.escalation import NoticeKind
from responder.domain.evidence import Evidence
from responder.domain.incident import Disposition, Incident, Intent, State
from responder.domain.plain import stamp
from responder.domain.target import Target

LONGEST = 16_000  # characters of a body; SNS takes 256 KB, PagerDuty 512 KB, a person much less
_BRIEF = (NoticeKind.NOTE, NoticeKind.UPDATE, NoticeKind.RESOLVE)  # their readers know the runbook or need none
_AGAIN = {NoticeKind.UPDATE: "Update: ", NoticeKind.RESOLVE: "Ended: "}


class Tone(StrEnum):
    """How the story stands, in the subject."""

    NEEDS_YOU = "needs you"
    STILL_TRYING = "automation is still trying"
    RECOVERED = "recovered by automation"
    WOULD_HAVE = "would have acted"
    ENDED = "ended"


def subject(incident: Incident, kind: NoticeKind, target: Target | None) -> str:
    mode = incident.diagnosis.failure_mode if incident.diagnosis else "not diagnosed yet"
    says = f"[{incident.severity}] {_where(incident, target)}: {mode} - {_tone(incident)}"
    return one_line(_AGAIN.get(kind, "") + says, 100)


def body(incident: Incident, kind: NoticeKind, at: Pointers, now: datetime) -> str:
    """Write the notice; the runbook's prose comes last, because it is the longest."""
    parts = [
        _what(incident, at, now),
        do_first(incident, at),
        _belief(incident),
        _done(incident),
        _alerts(incident),
        _where_more(incident, at),
        "" if kind in _BRIEF else prose(incident, at),
    ]
    return "\n\n".join(part for part in parts if part)[:LONGEST]


def one_line(text: str, most: int) -> str:
    """Make outside text harmless in a line: no controls, no bidirectional tricks, no line breaks, cut."""
    clean = "".join(c for c in re.sub(r"\s+", " ", text) if unicodedata.category(c) not in ("Cc", "Cf"))
    return clean if len(clean) <= most else clean[: most - 3] + "..."


def _tone(incident: Incident) -> Tone:
    match incident.state:
        case State.RECOVERED:
            return Tone.RECOVERED
        case State.CLOSED if incident.disposition is Disposition.RECOVERED:
            return Tone.RECOVERED if incident.acted_at else Tone.ENDED
        case State.CLOSED:
            return Tone.NEEDS_YOU if incident.disposition is Disposition.QUARANTINED else Tone.ENDED
        case State.PROPOSED:
            return Tone.NEEDS_YOU
        case State.ESCALATED:
            return Tone.WOULD_HAVE if incident.proposal and incident.refusal == "mode" else Tone.NEEDS_YOU
        case _:
            return Tone.STILL_TRYING


def _where(incident: Incident, target: Target | None) -> str:
    if target:
        return target.name
    return incident.alerts[0].name if incident.alerts else incident.resource


def _what(incident: Incident, at: Pointers, now: datetime) -> str:
    title = at.page.policy.title if at.page and incident.diagnosis else "something is wrong"
    firing = f"{len(incident.firing)} alert{'s' * (len(incident.firing) != 1)} firing"
    lines = [
        f"{_where(incident, at.target)}: {title}. {_said(incident.alerts[0]) if incident.alerts else ''}".strip(),
        f"Since {stamp(incident.started_at)} ({_ago(incident.started_at, now)}), {incident.severity}, {firing}.",
    ]
    return "\n".join([*lines, *_how_bad(incident)])


def _how_bad(incident: Incident) -> list[str]:
    """Give the numbers of the diagnosed mode; what else was measured stands in the incident's record."""
    if incident.last_value is not None and incident.intent:
        wanted = incident.intent.verify.condition.replace("`", "")
        return [f"Last measured: {incident.last_value:.4g}, wanted {wanted}."]
    diagnosis = incident.diagnosis
    measured = [e for e in _measured(diagnosis) if e.source == "prometheus"] if diagnosis else []
    return [f"Measured: {_answer(e)}." for e in measured[:1]]


def _alerts(incident: Incident) -> str:
    lines = ["Alerts:", *(f"  - {_alert(alert)}" for alert in incident.alerts)]
    more = len(incident.firing) - len(incident.alerts)
    return "\n".join(lines + ([f"  - and {more} more firing"] if more > 0 else []))


def _alert(alert: Alert) -> str:
    labels = ", ".join(f"{k}={v}" for k, v in sorted(alert.labels.items()) if k not in ("alertname", "severity"))
    return one_line(f"{alert.name} [{alert.labels.get('severity', 'no severity')}] {_said(alert)} ({labels})", 400)


def _said(alert: Alert) -> str:
    said = next((alert.annotations[k] for k in ("summary", "description", "message") if alert.annotations.get(k)), "")
    return one_line(said, 200)


def _belief(incident: Incident) -> str:
    diagnosis = incident.diagnosis
    if diagnosis is None:
        return "What we believe: not diagnosed yet."
    lines = [
        f"What we believe: {diagnosis.failure_mode}, confidence {diagnosis.confidence:.2f}, next {diagnosis.runner_up}."
    ]
    lines += [f"  because {one_line(reason, 200)}" for reason in diagnosis.because]
    lines += [f"  despite {one_line(reason, 200)}" for reason in diagnosis.despite]
    lines += [f"  measured {_answer(e)}" for e in _measured(diagnosis)]
    unanswered = [e for e in diagnosis.evidence if e.missing is not None]
    if unanswered:
        why = one_line(unanswered[0].missing or "", 160)
        lines.append(f"  no answer to {len(unanswered)} of {len(diagnosis.evidence)} questions ({why})")
    return "\n".join(lines)


def _measured(diagnosis: Diagnosis) -> list[Evidence]:
    """What was answered about this mode; two signals that ask the same have one answer."""
    about = [e for e in diagnosis.evidence if _is_about(e, diagnosis) and e.missing is None]
    return list({(e.source, e.asked): e for e in reversed(about)}.values())[::-1]


def _is_about(evidence: Evidence, diagnosis: Diagnosis) -> bool:
    mode, _, question = evidence.name.partition(".")
    return not question or mode in (diagnosis.failure_mode, diagnosis.leading)


def _answer(evidence: Evidence) -> str:
    value = f"{evidence.value:.4g}" if isinstance(evidence.value, float) else evidence.value
    return one_line(f"{evidence.name.partition('.')[2] or evidence.name} = {value}", 240)


def _done(incident: Incident) -> str:
    lines = []
    if incident.intent:
        lines.append(_did(incident, incident.intent))
    if incident.refusal:
        lines.append(f"What we did not do: {_refused(incident)}")
    elif incident.says and incident.says != (incident.intent.plan.says if incident.intent else ""):
        lines.append(f"How it stands: {one_line(incident.says, 600)}.")
    if incident.drift:
        lines.append(f"Mind: {one_line(incident.drift, 300)}.")
    if incident.intent and _may_be_taken_back(incident, incident.intent):
        lines += ["To take it back by hand:", f"  {incident.intent.plan.undo_command}"]
    return "\n".join(lines)


def _did(incident: Incident, intent: Intent) -> str:
    did = "did" if incident.acted_at else "tried"
    back = ", and took it back" if incident.reverted_at else ""
    return f"What we {did}: {one_line(intent.plan.says, 300)} (action {intent.action_id}){back}."


def _refused(incident: Incident) -> str:
    would = f"would have: {incident.proposal.says}; " if incident.proposal else ""
    return one_line(f"{would}refused because of {incident.refusal}: {incident.says}", 600)


def _may_be_taken_back(incident: Incident, intent: Intent) -> bool:
    return intent.plan.undoable and incident.state is not State.CLOSED and incident.reverted_at is None


def _where_more(incident: Incident, at: Pointers) -> str:
    lines = [f"{name}: {url}" for name, url in at.links]
    return "\n".join([*lines, f"The whole story: responder incident {incident.id}"])


def _ago(then: datetime, now: datetime) -> str:
    return f"{roughly(now - then)} ago" if now > then else "just now"
