"""The text a person is woken by: what is wrong and how bad, what to do first, what we believe and did, and why.

Plain text on purpose. Everything that came from outside is put on one line, without control or
bidirectional characters, and cut: it cannot pretend to be another line of the page.
"""

import re
import unicodedata
from datetime import datetime
from enum import StrEnum

from responder.domain.acting import led_back
from responder.domain.advice import Pointers, do_first, prose
from responder.domain.alert import Alert
from responder.domain.books import trouble_of
from responder.domain.diagnosis import Diagnosis
from responder.domain.duration import roughly
from responder.domain.escalation import NoticeKind
from responder.domain.evidence import Evidence
from responder.domain.failure_mode import FailureMode
from responder.domain.incident import Disposition, Incident, Intent, State
from responder.domain.plain import spoken
from responder.domain.target import Target

LONGEST = 16_000  # characters of a body; SNS takes 256 KB, PagerDuty 512 KB, a person much less
_BRIEF = (NoticeKind.NOTE, NoticeKind.UPDATE, NoticeKind.RESOLVE)  # their readers know the runbook or need none
_AGAIN = {NoticeKind.UPDATE: "Update: ", NoticeKind.RESOLVE: "Ended: "}


class Tone(StrEnum):
    """How the story stands, in the subject."""

    NEEDS_YOU = "needs you"
    LOOKING = "automation is looking at it"
    STILL_TRYING = "automation is still trying"
    RECOVERED = "recovered by automation"
    CLEARING_UP = "recovered; automation is clearing up"
    WOULD_HAVE = "would have acted"
    ENDED = "ended"


def subject(incident: Incident, kind: NoticeKind, target: Target | None, others: int = 0) -> str:
    mode = incident.diagnosis.failure_mode if incident.diagnosis else _unexplained(incident, target)
    where = _where(incident, target) + (f" and {others} more" if others else "")
    says = f"[{incident.severity}] {where}: {mode} - {_tone(incident)}"
    again = "" if _tone(incident) is Tone.ENDED and kind is NoticeKind.RESOLVE else _AGAIN.get(kind, "")
    return one_line(again + says, 100)


