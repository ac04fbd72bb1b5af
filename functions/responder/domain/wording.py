"""The text a person is woken by: what is wrong, what we believe and why, what we did, what to do first.

Plain text on purpose. Everything that came from outside is put on one line, without control or
bidirectional characters, and cut: it cannot pretend to be another line of the page.
"""

import re
import unicodedata
from datetime import datetime
from enum import StrEnum

from responder.domain.alert import Alert
from responder.domain.duration import roughly
from responder.domain.escalation import NoticeKind
from responder.domain.incident import Disposition, Incident, State
from responder.domain.plain import stamp
from responder.domain.runbook import Runbook
from responder.domain.target import Target

LONGEST = 16_000  # characters of a body; SNS takes 256 KB, PagerDuty 512 KB, a person much less
_PROSE = ("Meaning", "Diagnosis", "Remediation", "Verification")


class Tone(StrEnum):
    """How the story stands, in the subject."""

    NEEDS_YOU = "needs you"
    STILL_TRYING = "automation is still trying"
    RECOVERED = "recovered by automation"
    WOULD_HAVE = "would have acted"
    ENDED = "ended"


def subject(incident: Incident, target: Target | None) -> str:
    mode = incident.diagnosis.failure_mode if incident.diagnosis else "not diagnosed yet"
    return one_line(f"[{incident.severity}] {_where(incident, target)}: {mode} - {_tone(incident)}", 100)


def body(incident: Incident, kind: NoticeKind, target: Target | None, page: Runbook | None, now: datetime) -> str:
    """Write the notice; the runbook's prose comes last, because it is the longest."""
    parts = [
        _what(incident, now),
        _belief(incident),
        _done(incident),
        _ask(incident),
        _links(target),
        "" if kind is NoticeKind.NOTE or page is None else _prose(page),
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
            return Tone.ENDED
        case State.ESCALATED:
            return Tone.WOULD_HAVE if incident.proposal and incident.refusal == "mode" else Tone.NEEDS_YOU
        case _:
            return Tone.STILL_TRYING


def _where(incident: Incident, target: Target | None) -> str:
    if target:
        return target.name
    return incident.alerts[0].name if incident.alerts else incident.resource


def _what(incident: Incident, now: datetime) -> str:
    lines = [
        f"Since {stamp(incident.started_at)} ({_ago(incident.started_at, now)}).",
        f"Incident {incident.id}, state {incident.state}.",
        "Alerts:",
    ]
    lines += [f"  - {_alert(alert)}" for alert in incident.alerts]
    more = len(incident.firing) - len(incident.alerts)
    return "\n".join(lines + ([f"  - and {more} more firing"] if more > 0 else []))


def _alert(alert: Alert) -> str:
    said = (
        alert.annotations.get("summary")
        or alert.annotations.get("description")
        or alert.annotations.get("message")
        or ""
    )
    labels = ", ".join(f"{k}={v}" for k, v in sorted(alert.labels.items()) if k not in ("alertname", "severity"))
    return one_line(f"{alert.name} [{alert.labels.get('severity', 'no severity')}] {said} ({labels})", 400)


def _belief(incident: Incident) -> str:
    diagnosis = incident.diagnosis
    if diagnosis is None:
        return "What we believe: not diagnosed yet."
    lines = [
        f"What we believe: {diagnosis.failure_mode}, confidence {diagnosis.confidence:.2f}, next {diagnosis.runner_up}."
    ]
    lines += [f"  because {one_line(reason, 200)}" for reason in diagnosis.because]
    lines += [f"  despite {one_line(reason, 200)}" for reason in diagnosis.despite]
    for e in diagnosis.evidence:
        answer = f"{e.value:.4g}" if isinstance(e.value, float) else e.value
        lines.append(
            one_line(
                f"  measured {e.name} = {answer}" if e.missing is None else f"  no answer for {e.name}: {e.missing}",
                240,
            )
        )
    return "\n".join(lines)


def _done(incident: Incident) -> str:
    lines = []
    if incident.intent:
        did = "did" if incident.acted_at else "tried"
        lines.append(f"What we {did}: {incident.intent.plan.says} (action {incident.intent.action_id}).")
    if incident.refusal:
        lines.append(f"What we did not do: {_refused(incident)}")
    elif incident.says and incident.says != (incident.intent.plan.says if incident.intent else ""):
        lines.append(f"How it stands: {one_line(incident.says, 600)}.")
    if incident.last_value is not None and incident.intent:
        lines.append(f"Last measured: {incident.last_value:.4g}, wanted {incident.intent.verify.condition}.")
    return "\n".join(lines)


def _refused(incident: Incident) -> str:
    would = f"would have: {incident.proposal.says}; " if incident.proposal else ""
    return one_line(f"{would}refused because of {incident.refusal}: {incident.says}", 600)


def _ask(incident: Incident) -> str:
    lines = []
    if incident.proposal and incident.state is State.ESCALATED:
        lines += ["To do it by hand:", f"  {incident.proposal.command}"]
    if incident.intent and incident.state is not State.CLOSED and incident.intent.plan.undoable:
        lines += ["To take it back by hand:", f"  {incident.intent.plan.undo_command}"]
    if incident.drift:
        lines.append(f"Mind: {incident.drift}")
    lines.append(f"The whole story: responder incident {incident.id}")
    return "\n".join(lines)


def _links(target: Target | None) -> str:
    return "\n".join(f"{name}: {url}" for name, url in links(target))


def links(target: Target | None) -> tuple[tuple[str, str], ...]:
    """Links the owner wrote into services.yaml; never one that came with an alert."""
    return (("dashboard", target.links.dashboard),) if target and target.links.dashboard else ()


def _prose(page: Runbook) -> str:
    parts = [f"Runbook {page.failure_mode} ({page.path}, sha256 {page.sha256[:12]})"]
    parts += [f"{heading}\n{page.prose[heading].strip()}" for heading in _PROSE if page.prose.get(heading)]
    return "\n\n".join(parts)


def _ago(then: datetime, now: datetime) -> str:
    return f"{roughly(now - then)} ago" if now > then else "just now"
