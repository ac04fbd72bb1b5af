"""What a tired person should do first, in the words of the runbook, with the names of this incident filled in.

Names come from services.yaml and from us, never from an alert: whoever is woken copies these lines into a terminal.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from responder.domain.books import DO_FIRST, trouble_of
from responder.domain.guard import Reason
from responder.domain.incident import Disposition, Incident, State
from responder.domain.invitation import Invitation
from responder.domain.plain import spoken
from responder.domain.runbook import Runbook
from responder.domain.target import Target
from responder.domain.things.queue import DeadLetters

_PROSE = ("Meaning", "Impact", "Diagnosis", "Remediation", "Verification")
_FIRST = re.compile(r"^1\. .*?(?=^2\. |\Z)", re.DOTALL | re.MULTILINE)
NOTHING_NOW = "Do this first: nothing now. When there is time, look at what happened, and why."
SHARED = (
    "Do this first: look for what these targets share: a provider, a quota, a network, a release of all of them.\n"
    "Do not touch one of them alone before you know."
)
NOT_OURS = "Do this first: look yourself; no entry of services.yaml matches, so automation does nothing about this."
Links = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Pointers:
    """Where a notice leads: the target, the page that applies, the links, and where a proposal can be answered."""

    target: Target | None
    page: Runbook | None
    links: Links = ()
    invitation: Invitation | None = None
    others: "Others | None" = None


@dataclass(frozen=True)
class Others:
    """Whom a storm's lead speaks for: the first of them by name and incident, and how many incidents there are."""

    named: tuple[tuple[str, str], ...]
    count: int


def do_first(incident: Incident, at: Pointers) -> str:
    """Say what to do before reading on; while automation works that is: not to work against it."""
    if incident.state in (State.CLOSED, State.RECOVERED, State.FOLLOWING):
        rescued = incident.disposition is Disposition.QUARANTINED
        return _rescue(incident) if rescued else NOTHING_NOW
    if trouble := trouble_of(incident.resource):
        return f"Do this first: {DO_FIRST[trouble]}"
    match incident.state:
        case State.ESCALATED:
            return _by_hand(incident, at)
        case State.RECEIVED if not incident.attempts:
            return _before_a_decision(incident, at) if at.target else NOT_OURS
        case State.PROPOSED:
            return _answer(incident, at)
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
    if incident.refusal == Reason.STORM:
        lines = [SHARED]
    elif _is_left(incident) and at.target and (queue := at.target.touch.dead_letters):
        return _letters(queue, incident, at.target)
    elif incident.proposal:
        lines += ["Do this first, if you agree with it; automation may not:", f"  {incident.proposal.command}"]
    if looking := _first_look(incident, at):
        lines += ["Then look:" if lines else "Do this first:", *looking]
    return "\n".join(lines or ["Do this first: look at the alerts below. No runbook is known to apply."])


def _is_left(incident: Incident) -> bool:
    """The service is well; what is left to a person is what died meanwhile."""
    stopped = incident.reverted_at is not None and incident.intent is not None and incident.intent.follow_up
    return incident.follows > 0 and not stopped


def _letters(queue: DeadLetters, incident: Incident, target: Target) -> str:
    """Look at one before any is moved: what died of the outage may come back, what dies of itself must not."""
    lines = [
        "Do this first: nothing urgent, the service is well. Then see what lies there, and why:",
        f"  aws sqs receive-message --region {target.region} --queue-url {queue.url} --visibility-timeout 0",
    ]
    if incident.proposal:
        lines += ["If it may come back:", f"  {incident.proposal.command}"]
    return "\n".join(lines)


def _before_a_decision(incident: Incident, at: Pointers) -> str:
    """It is told before anything was found out: what is decided follows within a minute or two."""
    says = "Do this first: look, but change nothing yet. What automation finds and decides follows in a minute or two."
    return "\n".join([says, *_first_look(incident, at)])


def _first_look(incident: Incident, at: Pointers) -> list[str]:
    """Give the first step of the page's diagnosis."""
    first = _FIRST.search(at.page.prose.get("Diagnosis", "")) if at.page else None
    text = _filled(first[0].strip(), incident, at.target) if first else ""
    return [f"  {line}".rstrip() for line in text.splitlines()]


def _answer(incident: Incident, at: Pointers) -> str:
    """Whoever is asked sees what, how to say yes or no, and that waiting is a no."""
    says, until = (incident.proposal.says, incident.next_at) if incident.proposal else ("", None)
    lines = [f"Do this first: say yes or no to this: {says}."]
    lines += [f"No answer until {spoken(until)} is a no." if until else "No answer is a no."]
    lines += [f"  responder approve {incident.id}", f"  responder deny {incident.id}"]
    if at.invitation:
        lines += ["Or look at it and answer in a browser, with the code (nobody else should have both):"]
        lines += [f"  {at.invitation.link}", f"  code {at.invitation.code}"]
    return "\n".join(lines)


def _rescue(incident: Incident) -> str:
    return (
        "Do this first: look after these alerts yourself; nothing was done about them, and nothing will be.\n"
        "Then find out why, mend it, and let them be read again, or discard them with a reason:\n"
        f"  responder dead-letters show {incident.id}\n"
        f"  responder dead-letters redrive {incident.id}"
    )


def _leave_it(incident: Incident, target: Target | None) -> str:
    until = f", until {spoken(incident.give_up_at)} at the latest" if incident.give_up_at else ""
    lines = [f"Do this first: look, but change nothing yet. Automation is at work{until}; you hear how it ends."]
    if target:
        lines += ["To stop it:", f"  responder mode off --target {target.name}"]
    return "\n".join(lines)


def _filled(text: str, incident: Incident, target: Target | None) -> str:
    names = {"INCIDENT": incident.id}
    if target:
        names |= {"TARGET": target.name, **_things(target)}
        text = text.replace('model="MODEL"', target.selector or 'model="MODEL"')
    return re.sub(r"\b[A-Z]+\b", lambda found: names.get(found[0], found[0]), text)


def _things(target: Target) -> dict[str, str]:
    """Return what a page calls the things of a target by; what it does not have keeps its word."""
    touch = target.touch
    service = {"CLUSTER": touch.ecs_service.cluster, "SERVICE": touch.ecs_service.service} if touch.ecs_service else {}
    endpoint = {"ENDPOINT": touch.sagemaker_endpoint} if touch.sagemaker_endpoint else {}
    letters = {"QUEUE": touch.dead_letters.queue} if touch.dead_letters else {}
    return {**service, **endpoint, **letters, **({"GROUP": touch.target_group.group} if touch.target_group else {})}
