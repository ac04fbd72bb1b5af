"""What a tired person should do first, in the words of the runbook, with the names of this incident filled in.

Names come from services.yaml and from us, never from an alert: whoever is woken copies these lines into a terminal.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from responder.domain.incident import Disposition, Incident, State
from responder.domain.plain import stamp
from responder.domain.runbook import Runbook
from responder.domain.target import Target

_PROSE = ("Meaning", "Impact", "Diagnosis", "Remediation", "Verification")
_FIRST = re.compile(r"^1\. .*?(?=^2\. |\Z)", re.DOTALL | re.MULTILINE)
Links = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Pointers:
    """Where a notice leads: the target, the page that applies and the links."""

    target: Target | None
    page: Runbook | None
    links: Links = ()


def do_first(incident: Incident, at: Pointers) -> str:
    """Say what to do before reading on; while automation works that is: not to work against it."""
    match incident.state:
        case State.CLOSED if incident.disposition is Disposition.QUARANTINED:
            return _rescue(incident)
        case State.CLOSED | State.RECOVERED:
            return "Do this first: nothing now. When there is time, look at what happened, and why."
        case State.ESCALATED:
            return _by_hand(incident, at)
        case _:
            return _leave_it(incident, at.target)


def prose(incident: Incident, at: Pointers) -> str:
    """Write the runbook out, for where no browser is."""
    if at.page is None:
        return ""
    parts = [f"Runbook {at.page.failure_mode} ({at.page.path}, sha256 {at.page.sha256[:12]})"]
    parts += [f"{h}\n{at.page.prose[h].strip()}" for h in _PROSE if at.page.prose.get(h)]
    return _filled("\n\n".join(parts), incident, at.target)


def links(target: Target | None, ours: Mapping[str, str], query: str | None) -> Links:
    """Links the owner wrote into services.yaml or the stack's settings; never one that came with an alert."""
    found = {"dashboard": target.links.dashboard} if target and target.links.dashboard else {}
    found |= ours
    if query and "Prometheus" in ours:
        found["Prometheus"] = f"{ours['Prometheus']}/graph?g0.tab=0&g0.expr={quote(query, safe='')}"
    return tuple(found.items())


def _by_hand(incident: Incident, at: Pointers) -> str:
    lines = []
    if incident.proposal:
        lines += ["Do this first, if you agree with it; automation may not:", f"  {incident.proposal.command}"]
    if at.page and (first := _FIRST.search(at.page.prose.get("Diagnosis", ""))):
        lines.append("Then look:" if lines else "Do this first:")
        lines += [f"  {line}".rstrip() for line in _filled(first[0].strip(), incident, at.target).splitlines()]
    return "\n".join(lines or ["Do this first: look at the alerts below. No runbook is known to apply."])


def _rescue(incident: Incident) -> str:
    return (
        "Do this first: look after these alerts yourself; nothing was done about them, and nothing will be.\n"
        "Then find out why, mend it, and let them be read again, or discard them with a reason:\n"
        f"  responder dead-letters show {incident.id}\n"
        f"  responder dead-letters redrive {incident.id}"
    )


def _leave_it(incident: Incident, target: Target | None) -> str:
    until = f", until {stamp(incident.give_up_at)} at the latest" if incident.give_up_at else ""
    lines = [f"Do this first: look, but change nothing yet. Automation is at work{until}; you hear how it ends."]
    if target:
        lines += ["To stop it:", f"  responder mode off --target {target.name}"]
    return "\n".join(lines)


def _filled(text: str, incident: Incident, target: Target | None) -> str:
    names = {"INCIDENT": incident.id}
    if target:
        names |= {"TARGET": target.name, "ENDPOINT": target.touch.sagemaker_endpoint or "ENDPOINT"}
        text = text.replace('model="MODEL"', target.selector or 'model="MODEL"')
    return re.sub(r"\b(INCIDENT|TARGET|ENDPOINT)\b", lambda found: names.get(found[0], found[0]), text)
