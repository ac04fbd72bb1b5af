"""Plan to have a model evaluated again, because what comes in is no longer what it was made for.

An event asks for it, once per incident; what was asked for stands in a parameter, so that everybody can see whether
it was. Serving is not touched, nothing recovers by it, and so a person has the incident as soon as it is done.
"""

import re
from collections.abc import Iterable
from shlex import quote
from typing import Any

from responder.domain.alert import Alert
from responder.domain.plain import canonical
from responder.domain.remediation import NoPlan, Plan, Surroundings
from responder.domain.runbook import Action, Step
from responder.domain.target import Target
from responder.domain.touch import TouchKind

SOURCE, KIND = "llm-alert-responder", "ReevaluationNeeded"
ASKED, FEATURES = "asked_for", "features"
NOTHING_ASKED = {ASKED: "", FEATURES: ""}
ASKED_ALREADY = "asked_already"
MOST_FEATURES = 20
_FEATURE = re.compile(r"[\w.:-]{1,64}")


def wanted(incident: str, alerts: Iterable[Alert]) -> dict[str, str]:
    """Return what an incident asks for; of the labels, only what looks like the name of a feature."""
    named = {alert.labels.get("feature", "") for alert in alerts}
    features = sorted(name for name in named if _FEATURE.fullmatch(name))[:MOST_FEATURES]
    return {ASKED: incident, FEATURES: ",".join(features)}


def event(asked: str, model: str, features: Iterable[str], subject: str) -> dict[str, Any]:
    """Write the event's detail as a CloudEvent; a second one with the same id asks for the same."""
    return {
        "specversion": "1.0",
        "id": f"reevaluation/{asked}",
        "source": SOURCE,
        "type": KIND,
        "subject": subject,
        "datacontenttype": "application/json",
        "data": {"model": model, "features": list(features), "asked_for": asked},
    }


def event_of(target: Target, desired: dict[str, str]) -> dict[str, Any]:
    named = target.touch.evaluation
    features = [name for name in desired[FEATURES].split(",") if name]
    return event(desired[ASKED], named.model if named else "", features, target.things[TouchKind.EVALUATION])


def plan_reevaluation(target: Target, kind: TouchKind, step: Step, around: Surroundings) -> Plan | NoPlan:
    """Ask for what this incident wants, unless it did already."""
    named, seen, desired = target.touch.evaluation, around.seen.current, dict(around.wanted)
    model = named.model if named else ""
    if seen.get(ASKED) == desired[ASKED]:
        return NoPlan(ASKED_ALREADY, f"the re-evaluation of {model} was asked for in this incident already")
    about = f" ({desired[FEATURES]})" if desired[FEATURES] else ""
    return Plan(
        action=Action.REEVALUATE,
        kind=kind,
        resource=target.things[kind],
        before=seen,
        desired=desired,
        converge_within=step.converge_within,
        says=f"start the re-evaluation of {model}{about}; serving stays as it is",
        command=_command(target, desired),
        undo_command="nothing to take back: stop the re-evaluation where it runs",
        undoable=False,
        hands_over=True,
    )


def _command(target: Target, desired: dict[str, str]) -> str:
    named = target.touch.evaluation
    detail = canonical(event_of(target, desired))
    entry = {
        "Source": SOURCE,
        "DetailType": KIND,
        "Detail": detail,
        "EventBusName": named.bus if named else "default",
    }
    return f"aws events put-events --region {quote(target.region)} --entries {quote(canonical([entry]))}"
