"""Tell a record in a sentence, and an incident in a few."""

from collections.abc import Iterator
from typing import Any

from responder.commands.audit.escaping import flat
from responder.domain.audit_story import Step, Story, by_whom
from responder.domain.runbook import Action

Fact = dict[str, Any]

PHASES = {
    "received": "known",
    "reconciled": "known",
    "decided": "decided",
    "answered": "decided",
    "acted": "done",
    "undone": "done",
    "converged": "done",
    "reverted": "done",
    "verified": "verified",
    "followed": "decided",
    "joined": "told",
    "told": "told",
    "heard": "told",
    "closed": "closed",
    "stumbled": "trouble",
    "redriven": "done",
    "discarded": "closed",
}


def phase(step: Step) -> str:
    return PHASES.get(step.kind, step.kind)


def span(seconds: float | None) -> str:
    """Write a time as a person says it: 40 s, 9 min, 2 h 05 min."""
    if seconds is None:
        return "-"
    if seconds < 100:  # noqa: PLR2004  # below this people say seconds
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02d} min"  # noqa: PLR2004  # as above


def in_short(story: Story) -> str:
    """Tell an incident in two or three sentences."""
    return " ".join(_sentences(story))


def sentence(step: Step) -> str:  # noqa: PLR0911  # one line per kind of record
    facts = step.facts
    match step.kind:
        case "received":
            return _received(facts)
        case "decided" | "followed":
            return f"{'Afterwards' if step.kind == 'followed' else _believed(facts)}. {_plan(facts)}"
        case "acted" | "undone":
            outcome = facts.get("outcome", {})
            says = "" if outcome.get("says") == outcome.get("result") else f" ({flat(outcome.get('says'))})"
            return f"{_did(step)}: {flat(outcome.get('result')).replace('_', ' ')}{says}"
        case "converged" | "reverted":
            took = f" after {span(facts['seconds'])}" if facts.get("seconds") else ""
            return (
                facts.get("escalated")
                or f"the target is where it should be{took} ({facts.get('says') or facts.get('standing')})"
            )
        case "verified":
            seen = facts.get("measured", {})
            verdict, measured = str(facts.get("verdict")).replace("_", " "), seen.get("value", seen.get("missing"))
            return f"{verdict}: {facts.get('condition')}, measured {flat(measured)}"
        case "answered" if facts.get("approval"):
            said = "said yes to the plan" if facts["approval"].get("yes") else "said no to the plan"
            return f"{by_whom(step)} {said} {flat(facts['approval'].get('plan_sha256'))[:16]}"
        case "told":
            notice = facts.get("notice", {})
            return f"a {notice.get('kind')} was sent through {notice.get('via')} ({notice.get('external_id')})"
        case "closed":
            return f"closed as {facts.get('disposition')}: {facts.get('says')}"
        case _:
            who = by_whom(step)
            return flat(facts.get("escalated") or facts.get("says") or step.kind) + (f" (by {who})" if who else "")


def _sentences(story: Story) -> Iterator[str]:
    yield f"{', '.join(story.names) or 'An alert'} on {story.service}."
    if story.decision:
        yield f"{_believed(story.decision)}."
    for step in story.actions:
        yield f"After {span((step.at - story.opened_at).total_seconds())}: {_did(step)}."
    if not story.actions:
        yield f"Nothing was changed: {_why_nothing(story)}."
    if story.verdict:
        yield f"Verification said {story.verdict.replace('_', ' ')}" + (
            f" after {span(story.seconds_to_recover)}." if story.seconds_to_recover else "."
        )
    told = [str(step.facts.get("notice", {}).get("kind")) for step in story.of("told")]
    yield f"Told: {', '.join(told) or _through(story)}."


def _plan(facts: Fact) -> str:
    """Say what was to be done, what was asked, or why nothing is done."""
    if facts.get("refusal"):
        return f"Nothing is done ({facts['refusal']}): {facts.get('says', '')}"
    planned = (facts.get("intent") or {}).get("plan")
    return f"Plan: {planned['says'] if planned else facts.get('says', '')}"


def _through(story: Story) -> str:
    """In a storm people hear of an incident through another."""
    speakers = [step.facts["storm"].get("speaker") for step in story.of("joined") if step.facts.get("storm")]
    return f"people were, through incident {speakers[-1]['incident']}" if speakers and speakers[-1] else "nobody"


def _did(step: Step) -> str:
    """Say what was changed from what to what, without repeating the name of the setting."""
    before, desired = step.facts.get("before") or {}, step.facts.get("desired") or {}
    changes = [f"{name} {flat(before.get(name, 'unset'))} \u2192 {flat(value)}" for name, value in desired.items()]
    action = str(step.facts.get("action"))
    back = "stopped" if action == Action.REQUEUE else "taken back"
    did = back if step.kind == "undone" else action
    return f"{did} ({', '.join(changes)})"


def _why_nothing(story: Story) -> str:
    if story.steps[0].facts.get("never_seen_firing") and not story.steps[0].facts.get("started"):
        return "it had ended before it was ever seen firing"
    ended = story.ended.facts.get("says") if story.ended else None
    return str(story.decision.get("says") or ended or "nothing is decided yet")


def _received(facts: Fact) -> str:
    parts = [
        f"{len(facts.get(name, ()))} {said}"
        for name, said in (("started", "started"), ("ended", "ended"), ("never_seen_firing", "never seen firing"))
        if facts.get(name)
    ]
    names = sorted({str(e.get("name")) for n in ("started", "ended", "never_seen_firing") for e in facts.get(n, ())})
    source = facts.get("notification", {}).get("source", "")
    summaries = [str(a.get("annotations", {}).get("summary", "")) for a in facts.get("alerts", ())]
    said = next((f": {one}" for one in summaries if one), "")
    return f"{', '.join(parts) or 'nothing new'} ({', '.join(names)}), from {source}{said}"


def _believed(facts: Fact) -> str:
    diagnosis = facts.get("diagnosis") or {}
    return f"Diagnosed as {diagnosis.get('failure_mode', 'unknown')} (confidence {diagnosis.get('confidence', 0):.2f})"
