"""Say whether the service recovered.

- recovered: the condition held, without a break, for `soak`.
- not recovered: said only at `within`, counted from convergence.
- inconclusive: no answer, NaN, stale, traffic below the floor, or holding but not yet for long enough at
  `within`. Doubt keeps what was done and goes to a person.

What is done afterwards, on a service that was well, is stopped the moment it is not well any more, or in doubt.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from responder.domain.acting import hand_over, led_back, stopping, the_intent
from responder.domain.alert import Urgency, loudest
from responder.domain.condition import holds
from responder.domain.duration import write_duration
from responder.domain.effects import EFFECTS
from responder.domain.escalation import Notice, NoticeKind, on_closing, on_recovery, page_now, raise_to
from responder.domain.evidence import Evidence
from responder.domain.guard import Firing, Reason
from responder.domain.incident import (
    LOOK_AGAIN,
    RECONCILE,
    Apart,
    Disposition,
    Episode,
    Incident,
    Moved,
    State,
    check_every,
    move,
)
from responder.domain.plain import stamp, to_plain
from responder.domain.runbook import IfNotRecovered, Verify

_NEXT_PIECE = timedelta(minutes=1)  # between two looks at different parts of what stands apart


class Verdict(StrEnum):
    """The three answers."""

    RECOVERED = "recovered"
    NOT_RECOVERED = "not_recovered"
    INCONCLUSIVE = "inconclusive"


def verify(incident: Incident, measured: Evidence, traffic: Evidence, now: datetime) -> Moved:
    """Take one look into account; a verdict is written down, a mere look is not."""
    rule = the_intent(incident).verify
    answer = condition_holds(rule, measured, traffic)
    held = (incident.held_since or now) if answer is True else None
    looked = replace(incident, held_since=held, last_value=_number(measured), next_at=now + check_every(rule.soak))
    if held is not None and now - held >= rule.soak:
        return _recovered(looked, measured, traffic, now)
    spoilt = the_intent(incident).follow_up and answer is False
    if spoilt or (incident.give_up_at is not None and now >= incident.give_up_at):
        return _given_up(looked, answer, measured, traffic, now)
    return Moved(looked)


def cannot_tell(incident: Incident, why: str, now: datetime) -> Moved:
    """Hand over what nobody can measure any more."""
    facts = {"action_id": the_intent(incident).action_id, "verdict": Verdict.INCONCLUSIVE}
    return hand_over(incident, "verified", facts, f"cannot tell whether it recovered: {why}", now)


def close_if_ended(incident: Incident, now: datetime) -> Moved | None:
    """Close when every alert has ended and nothing is going on."""
    if incident.still_firing:
        return None
    match incident.state:
        case State.RECEIVED if not incident.attempts:
            return _close(incident, Disposition.RECOVERED, "the alerts ended before anything was done", now)
        case State.RECOVERED:
            return _close(incident, Disposition.RECOVERED, "recovered, and the alerts ended", now)
        case State.PROPOSED:
            return _close(incident, Disposition.ESCALATED, "the alerts ended before anybody answered", now)
        case State.ESCALATED:
            return _close(incident, Disposition.ESCALATED, "the alerts ended", now)
        case _:
            return None


def reconcile(
    incident: Incident, firing: dict[tuple[str, str], Firing], now: datetime, beside: Sequence[Apart] = ()
) -> Moved:
    """Compare a quiet incident, and some of what stands apart from it, with what fires.

    Lost resolves end their episodes; a recovery that is none goes to a person, and so does what outlives its silence.
    An Alertmanager that has just started knows of no alert: what is not found is looked for once more before it counts.
    """
    episodes = tuple(_seen_again(e, firing.get(e.key), now) for e in incident.episodes)
    looked = [replace(a, episode=_seen_again(a.episode, firing.get(a.key), now)) for a in beside]
    apart = tuple(a for a, was in zip(looked, beside, strict=True) if a != was)
    over = sum(a.episode.ends_at is not None for a in apart)
    gone = {e.key for e in (*episodes, *(a.episode for a in apart)) if e.ends_at == now and e.presumed}
    again = bool(apart) or any(e.missing_since for e in episodes if e.ends_at is None)
    after = replace(
        incident,
        episodes=episodes,
        apart=incident.apart - over,
        forgotten=incident.forgotten + over,
        next_at=now + (_NEXT_PIECE if apart and incident.looked_at else LOOK_AGAIN if again else RECONCILE),
    )
    here = {e.key for e in incident.episodes}
    facts = {
        "ended": [list(key) for key in sorted(gone)],
        "seen": [
            {"fingerprint": k[1], "state": f.state, "says": f.says}
            for k, f in sorted(firing.items())
            if k in here or k in gone
        ],
    }
    says = _contradiction(after, firing)
    if says and incident.state is State.RECOVERED:
        return Moved(
            move(after, State.ESCALATED, says=says, notices=page_now(after.notices, now)),
            "reconciled",
            {**facts, "escalated": says},
            apart,
        )
    after = replace(after, notices=_outlived(after, firing, now))
    after = replace(after, notices=_still_told(after, firing, now))
    worth = bool(gone) or after.notices != incident.notices
    return Moved(after, "reconciled" if worth else None, facts if worth else {}, apart)


def _seen_again(episode: Episode, seen: Firing | None, now: datetime) -> Episode:
    """End what was not found at two looks that lie apart; one look at which nobody can tell changes nothing."""
    if episode.ends_at or seen is None or seen.state == "unknown":
        return episode
    if seen.state != "gone":
        return replace(episode, missing_since=None)
    since = episode.missing_since or now
    ended = now - since >= LOOK_AGAIN
    return replace(episode, missing_since=since, ends_at=now if ended else None, presumed=ended)


def _outlived(incident: Incident, firing: dict[tuple[str, str], Firing], now: datetime) -> tuple[Notice, ...]:
    """Tell, as loudly as was dropped for it, when an alert fires again after its silence: nobody has it any longer."""
    fires = any(seen.state == "firing" for seen in firing.values())
    dropped = {n.kind for n in incident.notices if n.cancelled}
    loud = next((u for u in (Urgency.PAGE, Urgency.TICKET) if NoticeKind(u) in dropped), None)
    if not fires or loud is None or incident.refusal != Reason.SILENCED:
        return incident.notices
    return raise_to(incident.notices, loud, now)


def _still_told(incident: Incident, firing: dict[tuple[str, str], Firing], now: datetime) -> tuple[Notice, ...]:
    """What is quieter than the incident contradicts no recovery; that it still fires is told as its severity asks."""
    quieter = [e for e in incident.firing if e.severity is not incident.severity and e.key in firing]
    fires = [e.severity for e in quieter if firing[e.key].state == "firing"]
    if not fires or incident.state is not State.RECOVERED or incident.intent is None:
        return incident.notices
    return raise_to(incident.notices, incident.intent.escalate.urgency(loudest(fires)), now)


def _contradiction(incident: Incident, firing: dict[tuple[str, str], Firing]) -> str | None:
    """What speaks against a recovery; a silence does not, because whoever set it has the alert."""
    here = {e.key for e in incident.episodes}
    states = {firing[e.key].state if e.key in firing else "unknown" for e in incident.worst.firing}
    states |= {seen.state for key, seen in firing.items() if key not in here}
    if "firing" in states:
        return "recovery was verified, but the alert still fires"
    return "recovery was verified, but nobody can say whether the alert ended" if "unknown" in states else None


def flows(rule: Verify, traffic: Evidence) -> bool:
    """Say whether there is enough traffic for a measurement to say anything."""
    flowing = _number(traffic)
    return flowing is not None and flowing >= rule.traffic.at_least


def condition_holds(rule: Verify, measured: Evidence, traffic: Evidence) -> bool | None:
    if not flows(rule, traffic):
        return None
    answer = holds(rule.condition, {"value": measured.value})
    return answer if isinstance(answer, bool) else None


def _recovered(incident: Incident, measured: Evidence, traffic: Evidence, now: datetime) -> Moved:
    if incident.lifted < len(the_intent(incident).plan.lift):
        return _lift(incident, _facts(incident, Verdict.RECOVERED, measured, traffic), now)
    if any(intent.plan.lift for intent in incident.kept):
        return _lift(_next_back(incident), _facts(incident, Verdict.RECOVERED, measured, traffic), now)
    facts = _facts(incident, Verdict.RECOVERED, measured, traffic)
    told = replace(incident, notices=on_recovery(incident.notices, now), recovered_at=now)
    if incident.follows < len(the_intent(incident).afterwards):
        return _follow(told, facts, now)
    return Moved(recovered_now(told, now), "verified", facts)


def recovered_now(incident: Incident, now: datetime) -> Incident:
    """Let it be over, once its alerts have ended."""
    rule = the_intent(incident).verify
    says = f"{rule.condition} held for {write_duration(rule.soak)}"
    return move(incident, State.RECOVERED, says=says, next_at=now + _believed(rule), give_up_at=None)


def _believed(rule: Verify) -> timedelta:
    """How long a recovery is believed while the alert still fires."""
    return max(rule.within, timedelta(minutes=1))


def _follow(incident: Incident, facts: dict[str, Any], now: datetime) -> Moved:
    """It is well: see what is to be done afterwards, as soon as its alerts have ended."""
    after = move(
        incident,
        State.FOLLOWING,
        says="recovered; what is to be done afterwards waits for the alerts to end",
        follows=incident.follows + 1,
        next_at=None,
        give_up_at=now + _believed(the_intent(incident).verify),
    )
    return Moved(after, "verified", {**facts, "next": "afterwards"})


def _next_back(incident: Incident) -> Incident:
    """Take up the step kept last that has a way back; what was done since is led back, or stays and is minded."""
    last, intent = [i for i in incident.kept if i.plan.lift][-1], the_intent(incident)
    kept = tuple(i for i in incident.kept if i is not last)
    if led_back(incident):
        return replace(incident, intent=last, kept=kept, led_back=(*incident.led_back, intent.plan.says), lifted=0)
    return replace(incident, intent=last, kept=(*kept, intent), lifted=0)


def _lift(incident: Incident, facts: dict[str, Any], now: datetime) -> Moved:
    """It is well with what was done: lead that back by one step, and look again; people are told the first time."""
    plan, number = the_intent(incident).plan, incident.lifted + 1
    steps = len(plan.lift)
    says = f"recovered; {EFFECTS[plan.action].back}, step {number} of {steps}"
    told = incident.notices if incident.recovered_at else on_recovery(incident.notices, now)
    after = move(
        incident,
        State.LIFTING,
        says=says,
        lifted=number,
        recovered_at=incident.recovered_at or now,
        next_at=None,
        give_up_at=None,
        notices=told,
    )
    return Moved(after, "verified", {**facts, "next": "lift", "lift": number, "lifts": steps})


def _given_up(incident: Incident, answer: bool | None, measured: Evidence, traffic: Evidence, now: datetime) -> Moved:  # noqa: FBT001  # the answer of a condition
    if the_intent(incident).follow_up:
        return _stop(incident, answer, measured, traffic)
    if answer is not False:
        why = "it holds, but not yet for long enough" if answer else _doubt(incident, measured, traffic)
        return hand_over(
            incident,
            "verified",
            _facts(incident, Verdict.INCONCLUSIVE, measured, traffic),
            f"cannot tell whether it recovered: {why}",
            now,
        )
    facts = _facts(incident, Verdict.NOT_RECOVERED, measured, traffic)
    intent = the_intent(incident)
    if incident.lifted:
        says = f"{EFFECTS[intent.plan.action].back} brought the trouble back; going back one step"
        after = move(incident, State.UNDOING, says=says, next_at=None)
        return Moved(after, "verified", {**facts, "next": "undo the lift"})
    match intent.if_not_recovered:
        case IfNotRecovered.UNDO if intent.plan.undoable:
            return Moved(
                move(incident, State.UNDOING, says="it did not help; taking it back", next_at=None),
                "verified",
                {**facts, "next": "undo"},
            )
        case IfNotRecovered.NEXT:
            return Moved(
                move(
                    incident,
                    State.RECEIVED,
                    step=intent.step + 1,
                    intent=None,
                    kept=(*incident.kept, intent),
                    next_at=None,
                    give_up_at=None,
                ),
                "verified",
                {**facts, "next": "next step"},
            )
        case _:
            return hand_over(
                incident, "verified", {**facts, "next": "keep"}, "it did not help; what was done is kept", now
            )


def _stop(incident: Incident, answer: bool | None, measured: Evidence, traffic: Evidence) -> Moved:  # noqa: FBT001  # the answer of a condition
    """Stop what was begun on a service that was well; a move that is over has nothing left to stop."""
    if answer is False:
        facts = _facts(incident, Verdict.NOT_RECOVERED, measured, traffic)
        return stopping(incident, "verified", facts, "the service did not stay well")
    why = f"nobody can tell whether the service stayed well: {_doubt(incident, measured, traffic)}"
    return stopping(incident, "verified", _facts(incident, Verdict.INCONCLUSIVE, measured, traffic), why)


def _doubt(incident: Incident, measured: Evidence, traffic: Evidence) -> str:
    floor, flowing = the_intent(incident).verify.traffic.at_least, _number(traffic)
    if flowing is not None and flowing < floor:
        return f"traffic is {flowing:g}, below the floor of {floor:g}"
    return traffic.missing or measured.missing or "the measurement is no number"


def _close(incident: Incident, disposition: Disposition, says: str, now: datetime) -> Moved:
    after = move(
        incident, State.CLOSED, disposition=disposition, notices=on_closing(_drop_pending(incident), now), next_at=None
    )
    return Moved(
        after,
        "closed",
        {
            "disposition": disposition,
            "says": says,
            "opened_at": stamp(incident.opened_at),
            "acted": incident.acted_at is not None,
            "episodes": [_final(e, disposition) for e in incident.episodes],
            "episodes_before": incident.forgotten,
        },
    )


def _final(episode: Episode, disposition: Disposition) -> dict[str, Any]:
    """Say how one episode ended: as the incident did, unless it has an end of its own."""
    return to_plain(replace(episode, disposition=episode.disposition or disposition))


def _drop_pending(incident: Incident) -> tuple[Any, ...]:
    if incident.state is State.RECEIVED:
        return tuple(
            replace(n, cancelled="ended by itself before it was due") if n.pending else n for n in incident.notices
        )
    return incident.notices


def _facts(incident: Incident, verdict: Verdict, measured: Evidence, traffic: Evidence) -> dict[str, Any]:
    intent = the_intent(incident)
    return {
        "action_id": intent.action_id,
        "verdict": verdict,
        "condition": intent.verify.condition,
        "held_since": stamp(incident.held_since) if incident.held_since else None,
        "measured": to_plain(measured),
        "traffic": to_plain(traffic),
    }


def _number(measured: Evidence) -> float | None:
    value = measured.value
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None