def body(incident: Incident, kind: NoticeKind, at: Pointers, now: datetime) -> str:
    """Write the notice; the runbook's prose comes last, because it is the longest."""
    parts = [
        _what(incident, at, now),
        do_first(incident, at),
        _storm(incident, at),
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
        case State.CLOSED:
            return _at_the_end(incident)
        case State.RECEIVED if not incident.attempts:
            return Tone.LOOKING if incident.target else Tone.NEEDS_YOU
        case State.PROPOSED:
            return Tone.NEEDS_YOU
        case State.ESCALATED:
            return Tone.WOULD_HAVE if incident.proposal and incident.refusal == "mode" else Tone.NEEDS_YOU
        case _:
            return Tone.CLEARING_UP if incident.follows else Tone.STILL_TRYING


def _at_the_end(incident: Incident) -> Tone:
    if incident.disposition is Disposition.QUARANTINED:
        return Tone.NEEDS_YOU
    healed = incident.disposition is Disposition.RECOVERED and incident.acted_at
    return Tone.RECOVERED if healed else Tone.ENDED


def _where(incident: Incident, target: Target | None) -> str:
    if target:
        return target.name
    if trouble_of(incident.resource):
        return "responder"
    return incident.alerts[0].name if incident.alerts else incident.resource


def _unexplained(incident: Incident, target: Target | None) -> str:
    """Before a diagnosis the alert speaks: by its name, or where that is said already, in its own words."""
    if not incident.alerts:
        return "not diagnosed yet"
    alert = incident.alerts[0]
    return alert.name if target else one_line(_said(alert), 60) or "not diagnosed yet"


def _what(incident: Incident, at: Pointers, now: datetime) -> str:
    explained = at.page is not None and (incident.diagnosis or at.page.failure_mode is not FailureMode.UNKNOWN)
    title = at.page.policy.title if at.page and explained else "something is wrong"
    firing = f"{incident.still_firing} alert{'s' * (incident.still_firing != 1)} firing"
    lines = [
        f"{_where(incident, at.target)}: {title}. {_said(incident.alerts[0]) if incident.alerts else ''}".strip(),
        f"Since {spoken(incident.started_at)} ({_ago(incident.started_at, now)}), {incident.severity}, {firing}.",
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
    more = incident.still_firing - len(incident.alerts)
    return "\n".join(lines + ([f"  - and {more} more firing"] if more > 0 else []))


def _storm(incident: Incident, at: Pointers) -> str:
    """Name everybody this notice speaks for, and say that nobody is forgotten when it ends."""
    if incident.leads_since is None or at.others is None:
        return ""
    count, named = at.others.count, at.others.named
    who = f"{count} more incidents" if named else "more incidents, which cannot be listed yet (responder incidents),"
    more = [f"  - and {count - len(named)} more: responder incidents"] if count > len(named) else []
    lines = [
        f"A storm: this speaks for {who} opened since {spoken(incident.leads_since)}. Look for what they share.",
        *(f"  - {one_line(name, 60)} (incident {other})" for name, other in named),
        *more,
        "When this one has ended, you hear within a quarter of an hour of those of them that still fire.",
    ]
    return "\n".join(lines)


def _alert(alert: Alert) -> str:
    labels = ", ".join(f"{k}={v}" for k, v in sorted(alert.labels.items()) if k not in ("alertname", "severity"))
    return one_line(f"{alert.name} [{alert.labels.get('severity', 'no severity')}] {_said(alert)} ({labels})", 400)


def _said(alert: Alert) -> str:
    said = next((alert.annotations[k] for k in ("summary", "description", "message") if alert.annotations.get(k)), "")
    return one_line(said, 200)


def _belief(incident: Incident) -> str:
    diagnosis = incident.diagnosis
    if diagnosis is None:
        known = incident.state is State.CLOSED or trouble_of(incident.resource)
        return "" if known else "What we believe: not diagnosed yet."
    lines = [f"What we believe: {diagnosis.says}."]
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
    intents = [*incident.kept, *([incident.intent] if incident.intent else [])]
    lines = [f"What we did, and led back: {one_line(says, 300)}." for says in incident.led_back]
    lines += [_did(incident, intent) for intent in intents]
    if incident.refusal and incident.state is not State.PROPOSED:
        lines += _refused(incident, more=bool(intents))
    elif incident.says and incident.says != (incident.intent.plan.says if incident.intent else ""):
        lines.append(f"How it stands: {_in_words(incident.says)}.")
    if incident.drift:
        lines.append(f"Mind: {one_line(incident.drift, 300)}.")
    back = [i.plan.undo_command for i in reversed(intents) if _may_be_taken_back(incident, i)]
    if back:
        lines += ["To take it back by hand:", *(f"  {command}" for command in back)]
    return "\n".join(lines)


def _did(incident: Incident, intent: Intent) -> str:
    did = ("did" if incident.acted_at else "tried") + (" afterwards" if intent.follow_up else "")
    reverted = ", and stopped it" if intent.plan.stop else ", and took it back"
    back = reverted if incident.reverted_at and intent is incident.intent else ""
    back = ", and led it back" if _is_back(incident, intent) else back
    return f"What we {did}: {one_line(intent.plan.says, 300)} (action {intent.action_id}){back}."


def _refused(incident: Incident, *, more: bool) -> list[str]:
    what = incident.proposal.says if incident.proposal else "anything more" if more else "anything"
    return [f"What we did not do: {one_line(what, 300)}.", f"Why not: {_in_words(incident.says)} ({incident.refusal})."]


def _in_words(text: str) -> str:
    """Take the quoting of conditions out: whoever reads this does not have to write one."""
    return one_line(re.sub(r'[`"]', "", text), 600)


def _may_be_taken_back(incident: Incident, intent: Intent) -> bool:
    reverted = incident.reverted_at is not None and intent is incident.intent
    well = incident.state is State.RECOVERED or incident.follows > 0
    healed = well and bool(intent.plan.leaves)  # back would be to what was bad
    gone = reverted or healed or _is_back(incident, intent)
    return intent.plan.undoable and incident.state is not State.CLOSED and not gone


def _is_back(incident: Incident, intent: Intent) -> bool:
    """Say whether it is led back for good; on the way there it may still turn round."""
    settled = incident.state in (State.VERIFYING, State.RECOVERED, State.CLOSED) or incident.follows > 0
    return settled and intent is incident.intent and led_back(incident)


def _where_more(incident: Incident, at: Pointers) -> str:
    lines = [f"{name}: {url}" for name, url in at.links]
    return "\n".join([*lines, f"The whole story: responder incident {incident.id}"])


def _ago(then: datetime, now: datetime) -> str:
    return f"{roughly(now - then)} ago" if now > then else "just now"
